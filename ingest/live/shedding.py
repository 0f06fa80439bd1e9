"""What each tick cost comes in; what the room does without, so that no tick is late, and whether one more person may
come goes out. Pure.

First fewer pictures a second, then fewer moving tiles. It is given up quickly and taken back slowly: what is taken
back is measured against what it cost before, and has to have been affordable for a while.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from enum import IntEnum

WINDOW_TICKS = 30  # of the means: a second
LATE_WINDOW_TICKS = 300  # ten: a machine that stood still once for a second is not too slow
TOO_MUCH = 0.8  # of a tick's time: the rest is for whatever else the machine does in between
TOO_LATE = 0.1  # of the ticks
ENOUGH_LEFT = 0.6  # of a tick's time when the next step is taken back
WORSE_AFTER_TICKS = 30
BETTER_AFTER_TICKS = 240  # eight seconds: going back and forth is worse than a lower rate
FULL = 0.85  # of a tick's time, with one more person
EACH_ADDS = 0.5  # of what a person costs on average now: the encoder does not grow with their number


class Relief(IntEnum):
    """What is done without."""

    NONE = 0
    HALF = 1  # every second picture is the one before: 15 a second
    THIRD = 2  # two of three are: 10 a second
    FEW = 3  # and only who speaks moves; the others are still pictures with their names


@dataclass(frozen=True)
class Load:
    """How things stand. `share`: the mean of a tick's time that was used by all ticks, by those with a new picture
    (`drawn`) and by the others; `late`: of the ticks. `ticks` since the relief is what it is; `calm`: for how many in a
    row it could have been taken back.
    """

    relief: Relief = Relief.NONE
    share: float = 0.0
    drawn: float = 0.0
    repeated: float = 0.0
    late: float = 0.0
    ticks: int = 0
    calm: int = 0


def draws(relief: Relief, frame: int) -> bool:
    """Whether this frame is a new picture."""
    return frame % min(relief + 1, 3) == 0


def still(relief: Relief, seen: Iterable[str], moving: Set[str]) -> frozenset[str]:
    """Whose pictures stand still: of those seen all but the ones that are `moving`."""
    return frozenset(seen) - moving if relief is Relief.FEW and moving else frozenset()


def after(load: Load, share: float, *, drawn: bool, late: bool) -> Load:
    """The load after one more tick that used `share` of its time."""
    load = replace(
        load,
        share=_mean(load.share, share),
        drawn=_mean(load.drawn, share) if drawn else load.drawn,
        repeated=load.repeated if drawn else _mean(load.repeated, share),
        late=_mean(load.late, float(late), LATE_WINDOW_TICKS),
        ticks=load.ticks + 1,
    )
    if load.relief < Relief.FEW and load.ticks >= WORSE_AFTER_TICKS and _too_much(load):
        return replace(load, relief=Relief(load.relief + 1), late=0.0, ticks=0, calm=0)
    if load.relief is Relief.NONE:
        return load
    calm = load.calm + 1 if _affordable(load) else 0
    if calm >= BETTER_AFTER_TICKS:
        return replace(load, relief=Relief(load.relief - 1), ticks=0, calm=0)
    return replace(load, calm=calm)


def room_for_one_more(load: Load, people: int) -> bool:
    """Whether a person who is not there yet may come, with `people` connected. Two can always talk to each other."""
    if people < 2:
        return True
    return load.relief is Relief.NONE and load.share * (1 + EACH_ADDS / people) <= FULL


def _too_much(load: Load) -> bool:
    return load.share > TOO_MUCH or load.late > TOO_LATE


def _affordable(load: Load) -> bool:
    if load.late > TOO_LATE / 10:
        return False
    rate = 1 / min(load.relief, 3)  # of new pictures, one step back
    return load.drawn * rate + load.repeated * (1 - rate) < ENOUGH_LEFT


def _mean(before: float, now: float, window: int = WINDOW_TICKS) -> float:
    return before + (now - before) / window
