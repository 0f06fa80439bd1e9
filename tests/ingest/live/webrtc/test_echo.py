"""Who tests the line gets back what they send, for a while and not too many at once, in a process of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from aiortc import AudioStreamTrack, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from numpy.typing import NDArray

from ingest.live.room.wire import CallFailed
from ingest.live.studio.echo_room import EchoRoom
from ingest.live.webrtc.echo import Echoes, TooMany
from ingest.live.webrtc.offers import BadOffer, configuration

PITCH_HZ = 880


class Tone(AudioStreamTrack):
    """Chris hums one note."""

    position = 0

    async def recv(self) -> av.AudioFrame:
        await asyncio.sleep(0.01)
        times = (np.arange(960) + self.position) / 48_000
        wave = (8000 * np.sin(2 * np.pi * PITCH_HZ * times)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self.position, Fraction(1, 48_000)
        self.position += 960
        return frame


async def offer_of(browser: RTCPeerConnection) -> str:
    browser.addTrack(Tone())
    browser.addTrack(VideoStreamTrack())
    await browser.setLocalDescription(await browser.createOffer())
    return browser.localDescription.sdp


async def connected(begin: Callable[[str], Awaitable[tuple[str, str]]]) -> tuple[RTCPeerConnection, str]:
    """A browser whose test has begun, and the address of the test."""
    browser = RTCPeerConnection(configuration(()))
    resource, answer = await begin(await offer_of(browser))
    await browser.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    return browser, resource


async def hears_itself(browser: RTCPeerConnection) -> float:
    """The pitch that comes back, once a picture has as well."""
    sound, picture = [each.receiver.track for each in browser.getTransceivers()]
    assert isinstance(await picture.recv(), av.VideoFrame)
    blocks: list[NDArray[Any]] = []
    while len(blocks) < 25:
        frame = await sound.recv()
        assert isinstance(frame, av.AudioFrame)
        blocks.append(frame.to_ndarray().reshape(-1)[::2])
    heard = np.concatenate(blocks[5:]).astype(float)
    return float(np.fft.rfftfreq(len(heard), 1 / 48_000)[np.abs(np.fft.rfft(heard)).argmax()])


async def test_who_tests_the_line_hears_and_sees_themselves() -> None:
    echoes = Echoes()
    browser, resource = await connected(echoes.begin)
    try:
        pitch = await asyncio.wait_for(hears_itself(browser), 10)
        assert pitch == pytest.approx(PITCH_HZ, abs=5)
        assert await echoes.end(resource)
        assert not await echoes.end(resource)
    finally:
        await browser.close()
        await echoes.close()
    assert len(echoes) == 0


async def test_it_ends_by_itself() -> None:
    echoes = Echoes(longest_s=0.05)
    browser, _ = await connected(echoes.begin)
    assert len(echoes) == 1
    async with asyncio.timeout(5):
        while len(echoes):  # noqa: ASYNC110 - nobody is told of the end
            await asyncio.sleep(0.01)
    await browser.close()


async def test_there_are_never_too_many() -> None:
    echoes = Echoes(most=1)
    browser, _ = await connected(echoes.begin)
    with pytest.raises(TooMany):
        await echoes.begin("v=0")
    await echoes.close()
    await browser.close()


async def test_what_is_no_offer_leaves_nothing_behind() -> None:
    echoes = Echoes()
    with pytest.raises(BadOffer):
        await echoes.begin("hello")
    assert len(echoes) == 0


async def test_the_studio_asks_a_process_of_its_own() -> None:
    room = EchoRoom()
    try:
        with pytest.raises(CallFailed, match="no SDP"):
            await room.begin("hello")
        browser, resource = await connected(room.begin)
        assert await room.end(resource)
        await browser.close()
    finally:
        await room.close()
    assert not await room.end("anything")
