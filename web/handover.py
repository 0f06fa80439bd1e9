"""Which page holds a person's seat, and one-time addresses that take the seat to a telephone.

A page that was asked to start the camera holds the seat from then on; every other one is told so instead of getting a
ticket. So two devices never take the seat from each other in turn, and nobody is heard twice.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events, store
from ingest.database import UtcDateTime, metadata
from ingest.people import Person
from web.store import digest, new_key

VALID_FOR = timedelta(minutes=5)
"""As long as somebody needs to find their telephone and its camera; the address is on a screen that others may see."""

phone_links = sa.Table(
    "phone_links",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("person", sa.ForeignKey("persons.id"), nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
)
seat_pages = sa.Table(
    "seat_pages",
    metadata,
    sa.Column("person", sa.ForeignKey("persons.id"), primary_key=True),
    sa.Column("page", sa.String(64), nullable=False),
)


class Elsewhere(PermissionError):
    """Another page holds the seat."""


def make_link(connection: Connection, person: str, at: datetime) -> str:
    """A new address of this person, as its secret text; those made before stop working."""
    token = new_key()
    connection.execute(phone_links.delete().where(phone_links.c.person == person))
    connection.execute(phone_links.insert().values(digest=digest(token), person=person, expires_at=at + VALID_FOR))
    return token


def behind(connection: Connection, token: str, at: datetime) -> Person | None:
    """Whose seat an address takes along; None when it is used up or too old."""
    valid = (phone_links.c.digest == digest(token)) & (phone_links.c.expires_at > at)
    person = connection.scalar(sa.select(phone_links.c.person).where(valid))
    return store.person(connection, person) if person else None


def take(connection: Connection, token: str, at: datetime) -> Person | None:
    """Use an address up, once; compare and delete, so that of two who scan it one is too late."""
    person = behind(connection, token, at)
    gone = connection.execute(phone_links.delete().where(phone_links.c.digest == digest(token))).rowcount
    return person if gone else None


def hold(connection: Connection, person: Person, page: str, *, claim: bool) -> None:
    """The page wants to connect. `claim`: somebody has just pressed its button. Raises Elsewhere."""
    if not page:
        return
    mine = seat_pages.c.person == person.id
    held = connection.scalar(sa.select(seat_pages.c.page).where(mine))
    if held is None:
        connection.execute(seat_pages.insert().values(person=person.id, page=page[:64]))
    elif held != page[:64]:
        if not claim:
            raise Elsewhere("another page has this seat")
        connection.execute(seat_pages.update().where(mine).values(page=page[:64]))
        events.write(connection, "seat", person.office_hour, person.id)


def forget(connection: Connection, at: datetime) -> int:
    """Delete addresses that are too old. Returns how many."""
    return connection.execute(phone_links.delete().where(phone_links.c.expires_at < at)).rowcount
