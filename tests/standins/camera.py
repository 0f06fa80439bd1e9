"""A clip comes in, the files of a fake camera and microphone for Chromium go out: Motion JPEG and WAV.

Chromium plays both again and again, each on its own clock: sound and picture drift apart over minutes.
"""

import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.standins import media


def camera_file(clip: Path, path: Path, *, width: int = 640, height: int = 360, frame_rate: int = 30) -> Path:
    """The clip's pictures as Motion JPEG (`--use-file-for-fake-video-capture`); `path` ends in .mjpeg."""
    with av.open(str(path), "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=frame_rate, options={"qscale": "3", "strict": "unofficial"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        for number, (_, frame) in enumerate(media.read_frames(clip)):
            drawn = frame.reformat(width, height, "yuvj420p")
            drawn.pts, drawn.time_base = number, Fraction(1, frame_rate)
            container.mux(stream.encode(drawn))
        container.mux(stream.encode(None))
    return path


def microphone_file(clip: Path, path: Path) -> Path:
    """The clip's sound as WAV (`--use-file-for-fake-audio-capture`); `path` ends in .wav."""
    samples = np.clip(media.read_sound(clip), -1, 1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(media.SAMPLE_RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path
