"""A timeline and what people refuse come in; which stretches cut from the broadcast may not be kept goes out. Pure.

A stretch is sealed only when everybody in it agreed to be recorded; who takes that back afterwards takes it back for
what was sealed as well.
"""

from collections.abc import Sequence
from fractions import Fraction

from ingest.live.output.withheld import Refused, Stretch, appearances
from ingest.people import Scope
from ingest.timeline import Event, Kind

BEFORE_S = 2
"""A sealed stretch begins with the keyframe before the cut, at most so much earlier."""


def unkept(events: Sequence[Event], also: Refused | None = None) -> frozenset[int]:
    """Numbers of sealed stretches in which somebody was on air who does not agree to be recorded."""
    end = events[-1].tick + 1 if events else 0
    gone = [each for each in appearances(events, end, also) if Scope.RECORDING in each.refused]
    return frozenset(
        number
        for number, stretch in sealed_stretches(events, end).items()
        if any(each.stretch.touches(stretch.start, stretch.end) for each in gone)
    )


def sealed_stretches(events: Sequence[Event], end: int) -> dict[int, Stretch]:
    """By number: from which tick to which; one that still lasts ends at `end`."""
    before = _ticks_before(events)
    found: dict[int, Stretch] = {}
    open_: int | None = None
    for event in events:
        if event.kind is not Kind.CUT:
            continue
        if event.values["on"] and "sealed" in event.values:
            open_ = int(event.values["sealed"])
            found[open_] = Stretch(max(0, int(event.values["from"]) - before), end)
        elif not event.values["on"] and open_ is not None:
            found[open_] = Stretch(found[open_].start, int(event.values.get("until", event.tick)))
            open_ = None
    return found


def _ticks_before(events: Sequence[Event]) -> int:
    begin = next((event for event in events if event.kind is Kind.BEGIN), None)
    return 0 if begin is None else round(BEFORE_S / Fraction(begin.values["tick_duration"]))
