"""Tables of office hours, editions, accounts, persons, seats and consents, and all that touches them.

Commands, events, steps and tickets keep their own tables beside their rules, in the modules of their names.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.accounts import Account
from ingest.database import EnumText, UtcDateTime, metadata, now, random_id, row_as, rows_as
from ingest.officehours import Edition, OfficeHour, Release, State, Visibility, check_move, check_visibility
from ingest.people import SEAT_MOVES, Consent, Person, Role, Scope, Seat, SeatState

office_hours = sa.Table(
    "office_hours",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("host_name", sa.Text, nullable=False),
    sa.Column("host_role", sa.Text, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("starts_at", UtcDateTime, nullable=False, index=True),
    sa.Column("planned_minutes", sa.Integer, nullable=False),
    sa.Column("state", EnumText(State), nullable=False, index=True),
    sa.Column("visibility", EnumText(Visibility), nullable=False),
    sa.Column("release", EnumText(Release), nullable=False),
    sa.Column("recorded", sa.Boolean, nullable=False),
    sa.Column("consent_text", sa.Text, nullable=False),
    sa.Column("consent_version", sa.Integer, nullable=False),
    sa.Column("question_mail", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("began_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("released_at", UtcDateTime),
    sa.Column("delay_s", sa.Integer, nullable=False, server_default="0"),
)
editions = sa.Table(
    "editions",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("address", sa.String(32), nullable=False, unique=True),
    sa.Column("duration_ticks", sa.BigInteger, nullable=False),
    sa.Column("tick_duration", sa.String(16), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("office_hour", "number"),
)
accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("email", sa.String(254), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)
persons = sa.Table(
    "persons",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", EnumText(Role), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)
seats = sa.Table(
    "seats",
    metadata,
    sa.Column("person", sa.ForeignKey("persons.id"), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False, index=True),
    sa.Column("state", EnumText(SeatState), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)
consents = sa.Table(
    "consents",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("person", sa.ForeignKey("persons.id"), nullable=False, index=True),
    sa.Column("scope", EnumText(Scope), nullable=False),
    sa.Column("text_version", sa.Integer, nullable=False),
    sa.Column("given_at", UtcDateTime, nullable=False),
    sa.Column("taken_back_at", UtcDateTime),
)
office_settings = sa.Table(
    "office_settings",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)


class NotFound(LookupError):
    """There is no such row; the message says which."""


class Overtaken(RuntimeError):
    """Somebody else changed the row first; look again and decide anew."""


# Office hours


def add_office_hour(connection: Connection, **values: Any) -> OfficeHour:
    """Announce an office hour; `values` are the fields of OfficeHour that have no default here."""
    defaults: dict[str, Any] = {
        "id": random_id(),
        "host_role": "",
        "language": "de",
        "planned_minutes": 60,
        "state": State.PLANNED,
        "visibility": Visibility.HELD,
        "release": Release.BY_HAND,
        "recorded": True,
        "consent_text": "",
        "consent_version": 1,
        "question_mail": "",
        "created_at": now(),
    }
    hour = OfficeHour(**(defaults | values))
    connection.execute(office_hours.insert().values(**asdict(hour)))
    events.write(connection, "office_hour", hour.id, hour.id)
    return hour


def office_hour(connection: Connection, id: str) -> OfficeHour:
    """Raises NotFound."""
    hour = row_as(OfficeHour, connection, sa.select(office_hours).where(office_hours.c.id == id))
    if hour is None:
        raise NotFound(f"no office hour {id}")
    return hour


def office_hours_in(connection: Connection, states: frozenset[State]) -> list[OfficeHour]:
    """All in one of `states`, by their start."""
    query = sa.select(office_hours).where(office_hours.c.state.in_(states)).order_by(office_hours.c.starts_at)
    return rows_as(OfficeHour, connection, query)


def all_office_hours(connection: Connection) -> list[OfficeHour]:
    """All of them, newest start first."""
    return rows_as(OfficeHour, connection, sa.select(office_hours).order_by(office_hours.c.starts_at.desc()))


def change_office_hour(connection: Connection, id: str, **values: Any) -> None:
    """Change announced facts (not state, not visibility)."""
    connection.execute(office_hours.update().where(office_hours.c.id == id).values(**values))
    events.write(connection, "office_hour", id, id)


def move_office_hour(connection: Connection, id: str, goal: State, **values: Any) -> OfficeHour:
    """Move to `goal`; `values` are stored with it. Raises MoveRefused, NotFound, Overtaken."""
    before = office_hour(connection, id)
    check_move(before.state, goal)
    changed = connection.execute(
        office_hours.update()
        .where(office_hours.c.id == id, office_hours.c.state == before.state)
        .values(state=goal, **values)
    )
    if changed.rowcount != 1:
        raise Overtaken(f"office hour {id} was moved by somebody else")
    events.write(connection, "office_hour", id, id)
    return office_hour(connection, id)


def set_visibility(connection: Connection, id: str, goal: Visibility, at: datetime) -> None:
    """Release or withdraw the recording. Raises MoveRefused, NotFound, Overtaken."""
    before = office_hour(connection, id)
    check_visibility(before.visibility, goal)
    values: dict[str, Any] = {"visibility": goal}
    if goal is Visibility.RELEASED:
        values["released_at"] = at
    changed = connection.execute(
        office_hours.update()
        .where(office_hours.c.id == id, office_hours.c.visibility == before.visibility)
        .values(**values)
    )
    if changed.rowcount != 1:
        raise Overtaken(f"the recording of {id} was released or withdrawn by somebody else")
    events.write(connection, "office_hour", id, id)


# Editions


def add_edition(
    connection: Connection, office_hour: str, *, address: str, duration_ticks: int = 0, tick_duration: str
) -> Edition:
    """The next edition of an office hour; the first is added when the room starts, with duration 0."""
    count = connection.scalar(
        sa.select(sa.func.count()).select_from(editions).where(editions.c.office_hour == office_hour)
    )
    edition = Edition(
        id=random_id(),
        office_hour=office_hour,
        number=(count or 0) + 1,
        address=address,
        duration_ticks=duration_ticks,
        tick_duration=tick_duration,
        created_at=now(),
    )
    connection.execute(editions.insert().values(**asdict(edition)))
    return edition


def finish_edition(connection: Connection, id: str, duration_ticks: int) -> None:
    """Write down how long the edition became."""
    connection.execute(editions.update().where(editions.c.id == id).values(duration_ticks=duration_ticks))


def edition_of(connection: Connection, office_hour: str) -> Edition | None:
    """The newest edition of an office hour."""
    query = sa.select(editions).where(editions.c.office_hour == office_hour).order_by(editions.c.number.desc())
    return row_as(Edition, connection, query.limit(1))


def edition_at(connection: Connection, address: str) -> Edition | None:
    """The edition behind a public address."""
    return row_as(Edition, connection, sa.select(editions).where(editions.c.address == address))


# Accounts and the office itself


def add_account(connection: Connection, *, email: str, name: str, password_hash: str) -> Account:
    """Raises sqlalchemy's IntegrityError when the address is taken."""
    account = Account(
        id=random_id(), email=email.strip().lower(), name=name, password_hash=password_hash, created_at=now()
    )
    connection.execute(accounts.insert().values(**asdict(account)))
    return account


