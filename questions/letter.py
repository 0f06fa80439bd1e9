"""What a letter to an asker is, when one is due and whether it may still go. Pure values.

waiting --(just before the text is handed over)--> sending --(accepted)--> sent
waiting --> dropped (no longer true, stopped, erased) | refused (for good)
sending --(the line broke before the answer)--> doubtful --(staff: send again)--> waiting
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from ingest.officehours import TAKING_QUESTIONS, OfficeHour, move_is_told
from ingest.officehours import State as HourState
from questions.question import BY_THEMSELVES, Question, State

GRACE = timedelta(minutes=10)
"""A decision is told when it has stood for so long: staff undo within seconds, a letter cannot be undone."""
LATEST = timedelta(days=7)
"""An older decision is not told any more, as when letters are set up for the first time."""
EARLIEST_HOUR = 6
"""Local hour of the day from which "today" is said."""
DAILY = 5
"""Confirmations and receipts to one address a day: nobody's mailbox is filled by what others write into a form."""


class Kind(Enum):
    """What a letter says."""

    CONFIRM = "confirm"  # the only one to an address whose owner has not spoken yet
    RECEIPT = "receipt"
    APPROVED = "approved"
    REJECTED = "rejected"
    MERGED = "merged"
    TODAY = "today"
    MOVED = "moved"  # the only one that may be written again: each move is told
    CANCELLED = "cancelled"
    NOT_REACHED = "not_reached"
    ANSWERED = "answered"
    WRITTEN = "written"  # answered, but not on air


FIRST = frozenset({Kind.CONFIRM, Kind.RECEIPT})
DECISIONS: dict[State, Kind] = {
    State.APPROVED: Kind.APPROVED,
    State.QUEUED: Kind.APPROVED,
    State.REJECTED: Kind.REJECTED,
    State.MERGED: Kind.MERGED,
    State.NOT_REACHED: Kind.NOT_REACHED,
}
COMING_UP = frozenset({State.NEW, State.APPROVED, State.QUEUED, State.MERGED})
STILL_TRUE: dict[Kind, frozenset[State]] = {
    Kind.CONFIRM: frozenset(State) - {State.TAKEN_BACK, State.SET_ASIDE},
    Kind.RECEIPT: frozenset(State) - {State.TAKEN_BACK, State.SET_ASIDE},
    Kind.APPROVED: frozenset({State.APPROVED, State.QUEUED}),
    Kind.REJECTED: frozenset({State.REJECTED}),
    Kind.MERGED: frozenset({State.MERGED}),
    Kind.TODAY: COMING_UP,
    Kind.MOVED: COMING_UP,
    Kind.CANCELLED: COMING_UP,
    Kind.NOT_REACHED: frozenset({State.NOT_REACHED, State.MERGED}),
    Kind.ANSWERED: frozenset({State.ANSWERED, State.MERGED}),
    Kind.WRITTEN: frozenset({State.IN_WRITING, State.MERGED}),
}
"""States of a question in which a letter that was wanted still says the truth."""


class LetterState(Enum):
    """How far a letter is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"
    REFUSED = "refused"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One letter about one question; `link` is where the answer is. `tries` counts refusals for the time being."""

    id: str
    question: str
    kind: Kind
    state: LetterState
    step: str
    link: str
    tries: int
    error: str
    wanted_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Whether the asker of a question can be written to. `address` and `token` are fingerprints, not the texts."""

    question: str
    address: str
    token: str
    confirmed_at: datetime | None = None
    stopped_at: datetime | None = None
    dead_at: datetime | None = None


def may_write(reach: Reach, kind: Kind) -> bool:
    """Only a confirmed address gets more than the one letter that asks for it."""
    open_ = reach.stopped_at is None and reach.dead_at is None
    return open_ and (kind is Kind.CONFIRM) == (reach.confirmed_at is None)


def due(
    question: Question, reach: Reach, hour: OfficeHour | None, known: Set[Kind], at: datetime, zone: ZoneInfo
) -> list[Kind]:
    """Letters that should be written now, `known` being those that were; answers are asked for by who publishes."""
    wanted = [kind for kind in _wanted(question, hour, known, at, zone) if kind not in known]
    return [kind for kind in wanted if may_write(reach, kind) and question.state in STILL_TRUE[kind]]


def _wanted(question: Question, hour: OfficeHour | None, known: Set[Kind], at: datetime, zone: ZoneInfo) -> list[Kind]:
    found = []
    if at - question.changed_at < LATEST:
        if question.state is State.NEW:
            found.append(Kind.RECEIPT if question.channel in BY_THEMSELVES else Kind.CONFIRM)
        decision = DECISIONS.get(question.state)
        if decision is not None and at - question.changed_at >= GRACE:
            found.append(decision)
    if hour is not None and is_today(hour, at, zone):
        found.append(Kind.TODAY)
    if hour is not None and tells_of_move(hour, at):
        found.append(Kind.MOVED)
    if hour is not None and hour.state is HourState.CANCELLED and at < hour.ends_at:
        return [Kind.CANCELLED]
    return found


def tells_of_move(hour: OfficeHour, at: datetime) -> bool:
    """Whether a letter says now that it begins at another time than was said; an old move is not told any more."""
    return move_is_told(hour, at) and hour.moved_at is not None and at - hour.moved_at < LATEST


def is_today(hour: OfficeHour, at: datetime, zone: ZoneInfo) -> bool:
    """From early in the morning of the day until it begins."""
    here, start = at.astimezone(zone), hour.starts_at.astimezone(zone)
    expected = hour.state in TAKING_QUESTIONS | {HourState.PLANNED}
    return expected and here.date() == start.date() and here.hour >= EARLIEST_HOUR and here < start


def pause(tries: int) -> timedelta:
    """How long to wait after so many refusals for the time being: greylists open after minutes, disks after hours."""
    return min(timedelta(minutes=2 << min(tries, 10)), timedelta(hours=4))


GIVE_UP = timedelta(days=3)
"""After so long a letter is refused for good (RFC 5321, 4.5.4.1 names four to five days)."""
