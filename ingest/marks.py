"""Moments that somebody marked come in; which of them nobody has looked at yet goes out.

A mark is a command; looking at it is a row here. A recording with an open mark is not released.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import commands, events
from ingest.commands import Command, Kind, State
from ingest.database import UtcDateTime, metadata, now, rows_as
from ingest.store import Overtaken

NOTE_LENGTH = 500

settled_marks = sa.Table(
    "settled_marks",
    metadata,
    sa.Column("command", sa.ForeignKey("commands.id"), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False, index=True),
    sa.Column("by", sa.String(32), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("settled_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Somebody looked at a mark: who, when, and what they wrote about it."""

    command: str
    office_hour: str
    by: str
    note: str
    settled_at: datetime


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A marked moment. `tick` is its media time; None while the room has not applied it."""

    id: str
    tick: int | None
    reason: str
    marked_at: datetime
    settled: Settled | None

    @property
    def open(self) -> bool:
        return self.settled is None


def of_office_hour(connection: Connection, office_hour: str) -> list[Mark]:
    """All marks in the order of their making; what the room refused is no mark."""
    query = sa.select(settled_marks).where(settled_marks.c.office_hour == office_hour)
    settled = {each.command: each for each in rows_as(Settled, connection, query)}
    return [_mark(each, settled.get(each.id)) for each in _marking(commands.history(connection, office_hour))]


def unsettled(connection: Connection, office_hour: str) -> list[Mark]:
    """The marks that nobody has looked at."""
    return [mark for mark in of_office_hour(connection, office_hour) if mark.open]


def settle(connection: Connection, office_hour: str, id: str, *, by: str, note: str = "") -> Settled:
    """Somebody looked at it. Raises LookupError for no mark of this office hour, Overtaken when it is settled."""
    mark = next((each for each in of_office_hour(connection, office_hour) if each.id == id), None)
    if mark is None:
        raise LookupError(f"no mark {id} in this office hour")
    if not mark.open:
        raise Overtaken(f"the mark {id} was looked at already")
    settled = Settled(command=id, office_hour=office_hour, by=by, note=note[:NOTE_LENGTH], settled_at=now())
    connection.execute(settled_marks.insert().values(**asdict(settled)))
    events.write(connection, "mark", office_hour, id)
    return settled


def _marking(history: Iterable[Command]) -> list[Command]:
    return [each for each in history if each.kind is Kind.MARK and each.state is not State.REFUSED]


def _mark(command: Command, settled: Settled | None) -> Mark:
    return Mark(
        id=command.id,
        tick=command.tick,
        reason=str(command.payload.get("reason", "")),
        marked_at=command.created_at,
        settled=settled,
    )