def set_password(connection: Connection, account: str, password_hash: str) -> None:
    connection.execute(accounts.update().where(accounts.c.id == account).values(password_hash=password_hash))


def account(connection: Connection, id: str) -> Account | None:
    return row_as(Account, connection, sa.select(accounts).where(accounts.c.id == id))


def account_by_email(connection: Connection, email: str) -> Account | None:
    return row_as(Account, connection, sa.select(accounts).where(accounts.c.email == email.strip().lower()))


def all_accounts(connection: Connection) -> list[Account]:
    return rows_as(Account, connection, sa.select(accounts).order_by(accounts.c.email))


def office_setting(connection: Connection, name: str) -> str:
    """A fact about the office ("name", "imprint", "privacy"), or an empty text."""
    value = connection.scalar(sa.select(office_settings.c.value).where(office_settings.c.name == name))
    return value or ""


def set_office_setting(connection: Connection, name: str, value: str) -> None:
    connection.execute(office_settings.delete().where(office_settings.c.name == name))
    connection.execute(office_settings.insert().values(name=name, value=value))


# Persons, seats, consents


def add_person(
    connection: Connection, office_hour: str, *, name: str, role: Role, language: str = "de", topic: str = ""
) -> Person:
    """Add a person with their seat: host, staff and interpreter are admitted, a guest waits at the end of the line."""
    person = Person(id=random_id(), office_hour=office_hour, name=name, role=role, language=language, created_at=now())
    connection.execute(persons.insert().values(**asdict(person)))
    last = connection.scalar(sa.select(sa.func.max(seats.c.position)).where(seats.c.office_hour == office_hour))
    state = SeatState.WAITING if role is Role.GUEST else SeatState.ADMITTED
    seat = Seat(
        person=person.id, office_hour=office_hour, state=state, position=(last or 0) + 1, topic=topic, changed_at=now()
    )
    connection.execute(seats.insert().values(**asdict(seat)))
    events.write(connection, "seat", office_hour, person.id)
    return person


