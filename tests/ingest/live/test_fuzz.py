"""Offers, RTP and RTCP that nobody would send: refused or left out, without a crash and without growing.

A few examples every day, thousands in the soak.
"""

import asyncio
import struct
from collections.abc import Sequence

import aiortc.rtcrtpreceiver
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.live.webrtc import hooks, jitter, voice
from ingest.live.webrtc.offers import BadOffer
from ingest.live.webrtc.receive import Peer
from tests.ingest.live.packets import opus, pictures, tone

OFFER = """v=0
o=FFmpeg 4489045141692799359 2 IN IP4 127.0.0.1
s=FFmpegPublishSession
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=ice-ufrag:ecdfd086
a=ice-pwd:73cf017a1a2660c0fc7206d93c3bc340
a=fingerprint:sha-256 F9:42:84:41:2C:0E:9F:E4:CF:4C:52:C1:E3:B4:17:E3:5F:D4:28:A0:7B:08:D1:EA:DA:78:2E:DD:66:AB:A4:5F
a=setup:passive
a=mid:0
a=sendonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=ssrc:11 cname:FFmpeg
m=video 9 UDP/TLS/RTP/SAVPF 106 105
c=IN IP4 0.0.0.0
a=ice-ufrag:ecdfd086
a=ice-pwd:73cf017a1a2660c0fc7206d93c3bc340
a=fingerprint:sha-256 F9:42:84:41:2C:0E:9F:E4:CF:4C:52:C1:E3:B4:17:E3:5F:D4:28:A0:7B:08:D1:EA:DA:78:2E:DD:66:AB:A4:5F
a=setup:passive
a=mid:1
a=sendonly
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:106 H264/90000
a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001e
a=rtcp-fb:106 nack
a=rtpmap:105 rtx/90000
a=fmtp:105 apt=106
a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=ssrc-group:FID 12 13
a=ssrc:12 cname:FFmpeg
"""
LINES = OFFER.splitlines()
FEW = settings(suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(autouse=True)
def _no_decoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiortc.rtcrtpreceiver, "decoder_worker", hooks._no_decoder)


def peer() -> Peer:
    return Peer("ada", on_frame=lambda *_: None, on_gap=lambda *_: None, on_gone=lambda _: None)


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    """The offer with some lines left out, doubled, moved or changed."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 4)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
            case 2:
                cut = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:cut] + draw(st.text(max_size=8)) + lines[at][cut:]
            case 3:
                lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
            case 4:
                words = lines[at].split(" ")
                words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from(["0", "-1", "99999999999", "x", ""]))
                lines[at] = " ".join(words)
    return "\r\n".join(lines) + "\r\n"


async def answered(sdp: str) -> str:
    """The answer, or why there is none; other errors fail the test, and so do tasks that are left."""
    before = asyncio.all_tasks()
    ours = peer()
    try:
        return await ours.answer(sdp)
    except BadOffer as error:
        return str(error)
    finally:
        await ours.close()
        for _ in range(20):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() - before == set()


@given(spoiled())
@FEW
def test_a_spoiled_offer_is_answered_or_refused(sdp: str) -> None:
    assert asyncio.run(answered(sdp))


class Wire:
    """An ICE and SRTP that let everything through, so that datagrams reach aiortc's parser as they are."""

    def __init__(self, datagrams: Sequence[bytes]) -> None:
        self.datagrams = list(datagrams)

    async def receive(self) -> bytes:
        if not self.datagrams:
            raise ConnectionError
        return self.datagrams.pop(0)

    def unprotect(self, data: bytes) -> bytes:
        return data

    unprotect_rtcp = unprotect


