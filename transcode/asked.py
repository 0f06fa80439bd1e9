"""A request of the child that listens comes in; its pieces of sound go out, decoded, grouped, one after the other.

Pieces of one language are laid in a row with silence between, so that windows of several of them are decoded side by
side. Times of a row are its own; those of a piece begin with its first sample; those of a file are the file's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from transcode import sound, voice
from transcode.recogniser import BATCH
from transcode.sound import RATE, Samples
from transcode.voice import Stretch

APART_S = 1.0  # silence between two pieces that are decoded together


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A piece with its sound: number in its request, language, and what the file's time is at its first sample."""

    number: int
    language: str
    samples: Samples
    start_s: float


def asked(number: int, values: Mapping[str, Any]) -> Asked:
    """A piece of a request, decoded. Raises NotAVideo."""
    heard = values.get("heard")
    bounds = {name: float(values[name]) for name in ("start_s", "end_s") if name in values}
    found = sound.of_piece(
        Path(values["path"]),
        **bounds,
        heard=None if heard is None else [Stretch(start_s=start, end_s=end) for start, end in heard],
    )
    return Asked(number=number, language=values["language"], samples=found.samples, start_s=found.start_s)


def grouped(pieces: Iterable[Asked]) -> Iterator[list[Asked]]:
    """Pieces that are decoded together: of one language, as long as fills a batch once or twice."""
    group: list[Asked] = []
    for each in pieces:
        long = sum(len(other.samples) for other in group) > BATCH * voice.WINDOW_S * RATE
        if group and (long or group[0].language != each.language):
            yield group
            group = []
        group.append(each)
    if group:
        yield group


@dataclass(frozen=True, kw_only=True)
class Row:
    """A group of pieces, one after the other."""

    pieces: Sequence[Asked]

    @property
    def samples(self) -> Samples:
        """All their sound."""
        silence = np.zeros(round(APART_S * RATE), np.float32)
        return np.concatenate([part for each in self.pieces for part in (each.samples, silence)])

    def begins_s(self, piece: Asked) -> float:
        """When a piece begins in the row."""
        before = self.pieces[: [each.number for each in self.pieces].index(piece.number)]
        return sum(len(each.samples) + round(APART_S * RATE) for each in before) / RATE

    def owner(self, stretch: Stretch) -> Asked:
        """The piece that a stretch of the row lies in."""
        middle_s = (stretch.start_s + stretch.end_s) / 2
        return [each for each in self.pieces if self.begins_s(each) <= middle_s][-1]


def shifted(stretch: Stretch, later_s: float) -> Stretch:
    """A stretch so much later."""
    return replace(stretch, start_s=stretch.start_s + later_s, end_s=stretch.end_s + later_s)
