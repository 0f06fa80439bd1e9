"""Short notes between the host and staff during the hour come in, the newest few go out. Gone with the hour."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import EnumText, UtcDateTime, metadata, now, random_id, rows_as

LENGTH = 140
"""Characters of a note: what can be read in passing while somebody speaks."""


class Sender(Enum):
    """Which end of the line wrote it."""

    HOST = "host"
    STAFF = "staff"


@dataclass(frozen=True, kw_only=True)
class Note:
    """One note; `read_at` is when the other end said so."""

    id: str
    office_hour: str
    sender: Sender
    text: str
    at: datetime
    read_at: datetime | None = None


intercom_notes = sa.Table(
    "intercom_notes",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False, index=True),
    sa.Column("sender", EnumText(Sender), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("read_at", UtcDateTime),
)


def write(connection: Connection, office_hour: str, sender: Sender, text: str) -> Note:
    """Send a note. Raises ValueError when it says nothing."""
    text = " ".join(text.split())[:LENGTH]
    if not text:
        raise ValueError("an empty note says nothing")
    note = Note(id=random_id(), office_hour=office_hour, sender=sender, text=text, at=now())
    connection.execute(intercom_notes.insert().values(**asdict(note)))
    events.write(connection, "note", office_hour, note.id)
    return note


def read(connection: Connection, office_hour: str, reader: Sender) -> None:
    """`reader` has seen all that the other end wrote."""
    theirs = (
        intercom_notes.c.office_hour == office_hour,
        intercom_notes.c.sender != reader,
        intercom_notes.c.read_at.is_(None),
    )
    if connection.execute(intercom_notes.update().where(*theirs).values(read_at=now())).rowcount:
        events.write(connection, "note", office_hour, office_hour)


def newest(connection: Connection, office_hour: str, count: int) -> list[Note]:
    """The last few, the newest first."""
    query = (
        sa.select(intercom_notes)
        .where(intercom_notes.c.office_hour == office_hour)
        .order_by(intercom_notes.c.at.desc())
        .limit(count)
    )
    return rows_as(Note, connection, query)


def unread(connection: Connection, office_hour: str, reader: Sender) -> list[Note]:
    """What the other end wrote and `reader` has not seen, the oldest first."""
    theirs = (
        intercom_notes.c.office_hour == office_hour,
        intercom_notes.c.sender != reader,
        intercom_notes.c.read_at.is_(None),
    )
    return rows_as(Note, connection, sa.select(intercom_notes).where(*theirs).order_by(intercom_notes.c.at))


def erase(connection: Connection, office_hour: str) -> int:
    """The hour is over, and with it what was whispered. Returns how many."""
    return connection.execute(intercom_notes.delete().where(intercom_notes.c.office_hour == office_hour)).rowcount
