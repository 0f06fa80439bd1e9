"""What a player sees of a recording: its segments one after another behind their init segment, decoded."""

import io
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

from ingest import archive
from ingest.live.cmaf import hls
from ingest.live.mix.source import SAMPLE_RATE, Samples


@dataclass(frozen=True)
class Seen:
    """Times of all pictures and their mean brightness; time of the first sample, and all samples."""

    times: list[Fraction]
    brightness: list[float]
    keyframes: list[int]
    sound_starts: Fraction
    sound: Samples

    def flashes(self) -> list[float]:
        """When the picture turned bright."""
        middle = (min(self.brightness) + max(self.brightness)) / 2
        bright = [value > middle for value in self.brightness]
        return [float(self.times[n]) for n in range(1, len(bright)) if bright[n] and not bright[n - 1]]

    def beeps(self, hertz: float = 1000.0) -> list[float]:
        """When a tone came after silence: loud where the 5 ms before and the 500 ms before were not."""
        step = SAMPLE_RATE // 200
        blocks = self.sound[: len(self.sound) // step * step].reshape(-1, step)
        wave = np.exp(-2j * np.pi * hertz * np.arange(step) / SAMPLE_RATE)
        loud = np.abs(blocks @ wave) / step > 0.05
        starts = [n for n in range(len(loud)) if loud[n] and not loud[max(0, n - 20) : n].any()]
        return [float(self.sound_starts) + n / 200 for n in starts]


def joined(programme: archive.Programme, kind: str) -> bytes:
    """What the playlist of one kind names, as one file."""
    playlist = hls.parse(programme.playlist(kind).read_text())
    files = [programme.folder(kind) / name for name in (playlist.init, *(each.uri for each in playlist.segments))]
    return b"".join(file.read_bytes() for file in files)


def seen(programme: archive.Programme) -> Seen:
    """Decode all of a recording; a time out of order or a broken frame is an error."""
    times, brightness, keyframes = [], [], []
    with av.open(io.BytesIO(joined(programme, "video")), "r") as file:
        for frame in file.decode(video=0):
            times.append(_seconds(frame))
            brightness.append(float(np.frombuffer(memoryview(frame.planes[0]), np.uint8).mean()))
            if frame.key_frame:
                keyframes.append(len(times) - 1)
    sound, starts = [], []
    with av.open(io.BytesIO(joined(programme, "audio")), "r") as file:
        for each in file.decode(audio=0):
            starts.append(_seconds(each))
            sound.append(each.to_ndarray()[0])
    for before, after, samples in zip(starts, starts[1:], sound, strict=False):
        assert after - before == Fraction(len(samples), SAMPLE_RATE), f"sound jumps at {float(before)} s"
    return Seen(times, brightness, keyframes, starts[0], np.concatenate(sound))


def _seconds(frame: av.VideoFrame | av.AudioFrame) -> Fraction:
    assert frame.pts is not None
    assert frame.time_base is not None
    return frame.pts * Fraction(frame.time_base.numerator, frame.time_base.denominator)
