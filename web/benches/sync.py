"""A recording of flashes and beeps comes in; by how much its sound is before or behind its picture goes out."""

import io
import statistics
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np

from ingest.archive import Programme

FLASH = ((0.62, 0.88), (0.70, 0.92))
"""Where the flash of `glass` lies when the camera fills the picture: shares of height and width."""
BRIGHT, LOUD = 128, 0.05
APART_S = 0.5  # Flashes and beeps come once a second; what is further apart does not belong together.


class NothingToCompare(RuntimeError):
    """The recording holds no flash beside a beep."""


def offset_ms(programme: Programme) -> float:
    """Sound behind picture in a recording, the median over its flashes; negative: before it.

    Raises NothingToCompare.
    """
    flashes = rises(list(_brightness(programme)), BRIGHT)
    beeps = rises(list(_loudness(programme)), LOUD)
    apart = pairs(flashes, beeps)
    if not apart:
        raise NothingToCompare(f"{len(flashes)} flashes and {len(beeps)} beeps, none beside another")
    return round(1000 * statistics.median(apart), 1)


def rises(levels: Sequence[tuple[float, float]], threshold: float) -> list[float]:
    """The times at which a level comes over the threshold; each level with its time in seconds."""
    return [time for (_, before), (time, level) in pairwise(levels) if before < threshold <= level]


def pairs(flashes: Sequence[float], beeps: Sequence[float]) -> list[float]:
    """How much later the beep nearest to each flash comes, in seconds."""
    nearest = [min((beep - flash for beep in beeps), key=abs, default=APART_S) for flash in flashes]
    return [apart for apart in nearest if abs(apart) < APART_S]


def _brightness(programme: Programme) -> Iterator[tuple[float, float]]:
    with _opened(programme, "video") as container:
        for frame in container.decode(video=0):
            luma = frame.to_ndarray(format="gray")
            rows, columns = (
                slice(int(a * size), int(b * size)) for (a, b), size in zip(FLASH, luma.shape, strict=True)
            )
            yield float(frame.time or 0.0), float(luma[rows, columns].mean())


def _loudness(programme: Programme) -> Iterator[tuple[float, float]]:
    """The loudest sample of each millisecond."""
    with _opened(programme, "audio") as container:
        for frame in container.decode(audio=0):
            samples = np.abs(frame.to_ndarray()).max(axis=0)
            for start in range(0, len(samples), 48):
                at = Fraction(start, frame.sample_rate) + Fraction(frame.time or 0.0)
                yield float(at), float(samples[start : start + 48].max())


def _opened(programme: Programme, kind: str) -> "av.container.InputContainer":
    files = [programme.root / kind / "init.mp4", *programme.segments(kind)]
    return av.open(io.BytesIO(b"".join(file.read_bytes() for file in files)), "r")
