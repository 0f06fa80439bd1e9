"""An office hour comes in; a rehearsal of it goes out: the same room and buttons, never public, gone after a day.

It is an office hour of its own that says whose rehearsal it is. Nothing lists it, its address is its private link, its
recording cannot be released, nobody gets letters, and every picture and page of it is marked.
"""

import fcntl
import logging
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from ingest import commands, erasing, store
from ingest.archive import Archive, Room
from ingest.database import Database
from ingest.officehours import ON_AIR, OfficeHour, Release, State
from ingest.people import Role
from ingest.secrets import Safe
from web import store as web_store

log = logging.getLogger(__name__)
KEPT = timedelta(hours=24)
BEGINS_IN = timedelta(minutes=5)
"""So that the countdown can be seen as well."""
COPIED = (
    "title", "host_name", "host_role", "language", "planned_minutes", "recorded", "consent_text", "opening_text",
    "delay_s",
)  # fmt: skip
"""What a rehearsal takes of the announcement; not the mail address for questions."""
OVER = frozenset({State.ENDED, State.IN_REVIEW, State.EXPIRED, State.CANCELLED})


def begin(connection: Connection, safe: Safe, hour: OfficeHour, at: datetime) -> OfficeHour:
    """The rehearsal that can still be used, or a new one: open, its host with a personal address."""
    for known in store.rehearsals(connection, hour.id):
        if known.state not in OVER and at < erased_at(known):
            return known
    facts = {name: getattr(hour, name) for name in COPIED}
    rehearsal = store.add_office_hour(
        connection,
        **facts,
        starts_at=at + BEGINS_IN,
        created_at=at,
        state=State.OPEN,
        release=Release.BY_HAND,
        rehearsal_of=hour.id,
        short=None,  # few enough to be guessed
    )
    host = store.add_person(connection, rehearsal.id, name=hour.host_name, role=Role.HOST, language=hour.language)
    web_store.make_link(connection, safe, host.id, erased_at(rehearsal))
    return rehearsal


def erased_at(rehearsal: OfficeHour) -> datetime:
    """When it is erased by itself."""
    return rehearsal.created_at + KEPT


def end_its_day(connection: Connection, rehearsal: OfficeHour, at: datetime) -> None:
    """It is to be erased from now on, whenever its room is shut."""
    store.change_office_hour(connection, rehearsal.id, created_at=min(rehearsal.created_at, at - KEPT))


def due(connection: Connection, at: datetime) -> list[OfficeHour]:
    """Rehearsals whose day is over."""
    return [each for each in store.rehearsals(connection) if at >= erased_at(each)]


def close(connection: Connection, rehearsal: OfficeHour) -> bool:
    """Shut its room; True when there is none any more and it can be erased."""
    if rehearsal.state in ON_AIR:
        commands.write(connection, rehearsal.id, commands.Kind.END)
        return False
    if rehearsal.state not in OVER:
        store.move_office_hour(connection, rehearsal.id, State.CANCELLED)
        return rehearsal.state is not State.BACKSTAGE
    return True


def erase(database: Database, archive: Archive, rehearsals: list[OfficeHour]) -> list[str]:
    """Erase files and rows. Returns which are gone; what still has a room is gone the next time."""
    gone = []
    for rehearsal in rehearsals:
        with database.transaction() as connection:
            free = close(connection, store.office_hour(connection, rehearsal.id))
        if not free or _is_used(archive.room(rehearsal.id)):
            continue
        archive.erase(rehearsal.id)
        with database.transaction() as connection:
            erasing.erase_rows(connection, rehearsal.id)
        log.info("the rehearsal %s is erased", rehearsal.id)
        gone.append(rehearsal.id)
    return gone


def _is_used(room: Room) -> bool:
    """Whether a room's process still has the folder."""
    if not room.lock.exists():
        return False
    with room.lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