async def listening(monkeypatch: pytest.MonkeyPatch, datagrams: Sequence[bytes]) -> Peer:
    """A peer to whom these datagrams came, as if ICE and DTLS had been done."""
    ours = peer()
    await ours.answer(OFFER)
    ours.watch(True)
    wire = Wire(datagrams)
    connection = ours._connection
    for transceiver in connection.getTransceivers():
        parameters = connection._RTCPeerConnection__remoteRtp(transceiver)  # type: ignore[attr-defined]
        await transceiver.receiver.receive(parameters)
    transport = connection.getReceivers()[0].transport
    monkeypatch.setattr(transport, "_rx_srtp", wire)
    monkeypatch.setattr(transport, "_RTCDtlsTransport__handshake_done", True)
    monkeypatch.setattr(transport.transport, "_recv", wire.receive)
    while wire.datagrams:
        await transport._recv_next()
        ours.voice.pull(960)
    return ours


def rtp(payload_type: int, number: int, timestamp: int, ssrc: int, payload: bytes, extension: bytes = b"") -> bytes:
    """A packet with a marker; `extension` makes a one-byte header extension of whatever it holds."""
    head = struct.pack("!BBHLL", 0x90 if extension else 0x80, 0x80 | payload_type, number, timestamp, ssrc)
    if extension:
        extension += bytes(-len(extension) % 4)
        head += struct.pack("!HH", 0xBEDE, len(extension) // 4) + extension
    return head + payload


some_rtp = st.builds(
    rtp,
    st.sampled_from([106, 105, 111, 0, 127]),
    st.integers(0, 65535) | st.integers(0, 20),
    st.integers(0, 2**32 - 1) | st.integers(0, 200_000),
    st.sampled_from([11, 12, 13]) | st.integers(0, 2**32 - 1),
    st.binary(max_size=40) | st.binary(max_size=20).map(lambda rest: b"\x7c\x85" + rest),
    st.binary(max_size=12),
)
some_rtcp = st.builds(
    lambda count, kind, length, body: struct.pack("!BBH", 0x80 | count, kind, length) + body,
    st.integers(0, 31),
    st.integers(200, 207),
    st.integers(0, 12) | st.integers(0, 65535),
    st.binary(max_size=48),
)
no_dtls = st.binary(max_size=30).filter(lambda data: not data or not 20 <= data[0] < 64)  # those are for OpenSSL
datagrams = st.lists(some_rtp | some_rtcp | no_dtls, max_size=60)


@given(datagrams)
@FEW
def test_whatever_comes_the_connection_lives_and_does_not_grow(sent: list[bytes]) -> None:
    async def scenario() -> None:
        with pytest.MonkeyPatch.context() as patch:
            ours = await listening(patch, sent)
            for tap in ours._taps.values():
                assert len(tap._private("__remote_streams")) <= hooks.MOST_STREAMS
            assert len(ours._buffer._waiting) <= jitter.CAPACITY
            assert len(ours.voice._packets) <= voice.MOST
            assert not ours._closed
            await ours.close()

    asyncio.run(scenario())


def test_an_empty_datagram_and_a_torn_extension_are_left_out_and_the_rest_is_taken() -> None:
    picture = pictures(1)[0].data
    nal = picture[picture.index(b"\0\0\1\x65") + 3 :]
    sound = opus(tone(0.02))[0].data
    torn = rtp(106, 1, 0, 12, nal, extension=b"\x30\x01")  # an abs-send-time of one byte
    taken: list[str] = []

    async def scenario() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Peer, "_picture_packet", lambda *_: taken.append("picture"))
            patch.setattr(Peer, "_sound_packet", lambda *_: taken.append("sound"))
            sent = [b"", torn, b"\x80", rtp(106, 2, 0, 12, nal), rtp(111, 1, 0, 11, sound)]
            await (await listening(patch, sent)).close()

    asyncio.run(scenario())
    assert taken == ["picture", "sound"]


def test_a_sender_that_changes_its_stream_all_the_time_fills_no_table() -> None:
    async def scenario() -> int:
        with pytest.MonkeyPatch.context() as patch:
            ours = await listening(patch, [rtp(106, n % 65536, n, 1000 + n, b"\x41x") for n in range(2000)])
            size = len(ours._connection.getReceivers()[0].transport._rtp_router.ssrc_table)
            await ours.close()
            return size

    assert asyncio.run(scenario()) <= 2 * hooks.MOST_STREAMS
