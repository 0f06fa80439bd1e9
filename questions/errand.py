"""What a question handed to a department is, the states it passes through, and when somebody is reminded. Pure values.

asked --> written --(host: approve)--> approved        written --(host: not so)--> returned --> written
asked, written, returned --(staff)--> called off       A briefing note needs no approval: it is for host and staff only.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from questions.letter import LetterState

TEXT_LENGTH, NOTE_LENGTH, NAME_LENGTH = 4000, 1000, 120
REMINDED_BEFORE = timedelta(days=2)
"""So long before its day a department hears once more; at the latest on the day itself."""


class Purpose(Enum):
    """What a department is asked for."""

    BRIEFING = "briefing"  # before the office hour: what host and staff should know
    ANSWER = "answer"  # a draft that the host approves


class State(Enum):
    """How far it is."""

    ASKED = "asked"
    WRITTEN = "written"
    RETURNED = "returned"
    APPROVED = "approved"
    CALLED_OFF = "called_off"


class Notice(Enum):
    """What the newest mail to the department says."""

    ASKED = "asked"
    REMINDER = "reminder"
    RETURNED = "returned"


MOVES: dict[State, frozenset[State]] = {
    State.ASKED: frozenset({State.WRITTEN, State.CALLED_OFF}),
    State.WRITTEN: frozenset({State.WRITTEN, State.RETURNED, State.APPROVED, State.CALLED_OFF}),
    State.RETURNED: frozenset({State.WRITTEN, State.CALLED_OFF}),
    State.APPROVED: frozenset(),
    State.CALLED_OFF: frozenset(),
}
WAITING = frozenset({State.ASKED, State.RETURNED})
"""It is the department's turn."""


class ErrandRefused(ValueError):
    """The move is not allowed; the message names both states."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One question at one department. `sealed` holds its mail address or nothing, `sealed_link` the secret text.

    `remark` is why the host sent it back. `told` is how far the newest mail is, `notice` what it says.
    """

    id: str
    question: str
    purpose: Purpose
    state: State
    department: str
    sealed: str
    digest: str
    sealed_link: str
    note: str
    due_on: date
    text: str
    remark: str
    asked_by: str
    asked_at: datetime
    changed_at: datetime
    reminded_at: datetime | None = None
    told: LetterState | None = None
    notice: Notice | None = None
    step: str | None = None
    tries: int = 0
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of its history. `by` is an account's id, "department", "host" or "clock"."""

    id: int
    errand: str
    at: datetime
    by: str
    state: State
    text: str


def check_move(errand: Errand, goal: State) -> None:
    """Raises ErrandRefused unless it may go on to `goal`."""
    approving = goal in (State.APPROVED, State.RETURNED) and errand.purpose is Purpose.BRIEFING
    if goal not in MOVES[errand.state] or approving:
        raise ErrandRefused(f"what is {errand.state.value} cannot become {goal.value}")


def is_overdue(errand: Errand, today: date) -> bool:
    """Whether the department is late."""
    return errand.state in WAITING and errand.due_on < today


def needs_reminder(errand: Errand, today: date) -> bool:
    """Whether the department should hear once more now; it does so once."""
    near = errand.due_on - REMINDED_BEFORE <= today
    fresh = errand.asked_at.date() >= today  # who was asked today needs no reminder today
    return errand.state in WAITING and errand.reminded_at is None and near and not fresh
