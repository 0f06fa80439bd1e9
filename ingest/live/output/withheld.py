"""A timeline and what people refuse come in; the stretches of media time that an output must not have go out. Pure.

A stretch is the time in which somebody was on air, with whatever they shared. What counts is the answer in force then
and every one after it: who takes back, takes back all of it; who agrees later, agrees to what comes later.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.consent import ALL, Effect, Output, effect
from ingest.people import SCREEN, Scope
from ingest.timeline import Event, Kind

MARGIN_TICKS = 3
"""Before and after, of 33 or 40 ms: a voice fades for 20 ms, and a frame of AAC (21 ms) holds some of its neighbour."""


@dataclass(frozen=True, order=True)
class Stretch:
    """From tick `start` to before `end`."""

    start: int
    end: int

    def touches(self, start: int, end: int) -> bool:
        return self.start < end and start < self.end


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """Somebody on air; `refused`: every scope they ever refused or took back for this time.

    `named`: their name was in the picture when they came.
    """

    person: str
    stretch: Stretch
    refused: frozenset[Scope]
    named: bool = True


Refused = Mapping[str, Collection[Scope]]
"""By person: what rows say they refuse and the timeline may not, because it was said after the end."""


def appearances(events: Iterable[Event], end: int, also: Refused | None = None) -> list[Appearance]:
    """Who was on air when, up to tick `end`, in the order of their coming."""
    open_: dict[str, Appearance] = {}
    found: list[Appearance] = []
    refused: dict[str, frozenset[Scope]] = {}

    def close(key: str, tick: int) -> None:
        begun = open_.pop(key, None)
        if begun is not None:
            found.append(replace(begun, stretch=Stretch(begun.stretch.start, tick)))

    for event in events:
        if event.kind is Kind.CONSENT:
            person = str(event.values["person"])
            refused[person] = ALL - {Scope(each) for each in event.values["scopes"]}
            found = [_also(each, refused) if each.person == person else each for each in found]
            open_ = {key: _also(each, refused) if each.person == person else each for key, each in open_.items()}
        elif event.kind is Kind.VISIBLE:
            key = str(event.values["person"])
            if not event.values["on"]:
                close(key, event.tick)
            elif key not in open_:
                person = key.removesuffix(SCREEN)
                start, known = Stretch(event.tick, event.tick), refused.get(person, frozenset())
                named = Scope.NAME not in known
                open_[key] = Appearance(person=person, stretch=start, refused=known, named=named)
    for key in list(open_):
        close(key, end)
    return sorted((_also(each, also or {}) for each in found), key=lambda each: each.stretch)


def _also(appearance: Appearance, refused: Refused) -> Appearance:
    return replace(appearance, refused=appearance.refused | frozenset(refused.get(appearance.person, ())))


def dark(found: Iterable[Appearance], output: Output) -> list[Stretch]:
    """What this output shows as slide and silence, with a margin, without overlaps."""
    return _with_margin(each for each in found if effect(each.refused, output) in (Effect.DARK, Effect.NOTHING))


def unnamed(found: Iterable[Appearance]) -> list[Stretch]:
    """Where a name stands in the picture that was taken back afterwards: the picture is dark there, the sound stays."""
    return _with_margin(each for each in found if each.named and Scope.NAME in each.refused)


def _with_margin(found: Iterable[Appearance]) -> list[Stretch]:
    return joined(Stretch(max(0, each.stretch.start - MARGIN_TICKS), each.stretch.end + MARGIN_TICKS) for each in found)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order, those that touch made one."""
    kept: list[Stretch] = []
    for each in sorted(stretches):
        if kept and each.start <= kept[-1].end:
            kept[-1] = Stretch(kept[-1].start, max(kept[-1].end, each.end))
        else:
            kept.append(each)
    return kept


def within(stretches: Sequence[Stretch], start: int, end: int) -> bool:
    """Whether any of them touches the time from `start` to before `end`."""
    return any(each.touches(start, end) for each in stretches)
