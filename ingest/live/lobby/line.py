"""The one order of the waiting room: a number in each seat's row, the same for everybody who looks.

Whoever keeps a place keeps the number. Only two things change one: going to the end, and coming from another office
hour with the time waited there.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.live.lobby.guests import guests
from ingest.people import Person
from ingest.store import seats


def to_the_end(connection: Connection, person: Person) -> None:
    """Behind everybody who has a seat in this office hour."""
    here = seats.c.office_hour == person.office_hour
    last = connection.scalar(sa.select(sa.func.max(seats.c.position)).where(here)) or 0
    _put(connection, person, last + 1)


def by_time_waited(connection: Connection, person: Person, since: datetime) -> None:
    """Before the first who has waited for less long than since then; everybody from there on moves one back."""
    later = (
        sa.select(sa.func.min(seats.c.position))
        .join(guests, guests.c.person == seats.c.person)
        .where(seats.c.office_hour == person.office_hour, seats.c.person != person.id, guests.c.since > since)
    )
    position = connection.scalar(later)
    if position is None:
        to_the_end(connection, person)
        return
    behind = sa.and_(seats.c.office_hour == person.office_hour, seats.c.position >= position)
    connection.execute(seats.update().where(behind).values(position=seats.c.position + 1))
    _put(connection, person, position)


def _put(connection: Connection, person: Person, position: int) -> None:
    connection.execute(seats.update().where(seats.c.person == person.id).values(position=position))
    events.write(connection, "seat", person.office_hour, person.id)
