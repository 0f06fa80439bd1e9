"""Stretches of voice come in, windows for the recogniser go out; and later: what of the voice was not written down.

The recogniser hears thirty seconds at a time. Windows begin and end in silence, are as full as that allows, and hold
no long silence, into which the model would invent words. All times are seconds of media time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WINDOW_S = 29.5  # the model's window is 30 s; the rest is room for rounding to its frames
SILENCE_S = 2.0  # a longer silence ends a window
MISSED_S = 1.2  # voice of this length without a word is heard again: the shortest answers take less, coughs too
MARGIN_S = 0.3  # heard again with a little around it
EDGE_S = 3.0  # a piece begins and ends so near to its time: somebody who speaks takes a breath as often as that


@dataclass(frozen=True, kw_only=True, order=True)
class Stretch:
    """From one media time to another."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


def windows(voice: Sequence[Stretch]) -> list[Stretch]:
    """Neighbouring stretches of voice joined while they fit; a longer one is cut hard."""
    found: list[Stretch] = []
    for stretch in (part for each in voice for part in _pieces(each)):
        last = found[-1] if found else None
        near = last is not None and stretch.start_s - last.end_s <= SILENCE_S
        if last is not None and near and stretch.end_s - last.start_s <= WINDOW_S:
            found[-1] = Stretch(start_s=last.start_s, end_s=stretch.end_s)
        else:
            found.append(stretch)
    return found


def _pieces(stretch: Stretch) -> Iterable[Stretch]:
    start_s = stretch.start_s
    while stretch.end_s - start_s > WINDOW_S:
        yield Stretch(start_s=start_s, end_s=start_s + WINDOW_S)
        start_s += WINDOW_S
    yield Stretch(start_s=start_s, end_s=stretch.end_s)


def unheard(voice: Sequence[Stretch], words: Sequence[Stretch]) -> list[Stretch]:
    """Voice of MISSED_S and more in which no word was written, with a margin; `words` in order of time."""
    missed: list[Stretch] = []
    for stretch in voice:
        at_s = stretch.start_s
        inside = [word for word in words if word.end_s > stretch.start_s and word.start_s < stretch.end_s]
        for word in [*inside, Stretch(start_s=stretch.end_s, end_s=stretch.end_s)]:
            if word.start_s - at_s >= MISSED_S:
                missed.append(Stretch(start_s=max(at_s - MARGIN_S, 0.0), end_s=word.start_s + MARGIN_S))
            at_s = max(at_s, word.end_s)
    return missed
