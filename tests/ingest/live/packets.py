"""Encoded pictures and sound made by hand, for tests without a network."""

from fractions import Fraction

import av
import numpy as np

from ingest.live.mix.source import BLOCK_SAMPLES, SAMPLE_RATE, Samples
from ingest.live.webrtc.jitter import EncodedFrame
from ingest.live.webrtc.opus import Encoder

PICTURE = 3000  # ticks of 90 kHz between pictures at 30 a second


def tone(seconds: float, pitch_hz: float = 440.0) -> Samples:
    """A tone at half of full scale."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.5 * np.sin(2 * np.pi * pitch_hz * at)).astype(np.float32)


def opus(sound: Samples, first_rtp: int = 0, arrived: float = 0.0) -> list[EncodedFrame]:
    """The sound as Opus packets of 20 ms that arrive in time, the first one at `arrived`."""
    encoder = Encoder()
    frames: list[EncodedFrame] = []
    for number in range(len(sound) // BLOCK_SAMPLES):
        block = sound[number * BLOCK_SAMPLES : (number + 1) * BLOCK_SAMPLES]
        data, rtp = encoder.encode(block), first_rtp + number * BLOCK_SAMPLES
        at = arrived + number * BLOCK_SAMPLES / SAMPLE_RATE
        frames.append(EncodedFrame(kind="audio", codec="opus", data=data, rtp=rtp, keyframe=True, arrived=at))
    return frames


def pictures(
    count: int, *, codec: str = "H264", group: int = 15, first_rtp: int = 0, size: tuple[int, int] = (64, 48)
) -> list[EncodedFrame]:
    """Grey pictures that grow brighter, a keyframe every `group`; those from `first_rtp` on arrive in their time."""
    encoder = av.CodecContext.create("libx264" if codec == "H264" else "libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.time_base, encoder.gop_size = Fraction(1, 30), group
    if codec == "H264":
        encoder.options = {"tune": "zerolatency", "preset": "ultrafast", "x264-params": "repeat-headers=1:scenecut=0"}
    else:
        encoder.options = {"deadline": "realtime", "lag-in-frames": "0"}
    frames = []
    for number in range(count):
        picture = av.VideoFrame.from_ndarray(
            np.full((size[1] * 3 // 2, size[0]), 16 + number, np.uint8), format="yuv420p"
        )
        picture.pts = number
        for packet in encoder.encode(picture):
            rtp = first_rtp + number * PICTURE
            at = rtp / 90_000
            frame = EncodedFrame(
                kind="video", codec=codec, data=bytes(packet), rtp=rtp, keyframe=packet.is_keyframe, arrived=at
            )
            frames.append(frame)
    return frames
