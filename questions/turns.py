"""Whose turn it was and is: rows that say when a turn began, how long it may take and what was before it.

`change.py` makes them; `before` holds what a change took off air, so that it can be given back within its seconds.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from ingest import events
from ingest.database import EnumText, UtcDateTime, metadata, now, row_as, rows_as
from ingest.people import Seat
from ingest.store import Overtaken

UNDO_S = 10
"""How long a change can be taken back: afterwards the public has seen it, and the guest has begun to speak."""
GRACE_S = 3
"""A press in the last second still has to travel."""


class Kind(Enum):
    """What a turn is about."""

    OPENING = "opening"  # the card with the words that have to be said
    GUEST = "guest"
    QUESTION = "question"
    NOTHING = "nothing"  # the last one was taken off and nothing followed


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One turn; `budget_s` is the time it should take, 0 for as long as it takes."""

    id: str
    office_hour: str
    kind: Kind
    person: str | None = None
    question: str | None = None
    budget_s: int
    by: str
    began_at: datetime
    ended_at: datetime | None = None
    undone_at: datetime | None = None
    before: dict[str, Any] = field(default_factory=dict)

    def can_be_undone(self, at: datetime) -> bool:
        """Within its seconds, and only while it is the newest."""
        late = timedelta(seconds=UNDO_S + GRACE_S)
        return self.ended_at is None and at - self.began_at <= late and self.kind is not Kind.OPENING


turns = sa.Table(
    "turns",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False, index=True),
    sa.Column("kind", EnumText(Kind), nullable=False),
    sa.Column("person", sa.ForeignKey("persons.id")),
    sa.Column("question", sa.ForeignKey("questions.id")),
    sa.Column("budget_s", sa.Integer, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("began_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("undone_at", UtcDateTime),
    sa.Column("before", sa.JSON, nullable=False),
)
sa.Index(
    "uq_turns_now",
    turns.c.office_hour,
    unique=True,
    sqlite_where=sa.text("ended_at IS NULL"),
    postgresql_where=sa.text("ended_at IS NULL"),
)


def current(connection: Connection, office_hour: str) -> Turn | None:
    """Whose turn it is."""
    query = sa.select(turns).where(turns.c.office_hour == office_hour, turns.c.ended_at.is_(None))
    return row_as(Turn, connection, query)


def begin(connection: Connection, turn: Turn) -> None:
    """Raises Overtaken when somebody else's change came first."""
    try:
        with connection.begin_nested():
            connection.execute(turns.insert().values(**asdict(turn)))
    except IntegrityError as error:
        raise Overtaken("another turn was begun at the same moment") from error
    events.write(connection, "turn", turn.office_hour, turn.id)


def end(connection: Connection, turn: Turn, **values: Any) -> None:
    """Raises Overtaken when it is not going on any more."""
    mine = (turns.c.id == turn.id, turns.c.ended_at.is_(None))
    if connection.execute(turns.update().where(*mine).values(ended_at=now(), **values)).rowcount != 1:
        raise Overtaken(f"the turn {turn.id} has been ended by somebody else")


def reopen(connection: Connection, id: str) -> None:
    """The change after it was taken back: it goes on."""
    connection.execute(turns.update().where(turns.c.id == id).values(ended_at=None))


def of_office_hour(connection: Connection, office_hour: str) -> list[Turn]:
    """All turns that were not taken back, the oldest first."""
    query = sa.select(turns).where(turns.c.office_hour == office_hour, turns.c.undone_at.is_(None))
    return rows_as(Turn, connection, query.order_by(turns.c.began_at))


def ended_of(connection: Connection, office_hour: str) -> dict[str, Turn]:
    """The newest turn of each person who had one."""
    return {turn.person: turn for turn in of_office_hour(connection, office_hour) if turn.person}


def is_over(turn: Turn | None, seat: Seat) -> bool:
    """Whether a person has had their turn; who waits or was let in again after it comes once more."""
    return turn is not None and (turn.ended_at is None or seat.changed_at <= turn.ended_at)


def budget_s(left_s: float, items: int) -> int:
    """What each of the items still to come may take, in whole half minutes: a fair share of what is left."""
    share = left_s / max(items, 1)
    return int(min(max(share, 60), 600) // 30 * 30)
