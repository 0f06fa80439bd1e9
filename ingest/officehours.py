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
AFTERWARDS = timedelta(minutes=15)
"""How long after the end people may stay in the room, to say goodbye and talk it over."""
ON_AIR = frozenset({State.ON_AIR, State.PAUSED})
"""States in which something goes out."""
LONGEST_DELAY_S = 60
"""A broadcast delay is 0 to so many seconds: longer than any conversation needs, 19 MB at 2.5 Mbit/s."""
WITH_RECORDING = frozenset({State.ENDED, State.IN_REVIEW})
TAKING_QUESTIONS = frozenset({State.OPEN, State.BACKSTAGE, State.ON_AIR, State.PAUSED})
"""States in which questions can be asked, inside the times announced for it (`takes_questions`)."""


class MoveRefused(ValueError):
    """The move is not in the table; the message names both states."""


def check_move(start: State, goal: State) -> None:
    """Raises MoveRefused unless an office hour may go from `start` to `goal`."""
    if goal not in MOVES[start]:
        raise MoveRefused(f"an office hour cannot go from {start.value} to {goal.value}")


class Rehearsed(MoveRefused):
    """A rehearsal stays among those who rehearse."""


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
    rehearsal_of: str | None = None  # then it is one: never public, marked on every picture, erased after a day
    short: str | None = None  # what stands after /s/ in the address that can be read aloud
    questions_from: datetime | None = None  # from then on it opens for questions by itself
    questions_until: datetime | None = None
    captioned: bool = False
    signed: bool = False  # interpreted into sign language
    needs_until: datetime | None = None  # until then citizens can say what they need to follow it
    help_phone: str = ""
    cancelled_note: str = ""  # why it does not take place, for all to read
    revision: int = 0  # how often what stands in a calendar has changed
    extra_minutes: int = 0  # staff gave it while it ran; what was announced stays as it was
    queue_closed_at: datetime | None = None  # since when nobody new may join the waiting room
    moved_at: datetime | None = None  # when staff gave it another beginning
    moved_from: datetime | None = None  # the beginning that was known before
    opening_text: str = ""  # the words on the opening card; empty: those of `web.opening`
    opening_version: int = 1

    @property
    def announced_end(self) -> datetime:
        """The end as it was announced, for calendars and posters."""
        return self.starts_at + timedelta(minutes=self.planned_minutes)

    @property
    def ends_at(self) -> datetime:
        """The end as it is planned now. Nothing ends by itself when it is reached."""
        return (self.began_at or self.starts_at) + timedelta(minutes=self.planned_minutes + self.extra_minutes)


MOVE_STANDS = timedelta(minutes=10)
"""A new beginning is told when it has stood for so long: what was mistyped is put right before anybody reads it."""
EXPECTED = frozenset({State.PLANNED, State.OPEN, State.BACKSTAGE})
"""States in which it is still to come."""


def moved_to(before: OfficeHour, starts_at: datetime, at: datetime) -> dict[str, datetime | None]:
    """What is noted when it gets this beginning at this moment: since when, and from which one that people know.

    Moved twice before the first move was told, it was moved once; moved back, it was not.
    """
    if starts_at == before.starts_at:
        return {}
    untold = before.moved_at is not None and at - before.moved_at < MOVE_STANDS
    known = before.moved_from if untold else before.starts_at
    return {"moved_at": None, "moved_from": None} if known == starts_at else {"moved_at": at, "moved_from": known}


def move_is_told(hour: OfficeHour, at: datetime) -> bool:
    """Whether people have to hear of its new beginning."""
    stands = hour.moved_at is not None and at - hour.moved_at >= MOVE_STANDS
    return stands and hour.state in EXPECTED and at < hour.starts_at


def has_room(hour: OfficeHour, at: datetime) -> bool:
    """Whether people may be in its room: while the studio keeps one, and for some minutes after the end."""
    afterwards = hour.state in WITH_RECORDING and hour.ended_at is not None and at - hour.ended_at < AFTERWARDS
    return hour.state in WITH_ROOM or afterwards


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


def takes_questions(hour: OfficeHour, at: datetime) -> bool:
    """Whether a question can be asked now: the state allows it, and the announced times for questions."""
    begun = hour.questions_from is None or at >= hour.questions_from
    return hour.state in TAKING_QUESTIONS and begun and not questions_are_over(hour, at)


def questions_are_over(hour: OfficeHour, at: datetime) -> bool:
    """Whether the announced time for questions has passed."""
    return hour.questions_until is not None and at >= hour.questions_until


def opens_by_itself(hour: OfficeHour, at: datetime) -> bool:
    """Whether a planned office hour has reached the time announced for questions."""
    reached = hour.questions_from is not None and hour.questions_from <= at < hour.ends_at
    return hour.state is State.PLANNED and reached and not questions_are_over(hour, at)


def needs_can_be_said(hour: OfficeHour, at: datetime) -> bool:
    """Whether citizens can still say which help they need to take part."""
    return hour.state in EXPECTED and hour.needs_until is not None and at < hour.needs_until
