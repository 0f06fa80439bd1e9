"""What a look before an office hour found comes in; lines that can be stored and spoken go out. Pure values.

A line holds messages (`N_`) and the values in them, so that the same result reads in every language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from ingest.officehours import OfficeHour, State

COMING = frozenset({State.PLANNED, State.OPEN, State.BACKSTAGE})


class Occasion(Enum):
    """Why it was looked."""

    DAY = "day"  # 24 hours before the start
    SOON = "soon"  # 5 minutes before
    ASKED = "asked"  # somebody pressed the button


BEFORE = {Occasion.DAY: timedelta(hours=24), Occasion.SOON: timedelta(minutes=5)}
LATE = timedelta(minutes=10)
"""So long after its time a look that nobody made means that the clock or the worker stands still."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that has to be right: what was looked at, what was found, and in one sentence what mends it."""

    what: str
    right: bool
    found: str
    mend: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Report:
    """All lines of one look, as stored."""

    office_hour: str
    occasion: Occasion
    at: datetime
    lines: tuple[Line, ...]

    @property
    def red(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.right)


def due(hour: OfficeHour, looked: Mapping[Occasion, datetime], at: datetime) -> Occasion | None:
    """The look whose time has come and that was not made; the one before the start makes the one of the day before
    needless. A start that was moved is looked at anew."""
    if hour.rehearsal_of or hour.state not in COMING or at >= hour.starts_at:
        return None
    begun = [occasion for occasion, before in BEFORE.items() if at >= hour.starts_at - before]
    if not begun:
        return None
    latest = begun[-1]
    made = latest in looked and looked[latest] >= hour.starts_at - BEFORE[latest]
    return None if made else latest


def missed(hour: OfficeHour, looked: Mapping[Occasion, datetime], at: datetime) -> bool:
    """Whether a look should have been made by itself and was not: nobody rings, or nobody works."""
    occasion = due(hour, looked, at)
    return occasion is not None and at - max(hour.starts_at - BEFORE[occasion], hour.created_at) > LATE


def green(found: str, **values: object) -> Line:
    """It is right."""
    return Line(what="", right=True, found=found, values=values)


def red(found: str, mend: str, **values: object) -> Line:
    """It is wrong, and `mend` says what mends it."""
    return Line(what="", right=False, found=found, mend=mend, values=values)
