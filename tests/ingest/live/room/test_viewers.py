"""Viewers without a name: as many as there are places, and none where the picture is too large for their browsers."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription

from ingest.live.room.programme import Programme
from ingest.live.room.viewers import NotOffered, Viewers
from ingest.live.webrtc.offers import BadOffer, configuration

HD, FULL_HD = (1280, 720, 30), (1920, 1080, 30)


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    return Programme(width=64, height=48, frame_rate=30, bitrate=100_000, preset="ultrafast", cards=tmp_path)


@pytest.fixture
async def offer() -> AsyncIterator[str]:
    browser = RTCPeerConnection(configuration(()))
    browser.addTransceiver("video", "recvonly")
    await browser.setLocalDescription(await browser.createOffer())
    yield browser.localDescription.sdp
    await browser.close()


async def test_who_comes_when_all_places_are_taken_is_told_so(programme: Programme, offer: str) -> None:
    viewers = Viewers(programme, picture=HD, most=1)
    resource, answer = await viewers.watch(offer)
    assert answer.startswith("v=0")
    with pytest.raises(NotOffered, match="1 of 1"):
        await viewers.watch(offer)
    assert await viewers.delete(resource)
    assert not await viewers.delete(resource)
    assert len(viewers) == 0


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux shows them")
async def test_who_comes_and_goes_leaves_no_socket_and_no_thread(programme: Programme) -> None:
    viewers = Viewers(programme, picture=HD, most=2)

    def left() -> tuple[int, int]:
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()

    counts = []
    for _ in range(6):
        browser = RTCPeerConnection(configuration(()))
        for kind in ("video", "audio"):
            browser.addTransceiver(kind, "recvonly")
        await browser.setLocalDescription(await browser.createOffer())
        resource, answer = await viewers.watch(browser.localDescription.sdp)
        await browser.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        while not len(viewers.fanout):  # noqa: ASYNC110 - a test's look at a clock
            await asyncio.sleep(0.01)
        assert await viewers.delete(resource)
        await browser.close()
        counts.append(left())
    assert counts[-1] == counts[1]


async def test_a_bad_offer_takes_no_place(programme: Programme) -> None:
    viewers = Viewers(programme, picture=HD, most=1)
    for _ in range(2):
        with pytest.raises(BadOffer):
            await viewers.watch("v=0\r\n")
    assert len(viewers) == 0


async def test_a_picture_too_large_for_safari_is_not_offered(programme: Programme, offer: str) -> None:
    with pytest.raises(NotOffered):
        await Viewers(programme, picture=FULL_HD, most=40).watch(offer)


async def test_the_end_of_the_room_is_the_end_for_everybody(programme: Programme, offer: str) -> None:
    viewers = Viewers(programme, picture=HD, most=2)
    await viewers.watch(offer)
    await viewers.close()
    assert len(viewers) == 0
