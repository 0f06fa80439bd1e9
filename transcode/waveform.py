"""A recorded sound comes in; its peaks go out as JSON, in the format of BBC's audiowaveform (version 2, 8 bits).

`data` holds the lowest and the highest value of each stretch in turn, from -128 to 127; both channels are one.
Sound stands where its media time says; a gap is silent.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from ingest import archive
from transcode import encode, made, probe
from transcode.encode import Means

RATE = 8000  # the outline of speech needs no more
FINEST = RATE // 20
"""Samples of the shortest stretch: a twentieth of a second."""
MOST = 2000
"""Stretches at most: more than a screen has columns."""
FINE = 200_000
"""The same where somebody works on a second of it: nearly three hours at the finest, and 400 kB an hour."""
RECIPE = 2


def samples_each(duration_s: float, most: int = MOST) -> int:
    """How many samples one stretch takes."""
    return max(FINEST, math.ceil(duration_s * RATE / most))


class Peaks:
    """Lowest and highest value of each stretch, gathered piece by piece."""

    def __init__(self, duration_s: float, most: int = MOST) -> None:
        self.each = samples_each(duration_s, most)
        count = max(1, math.ceil(duration_s * RATE / self.each - 1e-6))
        self.low, self.high = np.zeros(count), np.zeros(count)

    def add(self, at: int, heard: NDArray[np.float32]) -> None:
        """Take in samples from -1 to 1 that begin at sample `at`; what lies outside is left out."""
        heard, at = heard[max(-at, 0) :], max(at, 0)
        places = (at + np.arange(len(heard))) // self.each
        inside = places < len(self.low)
        np.minimum.at(self.low, places[inside], heard[inside])
        np.maximum.at(self.high, places[inside], heard[inside])

    def facts(self) -> dict[str, Any]:
        """As it is written."""
        both = np.column_stack([self.low, self.high]).reshape(-1)
        values = np.clip(np.round(both * 127), -128, 127).astype(int).tolist()
        head = {"version": 2, "channels": 1, "sample_rate": RATE, "samples_per_pixel": self.each, "bits": 8}
        return head | {"length": len(self.low), "data": values}


def make(sound: Path, target: Path, means: Means, fine: Path | None = None) -> bool:
    """Write the peaks of `sound`, and finer ones. False when they were there. Raises NotAVideo."""
    parameters = {"waveform": [RATE, FINEST, MOST, FINE], "recipe": RECIPE}
    key = made.key(encode.inputs(sound), parameters, av.__version__, means.alive)
    if made.is_made(target, key) and (fine is None or fine.is_file()):
        return False
    made.sweep(target)
    track = probe.sound_of(sound, means.alive)
    peaks, finer = Peaks(track.end_s), Peaks(track.end_s, FINE)
    for at, heard in _heard(sound):
        means.progress(at / RATE / max(track.end_s, 0.001))
        peaks.add(at, heard)
        finer.add(at, heard)
    means.confirm()
    if fine is not None:
        archive.write_text(fine, json.dumps(finer.facts(), separators=(",", ":")) + "\n")
    archive.write_text(target, json.dumps(peaks.facts(), separators=(",", ":")) + "\n")
    made.note(target, key, end_s=track.end_s)
    return True


def _heard(sound: Path) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Pieces of the sound in mono, each with the number of its first sample in media time."""
    with probe.open_media(sound) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        for frame in container.decode(container.streams.audio[0]):
            for piece in resampler.resample(frame):
                at = piece.pts * piece.time_base if piece.pts is not None and piece.time_base else frame.time or 0
                yield round(float(at) * RATE), piece.to_ndarray().reshape(-1).astype(np.float32, copy=False)
