"""Offers, and a camera that sends to us through real ICE and DTLS on this machine."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from fractions import Fraction
from typing import Any

import aiortc.rtcrtpreceiver
import av
import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtpPacket

from ingest.live.webrtc import hooks, receive
from ingest.live.webrtc.jitter import EncodedFrame, begins_picture
from ingest.live.webrtc.offers import BadOffer, configuration, preferred, read_offer
from ingest.live.webrtc.receive import Peer, PersonSource
from tests.ingest.live.packets import opus, pictures, tone

SEND = ("sendonly", "sendrecv")
HEAD = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
MEDIA = "m={} 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:{}\r\na={}\r\na=rtpmap:111 {}\r\n"


@pytest.fixture(autouse=True)
def _no_decoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiortc.rtcrtpreceiver, "decoder_worker", hooks._no_decoder)


def test_without_ice_servers_nobody_is_asked() -> None:
    for given in ((), ["stun:stun.example:3478"]):
        servers = configuration(given).iceServers
        assert servers is not None
        assert [server.urls for server in servers] == list(given)


@pytest.mark.parametrize(
    ("sdp", "reason"),
    [
        ("", "does not begin with v=0"),
        ("<html>", "does not begin with v=0"),
        ("v=0" + "x" * 70_000, "at most"),
        (HEAD, "at least"),
        (HEAD + "m=audio\r\n", "no valid SDP"),
        (HEAD + 2 * MEDIA.format("audio", 0, "sendonly", "opus/48000/2"), "at most"),
        (HEAD + MEDIA.format("audio", 0, "recvonly", "opus/48000/2"), "directions"),
        (HEAD + MEDIA.format("audio", "", "sendonly", "opus/48000/2"), "mid of its own"),
        (HEAD + "a=group:BUNDLE 0 1\r\n" + MEDIA.format("audio", 0, "sendonly", "opus/48000/2"), "no others"),
    ],
)
def test_what_is_no_offer_is_refused_with_the_reason(sdp: str, reason: str) -> None:
    with pytest.raises(BadOffer, match=reason):
        read_offer(sdp, SEND)


async def test_an_offer_without_a_codec_we_know_is_refused_and_leaves_nothing_behind() -> None:
    gone: list[Peer] = []
    peer = Peer("ada", on_frame=lambda *_: None, on_gap=lambda *_: None, on_gone=gone.append)
    with pytest.raises(BadOffer):
        await peer.answer(HEAD + MEDIA.format("audio", 0, "sendonly", "PCMU/8000"))
    assert gone == [peer]


def test_h264_comes_before_vp8_and_nothing_else_is_taken() -> None:
    assert [codec.mimeType for codec in preferred("audio")] == ["audio/opus"]
    assert list(dict.fromkeys(codec.mimeType for codec in preferred("video"))) == [
        "video/H264",
        "video/VP8",
        "video/rtx",
    ]


@pytest.mark.parametrize(
    ("codec", "payload", "first"),
    [
        ("H264", b"\x67sps", True),
        ("H264", b"\x7c\x85start", True),
        ("H264", b"\x7c\x05middle", False),
        ("VP8", b"\x90\x80", True),
        ("VP8", b"\x80\x80", False),
        ("VP8", b"", False),
    ],
)
def test_the_first_packet_of_a_picture_is_known(codec: str, payload: bytes, first: bool) -> None:
    assert begins_picture(codec, payload) is first


class Sent(MediaStreamTrack):
    """Encoded frames as a track, a packet each 5 ms, over and over."""

    def __init__(self, frames: list[EncodedFrame], step: int, rate: int) -> None:
        super().__init__()
        self.kind = frames[0].kind
        self._frames, self._step, self._rate, self._count = frames, step, rate, 0

    async def recv(self) -> Any:
        await asyncio.sleep(0.005)
        packet = av.Packet(self._frames[self._count % len(self._frames)].data)
        packet.pts, packet.time_base = self._count * self._step, Fraction(1, self._rate)
        self._count += 1
        return packet


@pytest.fixture
async def camera() -> AsyncIterator[RTCPeerConnection]:
    connection = RTCPeerConnection(configuration(()))
    connection.addTransceiver(Sent(pictures(30), 3000, 90_000), "sendonly").setCodecPreferences(
        [codec for codec in preferred("video") if codec.mimeType != "video/VP8"]
    )
    connection.addTransceiver(Sent(opus(tone(1.0)), 960, 48_000), "sendonly")
    yield connection
    await connection.close()


async def joined(camera: RTCPeerConnection, frames: list[EncodedFrame]) -> Peer:
    """A peer that the camera sends to; everything that comes lands in `frames`."""
    peer = Peer("ada", on_frame=lambda _, frame: frames.append(frame), on_gap=lambda *_: None, on_gone=lambda _: None)
    await camera.setLocalDescription(await camera.createOffer())
    answer = await peer.answer(camera.localDescription.sdp)
    await camera.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    return peer


async def until(true: Callable[[], bool]) -> None:
    """Two threads and a network are waited for."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_nothing_is_decoded_of_who_is_not_shown_and_yet_their_level_is_known(camera: RTCPeerConnection) -> None:
    frames: list[EncodedFrame] = []
    peer = await joined(camera, frames)
    source = PersonSource("ada")
    source.peer = peer
    await until(lambda: len(frames) > 100)
    assert (peer.camera.decoded, peer.voice.decoded, source.level) == (0, 0, 0.0)
    packet = RtpPacket(payload_type=96, ssrc=1, payload=frames[-1].data)
    packet.extensions.audio_level = (True, 20)
    peer._sound_packet("opus", 48_000, packet, packet.payload)
    assert source.level == pytest.approx(0.1)
    assert (peer.camera.decoded, peer.voice.decoded) == (0, 0)
    peer.watch(True)
    await until(lambda: peer.camera.decoded > 0)
    await peer.close()


