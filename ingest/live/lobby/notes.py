"""A line of the staff to one waiting person, or to all who wait at that moment, comes in and is kept with the hour."""

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import UtcDateTime, metadata, random_id, rows_as
from ingest.people import Person

LENGTH = 400
"""Characters of a line: it is read on a phone, by somebody who waits."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """One line. `person` is None when it was for everybody; `by` is the name it is signed with."""

    id: str
    office_hour: str
    person: str | None
    by: str
    text: str
    at: datetime


notes = sa.Table(
    "waiting_notes",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False, index=True),
    sa.Column("person", sa.ForeignKey("persons.id")),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)


def write(connection: Connection, office_hour: str, person: str | None, text: str, *, by: str, at: datetime) -> Note:
    """Keep a line and tell the pages. Raises ValueError when it is empty or too long."""
    if not text.strip() or len(text) > LENGTH:
        raise ValueError(f"a line has 1 to {LENGTH} characters")
    note = Note(id=random_id(), office_hour=office_hour, person=person, by=by, text=text.strip(), at=at)
    connection.execute(notes.insert().values(**asdict(note)))
    events.write(connection, "note", office_hour, person or "")
    return note


def for_person(connection: Connection, person: Person) -> list[Note]:
    """What a person may read, the oldest first: their own lines, and those to all since they came."""
    mine = sa.or_(notes.c.person == person.id, sa.and_(notes.c.person.is_(None), notes.c.at >= person.created_at))
    query = sa.select(notes).where(notes.c.office_hour == person.office_hour, mine).order_by(notes.c.at)
    return rows_as(Note, connection, query)


def of_office_hour(connection: Connection, office_hour: str) -> list[Note]:
    """All lines of an office hour, the oldest first."""
    return rows_as(Note, connection, sa.select(notes).where(notes.c.office_hour == office_hour).order_by(notes.c.at))


def forget(connection: Connection, office_hours: list[str]) -> int:
    """Delete the lines of office hours that are over. Returns how many."""
    return connection.execute(notes.delete().where(notes.c.office_hour.in_(office_hours))).rowcount
