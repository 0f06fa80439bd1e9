"""What a participant gets back: the programme's packets from a keyframe on, and their own sound."""

import asyncio

import av
import numpy as np
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription

from ingest.live.offers import BadOffer, configuration
from ingest.live.relay import PICTURES, PictureTrack, Relay, SoundTrack
from ingest.live.source import BLOCK_SAMPLES
from tests.ingest.live.packets import pictures, tone


async def test_a_viewer_begins_at_a_keyframe_and_asks_for_one() -> None:
    asked: list[bool] = []
    track = PictureTrack(30, lambda: asked.append(True))
    for number, keyframe in enumerate((False, False, True, False)):
        track.offer(bytes([number]), number, keyframe)
    packets = [await track.recv(), await track.recv()]
    assert [(bytes(packet), packet.pts) for packet in packets] == [(b"\x02", 2), (b"\x03", 3)]
    assert len(asked) == 2


async def test_a_viewer_who_is_behind_begins_anew_at_a_keyframe() -> None:
    track = PictureTrack(30, lambda: None)
    for number in range(PICTURES + 5):
        track.offer(bytes([number]), number, number in (0, PICTURES + 3))
    await asyncio.sleep(0)
    assert [(await track.recv()).pts for _ in range(2)] == [PICTURES + 3, PICTURES + 4]


async def test_sound_is_opus_of_20_ms_and_says_what_was_heard() -> None:
    track = SoundTrack()
    sound = tone(0.18)
    packets = []
    for start in range(0, len(sound), BLOCK_SAMPLES):
        track.offer(sound[start : start + BLOCK_SAMPLES])
        packets.append(await track.recv())
    assert [packet.pts for packet in packets] == [number * BLOCK_SAMPLES for number in range(9)]
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.layout, decoder.sample_rate = "mono", 48_000
    heard = np.concatenate(
        [f.to_ndarray().ravel() for packet in packets for f in decoder.decode(av.Packet(bytes(packet)))]
    )
    assert np.abs(heard[-2 * BLOCK_SAMPLES :]).max() / 32768 == pytest.approx(0.5, abs=0.15)


async def test_a_viewer_on_this_machine_sees_h264_and_hears() -> None:
    gone: list[Relay] = []
    relay = Relay("ada", frame_rate=30, want_keyframe=lambda: None, on_gone=gone.append)
    viewer = RTCPeerConnection(configuration(()))
    tracks = [viewer.addTransceiver(kind, "recvonly").receiver for kind in ("video", "audio")]
    await viewer.setLocalDescription(await viewer.createOffer())
    answer = await relay.answer(viewer.localDescription.sdp)
    assert "H264" in answer
    assert "VP8" not in answer
    await viewer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    frames, sound = pictures(60, group=10), tone(2.0)

    async def play() -> None:
        for number in range(400):
            frame = frames[number % len(frames)]
            relay.picture.offer(frame.data, number, frame.keyframe)
            relay.sound.offer(sound[:BLOCK_SAMPLES])
            await asyncio.sleep(0.01)

    playing = asyncio.create_task(play())
    picture, heard = await asyncio.wait_for(asyncio.gather(*(each.track.recv() for each in tracks)), 10)
    assert isinstance(picture, av.VideoFrame)
    assert picture.width == 64
    assert isinstance(heard, av.AudioFrame)
    playing.cancel()
    await viewer.close()
    await relay.close()
    assert gone == [relay]


async def test_an_offer_to_send_is_refused_by_the_programme() -> None:
    relay = Relay("ada", frame_rate=30, want_keyframe=lambda: None, on_gone=lambda _: None)
    with pytest.raises(BadOffer):
        await relay.answer("v=0\r\n")
