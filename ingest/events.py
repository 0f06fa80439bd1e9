"""Facts that pages should hear about go in; the site polls them out by id and fans them out.

A row: id, time, office hour, topic, object id. No personal data: whoever hears it reads the object itself.
Written in the transaction of the change it tells of.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import UtcDateTime, metadata, now, rows_as

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("office_hour", sa.String(32), index=True),
    sa.Column("topic", sa.String(32), nullable=False),
    sa.Column("object", sa.String(64), nullable=False),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something changed: `topic` names the kind of the object ("question", "seat", "step" …)."""

    id: int
    at: datetime
    office_hour: str | None
    topic: str
    object: str


def write(connection: Connection, topic: str, office_hour: str | None, object: str) -> None:
    """Tell that `object` changed."""
    connection.execute(events.insert().values(at=now(), office_hour=office_hour, topic=topic, object=object))


def newest(connection: Connection) -> int:
    """The highest id, 0 when nothing happened yet."""
    return connection.scalar(sa.select(sa.func.max(events.c.id))) or 0


def after(connection: Connection, id: int, limit: int = 500) -> list[Event]:
    """Events newer than `id`, oldest first, at most `limit`."""
    return rows_as(Event, connection, sa.select(events).where(events.c.id > id).order_by(events.c.id).limit(limit))


def forget(connection: Connection, at: datetime, age: timedelta = timedelta(days=1)) -> int:
    """Delete events older than `age`; nobody resumes from so far back. Returns how many."""
    return connection.execute(events.delete().where(events.c.at < at - age)).rowcount
