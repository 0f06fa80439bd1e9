"""What people type instead of saying it comes in as rows; staff show a line below the picture and take it off again.

Text and name are shown as consent allows: only of somebody who is on air, and without a name that may not be shown.
Lines that were never shown are erased a day after the office hour; those that were stay as words of their command, for
captions and transcript (`shown`), as long as the recording's questions do.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import commands, events, store
from ingest.commands import Kind
from ingest.database import UtcDateTime, metadata, random_id, rows_as
from ingest.people import Person, SeatState
from ingest.pseudonyms import mask
from ingest.store import Overtaken

LENGTH = 200
"""Characters of a line: three lines below the picture, read in 13 seconds (15 characters a second, as subtitles)."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line that somebody typed."""

    id: str
    office_hour: str
    person: str
    text: str
    at: datetime


typed_lines = sa.Table(
    "typed_lines",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False, index=True),
    sa.Column("person", sa.ForeignKey("persons.id"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)


def write(connection: Connection, person: Person, text: str, at: datetime) -> Line:
    """Keep a line and tell the pages. Raises ValueError when it is empty or too long."""
    text = " ".join(text.split())
    if not text or len(text) > LENGTH:
        raise ValueError(f"a line has 1 to {LENGTH} characters")
    line = Line(id=random_id(), office_hour=person.office_hour, person=person.id, text=text, at=at)
    connection.execute(typed_lines.insert().values(**asdict(line)))
    events.write(connection, "typed", person.office_hour, person.id)
    return line


def of_office_hour(connection: Connection, office_hour: str) -> list[Line]:
    """All lines of an office hour, the oldest first."""
    query = sa.select(typed_lines).where(typed_lines.c.office_hour == office_hour).order_by(typed_lines.c.at)
    return rows_as(Line, connection, query)


def of_person(connection: Connection, person: Person) -> list[Line]:
    """What somebody typed, the oldest first."""
    query = sa.select(typed_lines).where(typed_lines.c.person == person.id).order_by(typed_lines.c.at)
    return rows_as(Line, connection, query)


def get(connection: Connection, id: str) -> Line:
    """Raises LookupError."""
    found = rows_as(Line, connection, sa.select(typed_lines).where(typed_lines.c.id == id))
    if not found:
        raise LookupError(f"no typed line {id}")
    return found[0]


def show(connection: Connection, line: Line, words: str) -> None:
    """Below the picture from now on, in place of another one. Raises Overtaken when they are not on air.

    `words` stand beside the name. A name that may not be shown is masked in the text as well.
    """
    person = store.person(connection, line.person)
    if store.seat(connection, person.id).state is not SeatState.ON_AIR:
        raise Overtaken("only of somebody who is on air anything is shown")
    text = mask(line.text, {person.name: person.pseudonym}) if person.pseudonym else line.text
    wish = {"person": person.id, "line": line.id, "text": text, "words": words}
    commands.write(connection, line.office_hour, Kind.TYPED, **wish)


def take_off(connection: Connection, person: Person) -> None:
    """Not below the picture any more."""
    commands.write(connection, person.office_hour, Kind.TYPED, person=person.id, line=None)


def on_show(connection: Connection, office_hour: str) -> str | None:
    """The line below the picture now, as far as rows say; it goes when its person goes off air."""
    newest = commands.newest(connection, office_hour, {Kind.TYPED})
    if newest is None or newest.payload["line"] is None:
        return None
    seat = store.seat(connection, newest.payload["person"])
    still = seat.state is SeatState.ON_AIR and seat.changed_at <= newest.created_at
    return str(newest.payload["line"]) if still else None


def shown(connection: Connection, office_hour: str) -> dict[str, str]:
    """The words of every line that was shown, by its id."""
    wishes = commands.of_kinds(connection, office_hour, {Kind.TYPED})
    return {each.payload["line"]: str(each.payload["text"]) for each in wishes if each.payload["line"]}


def forget(connection: Connection, office_hours: Sequence[str]) -> int:
    """Delete the lines of office hours that are over. Returns how many."""
    return connection.execute(typed_lines.delete().where(typed_lines.c.office_hour.in_(office_hours))).rowcount
