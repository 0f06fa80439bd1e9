"""That somebody speaks in sign language, as they or staff say, comes in; the row and the room know it.

It says something about a person's health, so it is kept with the other things known of a waiting guest and erased with
them a day after the office hour; what stays in the timeline is that a tile was large.
"""

from sqlalchemy.engine import Connection

from ingest import commands, store
from ingest.commands import Kind
from ingest.live.lobby import guests
from ingest.officehours import WITH_ROOM
from ingest.people import IN_ROOM, Person


def say(connection: Connection, person: Person, *, on: bool) -> None:
    """Somebody signs, or does not after all; the room is told while they are in it."""
    guests.change(connection, person, signs=on)
    inside = store.seat(connection, person.id).state in IN_ROOM
    if inside and store.office_hour(connection, person.office_hour).state in WITH_ROOM:
        commands.write(connection, person.office_hour, Kind.SIGNS, person=person.id, on=on)
