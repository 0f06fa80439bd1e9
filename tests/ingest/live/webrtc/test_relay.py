"""What a participant and a viewer get back: the programme's packets over a real connection, and their own sound."""

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

import av
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtcpSrPacket

from ingest.live.mix.source import BLOCK_SAMPLES
from ingest.live.webrtc import outlet
from ingest.live.webrtc.fanout import Fanout
from ingest.live.webrtc.offers import BadOffer, configuration, preferred, remote
from ingest.live.webrtc.relay import Relay
from tests.ingest.live.packets import pictures, tone


async def offer_of(viewer: RTCPeerConnection) -> str:
    for kind in ("video", "audio"):
        viewer.addTransceiver(kind, "recvonly")
    await viewer.setLocalDescription(await viewer.createOffer())
    return viewer.localDescription.sdp


async def watched(person: str, check: Callable[[RTCPeerConnection, Relay], Any]) -> None:
    """Connect somebody to a running programme and look at what comes."""
    gone: list[Relay] = []
    fanout = Fanout(30, lambda: None)
    relay = Relay(fanout, person=person, on_gone=gone.append)
    viewer = RTCPeerConnection(configuration(()))
    answer = await relay.answer(await offer_of(viewer))
    assert "H264" in answer
    assert "VP8" not in answer
    assert "profile-level-id=42e01f" in answer
    await viewer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    frames, sound = pictures(60, group=10), tone(2.0)

    async def play() -> None:
        for number in range(4000):
            frame = frames[number % len(frames)]
            fanout.picture(frame.data, number, frame.keyframe)
            fanout.sound(sound[:BLOCK_SAMPLES])
            relay.hear(sound[:BLOCK_SAMPLES])
            await asyncio.sleep(0.005)

    playing = asyncio.create_task(play())
    try:
        await asyncio.wait_for(check(viewer, relay), 10)
    finally:
        playing.cancel()
        await viewer.close()
        await relay.close()
    assert gone == [relay]
    assert len(fanout) == 0


async def sees_and_hears(viewer: RTCPeerConnection, relay: Relay) -> None:
    tracks = [each.receiver.track for each in viewer.getTransceivers()]
    picture, heard = await asyncio.gather(*(track.recv() for track in tracks))
    assert isinstance(picture, av.VideoFrame)
    assert picture.width == 64
    assert isinstance(heard, av.AudioFrame)


@pytest.mark.parametrize("person", ["", "ada"])
async def test_a_viewer_and_a_participant_on_this_machine_see_h264_and_hear(person: str) -> None:
    await watched(person, sees_and_hears)


@pytest.mark.parametrize("without", ["SOL_UDP", "socket"])
async def test_where_the_kernel_takes_only_single_packets_they_are_sent_so(
    without: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if without == "socket":
        monkeypatch.setattr(outlet, "_own_socket", lambda transport: None)
    else:
        monkeypatch.delattr(socket, "SOL_UDP", raising=False)
    await watched("", sees_and_hears)


async def test_a_kernel_that_refuses_many_at_once_is_asked_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlet, "_UDP_SEGMENT", 9999)
    await watched("", sees_and_hears)


async def test_reports_say_what_was_sent_and_a_lost_packet_is_sent_again() -> None:
    reports: list[RtcpSrPacket] = []

    async def check(viewer: RTCPeerConnection, relay: Relay) -> None:
        await sees_and_hears(viewer, relay)
        receiver = viewer.getTransceivers()[0].receiver
        theirs = receiver._handle_rtcp_packet

        async def note(packet: Any) -> None:
            if isinstance(packet, RtcpSrPacket):
                reports.append(packet)
            await theirs(packet)

        receiver._handle_rtcp_packet = note  # type: ignore[method-assign]
        while not reports:  # noqa: ASYNC110 - a test's look at a clock
            await asyncio.sleep(0.05)
        info = reports[0].sender_info
        assert 0 < info.packet_count <= relay.line.seen.packets
        assert info.octet_count > 0
        before = relay.line.again
        await receiver._send_rtcp_nack(relay._fanout.ssrcs[0], [relay._fanout._sequence - 1 & 0xFFFF])
        while relay.line.again == before:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    await watched("", check)


async def test_who_only_listens_gets_no_picture() -> None:
    relay = Relay(Fanout(30, lambda: None), on_gone=lambda _: None)
    viewer = RTCPeerConnection(configuration(()))
    viewer.addTransceiver("audio", "recvonly")
    await viewer.setLocalDescription(await viewer.createOffer())
    assert "m=video" not in await relay.answer(viewer.localDescription.sdp)
    assert (relay.line.video, relay.line.audio) == (None, outlet.Codec("opus", 96, None))
    await viewer.close()
    await relay.close()


async def test_a_browser_without_h264_is_told_so() -> None:
    gone: list[Relay] = []
    relay = Relay(Fanout(30, lambda: None), on_gone=gone.append)
    viewer = RTCPeerConnection(configuration(()))
    transceiver = viewer.addTransceiver("video", "recvonly")
    transceiver.setCodecPreferences([each for each in preferred("video") if each.mimeType == "video/VP8"])
    await viewer.setLocalDescription(await viewer.createOffer())
    with pytest.raises(BadOffer):
        await relay.answer(viewer.localDescription.sdp)
    assert gone == [relay]
    await viewer.close()


async def test_an_offer_to_send_is_refused_by_the_programme() -> None:
    relay = Relay(Fanout(30, lambda: None), on_gone=lambda _: None)
    with pytest.raises(BadOffer):
        await relay.answer("v=0\r\n")


@pytest.mark.parametrize("others", ["", "a=candidate:1 1 UDP 2122252543 192.0.2.9 5000 typ host\r\n"])
async def test_a_browser_that_hides_its_addresses_is_answered_at_once_and_told_ours(others: str) -> None:
    """As Firefox offers as long as the page has no camera: names that only its own network can look up, and an end."""
    relay = Relay(Fanout(30, lambda: None), person="ada", on_gone=lambda _: None)
    viewer = RTCPeerConnection(configuration(()))
    lines = (await offer_of(viewer)).splitlines(keepends=True)
    hidden = "a=candidate:0 1 UDP 2122187007 694105e5-7799-434b-b508-7d70a792f64e.local 40911 typ host\r\n"
    shown = [each for each in lines if not each.startswith(("a=candidate:", "a=end-of-candidates"))]
    offer = "".join([*shown, hidden, others, "a=end-of-candidates\r\n"])
    assert ".local" not in remote(offer).sdp
    assert ("a=end-of-candidates" in remote(offer).sdp) is bool(others)
    begun = time.monotonic()
    assert "a=candidate:" in await relay.answer(offer)
    assert time.monotonic() - begun < 0.9  # a name that nobody knows is looked up for a second
    await viewer.close()
    await relay.close()
