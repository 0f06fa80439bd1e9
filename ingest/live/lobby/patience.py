"""How long the turns took so far, who is ahead and the time left come in; an honest range of minutes goes out.

Pure. A range is said instead of one figure because a conversation is not planned; nobody is promised a turn that the
time left does not hold.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.commands import Command, State
from ingest.wishes import Kind

FIRST_GUESS_S = 300.0
"""A turn, before there was one: five minutes, what office hours on stage plan for a citizen."""
SHORTER, LONGER = 0.6, 1.6
"""Of the average: in eight of ten turns people take between these shares of it (assumed; the first hours will say)."""
REMEMBERED = 8
"""Turns of which the average is made: the newest, because a host finds a pace."""
STEP_MIN = 5
"""Above ten minutes a range is said in steps of five: more would be a promise."""


@dataclass(frozen=True)
class Wait:
    """From `low` to `high` minutes; `doubtful`: perhaps not today, `fits` is False when it surely will not."""

    low: int
    high: int
    fits: bool = True
    doubtful: bool = False


def expected(turns_s: Sequence[float], ahead: int, left_s: float | None, running_s: float | None = None) -> Wait:
    """`ahead` people are before this one; `running_s`: for so long somebody has been talking already.

    `left_s` is what is left of the planned time, None while it has not begun.
    """
    newest = turns_s[-REMEMBERED:]
    average = sum(newest) / len(newest) if newest else FIRST_GUESS_S
    rest = max(0.0, average - running_s) if running_s is not None else 0.0
    low, high = SHORTER * (rest + ahead * average), LONGER * (rest + ahead * average)
    if left_s is None:
        return Wait(_minutes(low, up=False), _minutes(high, up=True))
    return Wait(
        _minutes(low, up=False),
        _minutes(min(high, max(left_s, low)), up=True),
        fits=low + SHORTER * average <= left_s,
        doubtful=high + average > left_s,
    )


def _minutes(seconds: float, *, up: bool) -> int:
    minutes = seconds / 60
    step = STEP_MIN if minutes > 2 * STEP_MIN else 1
    return step * (math.ceil(minutes / step) if up else math.floor(minutes / step))


def turns(history: Iterable[Command], guests: frozenset[str]) -> tuple[list[float], datetime | None]:
    """Seconds of each turn on air that a guest has had, in order; and since when one is running, or None."""
    began: dict[str, datetime] = {}
    found = []
    for command in history:
        person = command.payload.get("person")
        if person not in guests or command.state is State.REFUSED:
            continue
        at = command.applied_at or command.created_at
        if command.kind is Kind.SHOW:
            began.setdefault(person, at)
        elif command.kind in (Kind.HIDE, Kind.HOLD) and person in began:
            found.append((at - began.pop(person)).total_seconds())
    return found, min(began.values(), default=None)
