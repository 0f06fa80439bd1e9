"""What an office hour is, the states it passes through and the moves it may make. Pure values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum


class State(Enum):
    """Where an office hour stands in its life."""

    PLANNED = "planned"
    OPEN = "open"  # questions can be asked
    BACKSTAGE = "backstage"  # the room is open to host, staff and admitted guests; nothing goes out
    ON_AIR = "on_air"
    PAUSED = "paused"
    ENDED = "ended"
    IN_REVIEW = "in_review"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Visibility(Enum):
    """Whether the public may see the recording."""

    HELD = "held"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class Release(Enum):
    """What makes the recording public."""

    BY_HAND = "by_hand"
    AT_END = "at_end"  # by itself, when renditions, captions and chapters are ready


MOVES: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.OPEN, State.BACKSTAGE, State.CANCELLED}),
    State.OPEN: frozenset({State.PLANNED, State.BACKSTAGE, State.CANCELLED}),
    State.BACKSTAGE: frozenset({State.OPEN, State.ON_AIR, State.CANCELLED}),
    State.ON_AIR: frozenset({State.PAUSED, State.ENDED}),
    State.PAUSED: frozenset({State.ON_AIR, State.ENDED}),
    State.ENDED: frozenset({State.IN_REVIEW, State.EXPIRED}),
    State.IN_REVIEW: frozenset({State.EXPIRED}),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
}
VISIBILITY_MOVES: dict[Visibility, frozenset[Visibility]] = {
    Visibility.HELD: frozenset({Visibility.RELEASED}),
    Visibility.RELEASED: frozenset({Visibility.WITHDRAWN}),
    Visibility.WITHDRAWN: frozenset({Visibility.RELEASED}),
}
WITH_ROOM = frozenset({State.BACKSTAGE, State.ON_AIR, State.PAUSED})
"""States in which the studio keeps a room for the office hour."""
ON_AIR = frozenset({State.ON_AIR, State.PAUSED})
"""States in which something goes out."""
LONGEST_DELAY_S = 60
"""A broadcast delay is 0 to so many seconds: longer than any conversation needs, 19 MB at 2.5 Mbit/s."""
WITH_RECORDING = frozenset({State.ENDED, State.IN_REVIEW})
TAKING_QUESTIONS = frozenset({State.OPEN, State.BACKSTAGE, State.ON_AIR, State.PAUSED})


class MoveRefused(ValueError):
    """The move is not in the table; the message names both states."""


def check_move(start: State, goal: State) -> None:
    """Raises MoveRefused unless an office hour may go from `start` to `goal`."""
    if goal not in MOVES[start]:
        raise MoveRefused(f"an office hour cannot go from {start.value} to {goal.value}")


def check_visibility(start: Visibility, goal: Visibility) -> None:
    """Raises MoveRefused unless the recording may go from `start` to `goal`."""
    if goal not in VISIBILITY_MOVES[start]:
        raise MoveRefused(f"a recording cannot go from {start.value} to {goal.value}")


@dataclass(frozen=True, kw_only=True)
class OfficeHour:
    """One office hour as staff announced it."""

    id: str
    title: str
    host_name: str
    host_role: str
    language: str
    starts_at: datetime
    planned_minutes: int
    state: State
    visibility: Visibility
    release: Release
    recorded: bool
    consent_text: str
    consent_version: int
    question_mail: str
    created_at: datetime
    began_at: datetime | None = None
    ended_at: datetime | None = None
    released_at: datetime | None = None
    delay_s: int = 0  # how much later than the room the public sees and hears, fixed when it goes on air
    extra_minutes: int = 0  # staff gave it while it ran; what was announced stays as it was
    queue_closed_at: datetime | None = None  # since when nobody new may join the waiting room

    @property
    def ends_at(self) -> datetime:
        """The end as it is planned now. Nothing ends by itself when it is reached."""
        return (self.began_at or self.starts_at) + timedelta(minutes=self.planned_minutes + self.extra_minutes)


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One version of the recording; `address` is the unguessable part of its public addresses."""

    id: str
    office_hour: str
    number: int
    address: str
    duration_ticks: int
    tick_duration: str
    created_at: datetime