async def test_who_becomes_visible_is_asked_for_a_keyframe_when_none_is_at_hand(camera: RTCPeerConnection) -> None:
    asked: list[str] = []
    sender: Any = camera.getSenders()[0]
    sender._send_keyframe = lambda: asked.append("keyframe")
    frames: list[EncodedFrame] = []
    peer = await joined(camera, frames)
    await until(lambda: len(frames) > 50)
    peer.camera._group = None  # as after a long time without a keyframe
    peer.watch(True)
    await until(lambda: bool(asked))
    assert asked == ["keyframe"]
    await peer.close()


async def test_frames_arrive_encoded_and_a_silent_sender_is_noticed_and_let_go(
    camera: RTCPeerConnection,
) -> None:
    ahead = 0.0
    frames: list[EncodedFrame] = []
    gaps: list[bool] = []
    gone = asyncio.Event()
    peer = Peer(
        "ada",
        on_frame=lambda _, frame: frames.append(frame),
        on_gap=lambda _, on: gaps.append(on),
        on_gone=lambda _: gone.set(),
        now=lambda: time.monotonic() + ahead,
    )
    await camera.setLocalDescription(await camera.createOffer())
    answer = await peer.answer(camera.localDescription.sdp)
    await camera.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    source = PersonSource("ada", now=lambda: time.monotonic() + ahead)
    source.peer = peer
    peer.watch(True)
    async with asyncio.timeout(10):
        while len(frames) < 100 or source.picture() is None:  # noqa: ASYNC110 - two threads and a network are waited for
            await asyncio.sleep(0.01)
    assert peer.connected
    assert next(frame for frame in frames if frame.kind == "video").keyframe
    assert {frame.codec for frame in frames} == {"H264", "opus"}
    assert source.sound(960).shape == (960,)
    for sender in camera.getSenders():
        await sender.stop()
    ahead += receive.GAP_S
    async with asyncio.timeout(10):
        while not gaps:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    assert source.picture() is None
    ahead += receive.GONE_S
    await asyncio.wait_for(gone.wait(), 10)
    assert gaps == [True]