def person(connection: Connection, id: str) -> Person:
    """Raises NotFound."""
    found = row_as(Person, connection, sa.select(persons).where(persons.c.id == id))
    if found is None:
        raise NotFound(f"no person {id}")
    return found


def rename_person(connection: Connection, id: str, name: str) -> None:
    connection.execute(persons.update().where(persons.c.id == id).values(name=name))


def persons_of(connection: Connection, office_hour: str) -> list[Person]:
    query = sa.select(persons).where(persons.c.office_hour == office_hour).order_by(persons.c.created_at)
    return rows_as(Person, connection, query)


def seat(connection: Connection, person: str) -> Seat:
    """Raises NotFound."""
    found = row_as(Seat, connection, sa.select(seats).where(seats.c.person == person))
    if found is None:
        raise NotFound(f"no seat of person {person}")
    return found


def seats_of(connection: Connection, office_hour: str) -> list[Seat]:
    """All seats of an office hour in the order of the line."""
    query = sa.select(seats).where(seats.c.office_hour == office_hour).order_by(seats.c.position)
    return rows_as(Seat, connection, query)


def move_seat(connection: Connection, person: str, start: SeatState, goal: SeatState) -> None:
    """Compare and set: two members of staff cannot both call the same person.

    Raises Overtaken when the seat is no longer in `start`, ValueError when the move is not allowed.
    """
    if goal not in SEAT_MOVES[start]:
        raise ValueError(f"a seat cannot go from {start.value} to {goal.value}")
    changed = connection.execute(
        seats.update().where(seats.c.person == person, seats.c.state == start).values(state=goal, changed_at=now())
    )
    if changed.rowcount != 1:
        raise Overtaken(f"the seat of {person} is no longer {start.value}")
    events.write(connection, "seat", seat(connection, person).office_hour, person)


def give_consent(connection: Connection, person: str, scope: Scope, text_version: int) -> Consent:
    consent = Consent(id=random_id(), person=person, scope=scope, text_version=text_version, given_at=now())
    connection.execute(consents.insert().values(**asdict(consent)))
    return consent


def consents_of(connection: Connection, person: str) -> list[Consent]:
    query = sa.select(consents).where(consents.c.person == person).order_by(consents.c.given_at)
    return rows_as(Consent, connection, query)


def take_consents_back(connection: Connection, person: str, at: datetime) -> None:
    """All that a person agreed to and has not taken back yet."""
    mine = sa.and_(consents.c.person == person, consents.c.taken_back_at.is_(None))
    connection.execute(consents.update().where(mine).values(taken_back_at=at))
