"""What an office says in public about all questions of an office hour: whether their list can be read, and by when
those that are still open are answered. A row only where somebody has said something."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import UtcDateTime, metadata, row_as
from ingest.officehours import State as HourState
from questions import listing
from questions.question import State

question_lists = sa.Table(
    "question_lists",
    metadata,
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), primary_key=True),
    sa.Column("hidden", sa.Boolean, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)
SHOWN = frozenset({State.APPROVED, State.QUEUED, State.ON_AIR, State.ANSWERED, State.IN_WRITING, State.NOT_REACHED})
"""Questions that were read and put on the list; what stands in them may be read by everybody."""
DONE = frozenset({State.ANSWERED, State.IN_WRITING})
SUPPORTED = frozenset({State.APPROVED, State.QUEUED})
"""States in which it still changes something when one more wants to know."""
OVER = frozenset({HourState.ENDED, HourState.IN_REVIEW, HourState.EXPIRED})


@dataclass(frozen=True, kw_only=True)
class PublicList:
    """How the list of an office hour is shown."""

    office_hour: str
    hidden: bool = False
    due_on: date | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the questions that were put on the list, each counted once however many asked it."""

    answered: int
    open: int
    due_on: date | None

    @property
    def all(self) -> int:
        return self.answered + self.open


def of(connection: Connection, office_hour: str) -> PublicList:
    """What was said, or what holds when nothing was: it is shown."""
    query = sa.select(question_lists).where(question_lists.c.office_hour == office_hour)
    return row_as(PublicList, connection, query) or PublicList(office_hour=office_hour)


def say(connection: Connection, known: PublicList, at: datetime, **changes: object) -> PublicList:
    """Show or hide it, promise a day."""
    said = replace(known, changed_at=at, **changes)  # type: ignore[arg-type]
    mine = question_lists.c.office_hour == known.office_hour
    if not connection.execute(question_lists.update().where(mine).values(**asdict(said))).rowcount:
        connection.execute(question_lists.insert().values(**asdict(said)))
    events.write(connection, "question", known.office_hour, known.office_hour)
    return said


def outcome(connection: Connection, office_hour: str) -> Outcome:
    """Answered and open, for the line that everybody reads after the office hour."""
    counts = listing.counts(connection, office_hour)
    done = sum(counts.get(state, 0) for state in DONE)
    return Outcome(
        answered=done,
        open=sum(counts.get(state, 0) for state in SHOWN) - done,
        due_on=of(connection, office_hour).due_on,
    )
