"""What is known of a waiting guest besides the seat: how they take part, since when they wait, when last seen.

The row is theirs and goes with the office hour (`forget`). Somebody without one (added by a test, by the demo) is
taken for a guest with a camera who was seen when they came.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import EnumText, UtcDateTime, metadata, row_as, rows_as
from ingest.people import Person

HERE_FOR = timedelta(seconds=40)
"""A page gives a sign of life each 5 to 15 s; two may be lost before anybody is told."""
NOTED_EACH = timedelta(seconds=10)
"""A sign of life is written no more often than this: a hundred guests are ten short writes a second at most."""


class Way(Enum):
    """How somebody takes part; all are equal."""

    VIDEO = "video"
    AUDIO = "audio"
    READ_OUT = "read_out"
    TELEPHONE = "telephone"  # a voice through a sound input of the staff's computer, see `telephone`


CHOSEN = frozenset({Way.VIDEO, Way.AUDIO, Way.READ_OUT})
"""What citizens choose on their own page."""


class Parent(Enum):
    """What is known of a parent of somebody under 18."""

    NOT_NEEDED = "not_needed"
    ASKED = "asked"
    AGREED = "agreed"  # by the private address
    NOTED = "noted"  # by staff, who spoke with them
    REFUSED = "refused"


ALLOWED = frozenset({Parent.NOT_NEEDED, Parent.AGREED, Parent.NOTED})


class Gone(Enum):
    """Why a seat was left."""

    OWN = "own"
    AWAY = "away"  # no sign of life for longer than the place is kept
    REMOVED = "removed"
    SENT_ON = "sent_on"


@dataclass(frozen=True, kw_only=True)
class Guest:
    """See the module. `since` is kept when they are sent on; `browser` and `parent_digest` are digests of secrets."""

    person: str
    office_hour: str
    way: Way
    since: datetime
    seen_at: datetime
    parent: Parent = Parent.NOT_NEEDED
    parent_digest: str | None = None
    parent_sealed: str = ""
    browser: str = ""
    called_at: datetime | None = None
    called_by: str = ""
    answered_at: datetime | None = None
    missed: int = 0
    gone: Gone | None = None
    sent_to: str | None = None
    signs: bool = False  # speaks in sign language: a large tile in every scene

    @property
    def may_be_seen(self) -> bool:
        """Whether a picture of them may be sent: chosen by themselves and, under 18, allowed by a parent."""
        return self.way is Way.VIDEO and self.parent in ALLOWED

    def is_here(self, at: datetime) -> bool:
        """Whether their page gave a sign of life just now."""
        return at - self.seen_at <= HERE_FOR


guests = sa.Table(
    "guests",
    metadata,
    sa.Column("person", sa.ForeignKey("persons.id"), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False, index=True),
    sa.Column("way", EnumText(Way), nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("parent", EnumText(Parent), nullable=False),
    sa.Column("parent_digest", sa.String(64), unique=True),
    sa.Column("parent_sealed", sa.Text, nullable=False),
    sa.Column("browser", sa.String(64), nullable=False, index=True),
    sa.Column("called_at", UtcDateTime),
    sa.Column("called_by", sa.Text, nullable=False),
    sa.Column("answered_at", UtcDateTime),
    sa.Column("missed", sa.Integer, nullable=False),
    sa.Column("gone", EnumText(Gone)),
    sa.Column("sent_to", sa.ForeignKey("office_hours.id")),
    sa.Column("signs", sa.Boolean, nullable=False, server_default=sa.false()),
)


def add(connection: Connection, person: Person, **values: Any) -> Guest:
    """Write down how `person` takes part; `values` are fields of Guest."""
    guest = Guest(**(asdict(_unknown(person)) | values))
    connection.execute(guests.insert().values(**asdict(guest)))
    return guest


def of(connection: Connection, person: Person) -> Guest:
    """What is known of a person."""
    found = row_as(Guest, connection, sa.select(guests).where(guests.c.person == person.id))
    return found or _unknown(person)


def all_of(connection: Connection, office_hour: str, people: Sequence[Person]) -> dict[str, Guest]:
    """What is known of `people`, by their ids."""
    rows = rows_as(Guest, connection, sa.select(guests).where(guests.c.office_hour == office_hour))
    known = {guest.person: guest for guest in rows}
    return {person.id: known.get(person.id) or _unknown(person) for person in people}


def behind_parent(connection: Connection, digest: str) -> Guest | None:
    """The guest whose parent holds the secret text with this digest."""
    return row_as(Guest, connection, sa.select(guests).where(guests.c.parent_digest == digest))


def of_browser(connection: Connection, office_hour: str, browser: str) -> list[Guest]:
    """Everybody who took part in an office hour from one browser."""
    query = sa.select(guests).where(guests.c.office_hour == office_hour, guests.c.browser == browser)
    return rows_as(Guest, connection, query) if browser else []


def change(connection: Connection, person: Person, **values: Any) -> None:
    """Change what is known, and tell the pages."""
    changed = connection.execute(guests.update().where(guests.c.person == person.id).values(**values))
    if changed.rowcount == 0:
        add(connection, person, **values)
    events.write(connection, "seat", person.office_hour, person.id)


def seen(connection: Connection, person: Person, at: datetime) -> bool:
    """A sign of life. True when it was written; pages are told of it only when nobody expected one any more."""
    guest = of(connection, person)
    if at - guest.seen_at < NOTED_EACH and guest.seen_at <= at:
        return False
    changed = connection.execute(guests.update().where(guests.c.person == person.id).values(seen_at=at))
    if changed.rowcount == 0:
        add(connection, person, seen_at=at)
    if not guest.is_here(at):
        events.write(connection, "seat", person.office_hour, person.id)
    return True


def forgive(connection: Connection, at: datetime, grace: timedelta) -> int:
    """After a restart of the site: who was here when it went is taken for here, since nobody could be heard meanwhile.

    The newest sign of life of an office hour says when it went. Returns how many were forgiven.
    """
    newest = sa.select(guests.c.office_hour, sa.func.max(guests.c.seen_at).label("at")).group_by(guests.c.office_hour)
    count = 0
    for office_hour, heard in connection.execute(newest).all():
        kept = guests.c.seen_at >= heard - grace
        query = guests.update().where(guests.c.office_hour == office_hour, kept, guests.c.seen_at < at)
        count += connection.execute(query.values(seen_at=at)).rowcount
    return count


def forget(connection: Connection, office_hours: Sequence[str]) -> int:
    """Delete what is known of the guests of office hours that are over. Returns how many."""
    return connection.execute(guests.delete().where(guests.c.office_hour.in_(office_hours))).rowcount


def _unknown(person: Person) -> Guest:
    at = person.created_at
    return Guest(person=person.id, office_hour=person.office_hour, way=Way.VIDEO, since=at, seen_at=at)
