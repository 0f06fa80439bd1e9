"""Who takes part by invitation comes in, their personal address goes out: it opens their page without a password.

It works until the end of the day after (`OFFICEHOURS_HOST_LINK_DAYS`); a new one replaces the one before.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from ingest import store
from ingest.database import now
from ingest.live.lobby import waiting
from ingest.officehours import WITH_ROOM, OfficeHour
from ingest.people import IN_ROOM, Person, Role, SeatState
from web import store as web_store
from web.parts import House

INVITED = (Role.HOST, Role.SPEAKER, Role.INTERPRETER)


@dataclass(frozen=True, kw_only=True)
class Access:
    """A person and the path of their address; empty when it has expired or was never made."""

    person: Person
    path: str


def expiry(hour: OfficeHour, zone: ZoneInfo, at: datetime, days: int = 1) -> datetime:
    """The end of the last day on which a personal address made `at` works."""
    last = max(hour.ends_at, at).astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(last + timedelta(days=1), time(), zone)


def invite(connection: Connection, house: House, hour: OfficeHour, name: str, role: Role) -> Person:
    """Add somebody with a personal address."""
    person = store.add_person(connection, hour.id, name=name, role=role, language=hour.language)
    renew(connection, house, hour, person)
    return person


def renew(connection: Connection, house: House, hour: OfficeHour, person: Person) -> None:
    """A fresh address; the one before stops working, and so do browsers it had let in, unless the room is open."""
    web_store.make_link(connection, house.safe, person.id, _expiry(house, hour))
    if hour.state not in WITH_ROOM:
        web_store.close_sessions_of(connection, person.id)


def take_back(connection: Connection, person: Person) -> None:
    """The person is no longer expected: address and browsers are shut out, a room sends them out. Raises Overtaken."""
    web_store.drop_link(connection, person.id)
    web_store.close_sessions_of(connection, person.id)
    if store.seat(connection, person.id).state in IN_ROOM:
        waiting.hold(connection, person)
    store.move_seat(connection, person.id, store.seat(connection, person.id).state, SeatState.LEFT)


def keep_open(connection: Connection, house: House, hour: OfficeHour) -> None:
    """After the date was changed: all addresses work until the day after the new one.

    But for those of guests, who take back with theirs for as long as there is a recording.
    """
    for person in store.persons_of(connection, hour.id):
        if person.role is not Role.GUEST:
            web_store.extend_link(connection, person.id, _expiry(house, hour))


def hosts_of(connection: Connection, office_hour: str) -> list[Person]:
    """The people who host an office hour."""
    return [person for person in store.persons_of(connection, office_hour) if person.role is Role.HOST]


def invited(connection: Connection, house: House, hour: OfficeHour) -> list[Access]:
    """Everybody with a personal address, the host first; whose access was taken back is left out."""
    found = []
    for person in sorted(store.persons_of(connection, hour.id), key=lambda each: each.role is not Role.HOST):
        link = web_store.link_of(connection, person.id)
        gone = store.seat(connection, person.id).state is SeatState.LEFT and link is None
        if person.role in INVITED and not gone:
            alive = link is not None and link.expires_at > now()
            token = house.safe.open(link.sealed) if link is not None and alive else ""
            found.append(Access(person=person, path=path_of(person, token) if token else ""))
    return found


def path_of(person: Person, token: str) -> str:
    """The host's leads to the host's page, everybody else's to the own place."""
    return f"/host/{token}" if person.role is Role.HOST else f"/in/{token}"


def _expiry(house: House, hour: OfficeHour) -> datetime:
    return expiry(hour, ZoneInfo(house.settings.time_zone), now(), house.settings.host_link_days)
