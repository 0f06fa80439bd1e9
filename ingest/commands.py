"""A wish to a room goes in as a row; the studio takes it out, applies it once and writes how it ended.

Written in the same transaction as the change it belongs to. Only the studio applies: it stamps media time and
appends the timeline event with the command's id, so that after a crash the timeline says what was applied.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import EnumText, UtcDateTime, metadata, now, random_id, rows_as
from ingest.wishes import Kind as Kind


class State(Enum):
    """How far the studio is with it."""

    NEW = "new"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Command:
    """One wish. `tick` is the media time at which it took effect, once done."""

    sequence: int
    id: str
    office_hour: str
    kind: Kind
    payload: dict[str, Any]
    state: State
    reason: str
    tick: int | None
    created_at: datetime
    applied_at: datetime | None


commands = sa.Table(
    "commands",
    metadata,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False),
    sa.Column("kind", EnumText(Kind), nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("state", EnumText(State), nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("tick", sa.BigInteger),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("applied_at", UtcDateTime),
    sqlite_autoincrement=True,
)


def write(connection: Connection, office_hour: str, kind: Kind, **payload: Any) -> str:
    """Wish something of the room of `office_hour`. Returns the command's id."""
    id = random_id()
    connection.execute(
        commands.insert().values(
            id=id,
            office_hour=office_hour,
            kind=kind,
            payload=payload,
            state=State.NEW,
            reason="",
            created_at=now(),
        )
    )
    events.write(connection, "command", office_hour, id)
    return id


def waiting(connection: Connection, office_hour: str) -> list[Command]:
    """What the studio has not applied yet, in the order it was wished."""
    query = (
        sa.select(commands)
        .where(commands.c.state == State.NEW, commands.c.office_hour == office_hour)
        .order_by(commands.c.sequence)
    )
    return rows_as(Command, connection, query)


def refused(connection: Connection, office_hour: str, since: datetime) -> list[Command]:
    """What the studio refused since then, the newest first, for staff to read why."""
    query = (
        sa.select(commands)
        .where(commands.c.office_hour == office_hour, commands.c.state == State.REFUSED, commands.c.applied_at > since)
        .order_by(commands.c.sequence.desc())
    )
    return rows_as(Command, connection, query)


def of_kinds(connection: Connection, office_hour: str, kinds: Collection[Kind]) -> list[Command]:
    """Every wish of these kinds that was not refused, the newest first."""
    query = (
        sa.select(commands)
        .where(commands.c.office_hour == office_hour, commands.c.kind.in_(kinds), commands.c.state != State.REFUSED)
        .order_by(commands.c.sequence.desc())
    )
    return rows_as(Command, connection, query)


def newest(connection: Connection, office_hour: str, kinds: Collection[Kind]) -> Command | None:
    """The last wish of one of these kinds that was not refused."""
    query = (
        sa.select(commands)
        .where(commands.c.office_hour == office_hour, commands.c.kind.in_(kinds), commands.c.state != State.REFUSED)
        .order_by(commands.c.sequence.desc())
        .limit(1)
    )
    return next(iter(rows_as(Command, connection, query)), None)


def finish(connection: Connection, id: str, state: State, *, tick: int | None = None, reason: str = "") -> bool:
    """Write how a command ended; False when it was already written."""
    changed = connection.execute(
        commands.update()
        .where(commands.c.id == id, commands.c.state == State.NEW)
        .values(state=state, tick=tick, reason=reason, applied_at=now())
    )
    if changed.rowcount:
        command = get(connection, id)
        events.write(connection, "command", command.office_hour, id)
    return bool(changed.rowcount)


def get(connection: Connection, id: str) -> Command:
    """Raises LookupError."""
    found = rows_as(Command, connection, sa.select(commands).where(commands.c.id == id))
    if not found:
        raise LookupError(f"no command {id}")
    return found[0]


def as_message(command: Command) -> dict[str, Any]:
    """What the room is told: id, kind and payload."""
    values = asdict(command)
    return {"id": values["id"], "kind": command.kind.value, "payload": command.payload}


def history(connection: Connection, office_hour: str) -> list[Command]:
    """Everything that was ever wished of this room, in order: a room that starts anew learns words from it."""
    query = sa.select(commands).where(commands.c.office_hour == office_hour).order_by(commands.c.sequence)
    return rows_as(Command, connection, query)
