"""Tables of office hours, editions, accounts, persons, seats and consents, and all that touches them.

Commands, events, steps and tickets keep their own tables beside their rules, in the modules of their names.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events, short_addresses, wordings
from ingest.accounts import Account
from ingest.database import EnumText, UtcDateTime, metadata, now, random_id, row_as, rows_as
from ingest.officehours import (
    Edition,
    OfficeHour,
    Rehearsed,
    Release,
    State,
    Visibility,
    check_move,
    check_visibility,
    opens_by_itself,
)
from ingest.people import SEAT_MOVES, Consent, Person, Role, Scope, Seat, SeatState, keeps_screen

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
    sa.Column("extra_minutes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("queue_closed_at", UtcDateTime),
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
    sa.Column("rehearsal_of", sa.String(32), index=True),
    sa.Column("short", sa.String(32)),
    sa.Column("questions_from", UtcDateTime),
    sa.Column("questions_until", UtcDateTime),
    sa.Column("captioned", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("signed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("needs_until", UtcDateTime),
    sa.Column("help_phone", sa.Text, nullable=False, server_default=""),
    sa.Column("cancelled_note", sa.Text, nullable=False, server_default=""),
    sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
    sa.Index("uq_office_hours_short", "short", unique=True),
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
    sa.Column("pseudonym", sa.Text, nullable=False, server_default=""),
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
    sa.Column("shares", sa.Boolean, nullable=False, server_default=sa.false()),
)
consents = sa.Table(
    "consents",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("person", sa.ForeignKey("persons.id"), nullable=False, index=True),
    sa.Column("scope", EnumText(Scope), nullable=False),
    sa.Column("given", sa.Boolean, nullable=False),
    sa.Column("text_version", sa.Integer, nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Column("taken_back_at", UtcDateTime),
)
office_settings = sa.Table(
    "office_settings",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)


IN_CALENDARS = ("title", "host_name", "host_role", "starts_at", "planned_minutes", "question_mail", "help_phone")
"""Facts that somebody's calendar holds: a change of one is a new revision of the entry."""


class NotFound(LookupError):
    """There is no such row; the message says which."""


class Overtaken(RuntimeError):
    """Somebody else changed the row first; look again and decide anew."""


# Office hours


def add_office_hour(connection: Connection, **values: Any) -> OfficeHour:
    """Announce an office hour; `values` are the fields of OfficeHour that have no default here."""
    defaults: dict[str, Any] = {
        "id": random_id(),
        "short": _free_short_address(connection),
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
    wordings.keep(connection, hour.id, hour.consent_version, hour.consent_text, hour.created_at)
    events.write(connection, "office_hour", hour.id, hour.id)
    return hour


def _free_short_address(connection: Connection) -> str:
    return short_addresses.free_one(lambda short: at_short_address(connection, short) is not None)


def office_hour(connection: Connection, id: str) -> OfficeHour:
    """Raises NotFound."""
    hour = row_as(OfficeHour, connection, sa.select(office_hours).where(office_hours.c.id == id))
    if hour is None:
        raise NotFound(f"no office hour {id}")
    return hour


def at_short_address(connection: Connection, short: str) -> OfficeHour | None:
    """The office hour whose short address this is."""
    return row_as(OfficeHour, connection, sa.select(office_hours).where(office_hours.c.short == short))


def office_hours_in(connection: Connection, states: frozenset[State]) -> list[OfficeHour]:
    """All in one of `states`, by their start."""
    query = sa.select(office_hours).where(office_hours.c.state.in_(states)).order_by(office_hours.c.starts_at)
    return rows_as(OfficeHour, connection, query)


def all_office_hours(connection: Connection) -> list[OfficeHour]:
    """All that were announced, newest start first; rehearsals are nobody's to list."""
    announced = sa.select(office_hours).where(office_hours.c.rehearsal_of.is_(None))
    return rows_as(OfficeHour, connection, announced.order_by(office_hours.c.starts_at.desc()))


def rehearsals(connection: Connection, office_hour: str | None = None) -> list[OfficeHour]:
    """All rehearsals, or those of one office hour, the newest first."""
    query = sa.select(office_hours).where(office_hours.c.rehearsal_of.is_not(None))
    if office_hour is not None:
        query = query.where(office_hours.c.rehearsal_of == office_hour)
    return rows_as(OfficeHour, connection, query.order_by(office_hours.c.created_at.desc()))


def change_office_hour(connection: Connection, id: str, **values: Any) -> None:
    """Change announced facts (not state, not visibility); a new wording of the consent is a new version."""
    before = office_hour(connection, id)
    if values.get("consent_text", before.consent_text) != before.consent_text:
        values["consent_version"] = before.consent_version + 1
        wordings.keep(connection, id, before.consent_version + 1, values["consent_text"], now())
    if any(values.get(name, getattr(before, name)) != getattr(before, name) for name in IN_CALENDARS):
        values["revision"] = before.revision + 1
    connection.execute(office_hours.update().where(office_hours.c.id == id).values(**values))
    events.write(connection, "office_hour", id, id)


def move_office_hour(connection: Connection, id: str, goal: State, **values: Any) -> OfficeHour:
    """Move to `goal`; `values` are stored with it. Raises MoveRefused, NotFound, Overtaken."""
    before = office_hour(connection, id)
    check_move(before.state, goal)
    if goal is State.CANCELLED:
        values["revision"] = before.revision + 1
    changed = connection.execute(
        office_hours.update()
        .where(office_hours.c.id == id, office_hours.c.state == before.state)
        .values(state=goal, **values)
    )
    if changed.rowcount != 1:
        raise Overtaken(f"office hour {id} was moved by somebody else")
    events.write(connection, "office_hour", id, id)
    return office_hour(connection, id)


def open_due(connection: Connection, at: datetime) -> None:
    """Open the planned ones whose announced time for questions has come."""
    for hour in office_hours_in(connection, frozenset({State.PLANNED})):
        if opens_by_itself(hour, at):
            move_office_hour(connection, hour.id, State.OPEN)


def set_visibility(connection: Connection, id: str, goal: Visibility, at: datetime) -> None:
    """Release or withdraw the recording; never of a rehearsal. Raises MoveRefused, NotFound, Overtaken."""
    before = office_hour(connection, id)
    if before.rehearsal_of is not None:
        raise Rehearsed("a rehearsal is never made public")
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
    """Add a person with their seat: a guest waits at the end of the line, everybody else is admitted."""
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
    values: dict[str, Any] = {"state": goal, "changed_at": now()}
    if not keeps_screen(start, goal):
        values["shares"] = False
    changed = connection.execute(
        seats.update().where(seats.c.person == person, seats.c.state == start).values(**values)
    )
    if changed.rowcount != 1:
        raise Overtaken(f"the seat of {person} is no longer {start.value}")
    events.write(connection, "seat", seat(connection, person).office_hour, person)


def set_sharing(connection: Connection, person: str, *, on: bool) -> None:
    """Whether a guest may share a screen in this turn."""
    connection.execute(seats.update().where(seats.c.person == person).values(shares=on))
    events.write(connection, "seat", seat(connection, person).office_hour, person)


def set_pseudonym(connection: Connection, id: str, pseudonym: str) -> None:
    """Show this instead of the person's name; an empty text shows the name again."""
    connection.execute(persons.update().where(persons.c.id == id).values(pseudonym=pseudonym))


def answer_consent(
    connection: Connection, person: str, answers: Mapping[Scope, bool], text_version: int
) -> list[Consent]:
    """Keep what a person said to each scope; earlier answers stay, as the history of it."""
    made = [
        Consent(id=random_id(), person=person, scope=scope, given=given, text_version=text_version, decided_at=now())
        for scope, given in answers.items()
    ]
    for consent in made:
        connection.execute(consents.insert().values(**asdict(consent)))
    events.write(connection, "consent", seat(connection, person).office_hour, person)
    return made


def take_consent_back(connection: Connection, person: str, scopes: Collection[Scope], at: datetime) -> list[Scope]:
    """Take back what was given and holds; the scopes that this changed."""
    held = [each for each in consents_of(connection, person) if each.holds and each.scope in scopes]
    for consent in held:
        connection.execute(consents.update().where(consents.c.id == consent.id).values(taken_back_at=at))
    if held:
        events.write(connection, "consent", seat(connection, person).office_hour, person)
    return [consent.scope for consent in held]


def place_seats(connection: Connection, office_hour: str, persons: list[str]) -> None:
    """Give these people this order among the places they hold; everybody else's place stays. Raises Overtaken."""
    held = {seat.person: seat.position for seat in seats_of(connection, office_hour)}
    if not set(persons) <= set(held):
        raise Overtaken("one of them has no seat in this office hour any more")
    for person, position in zip(persons, sorted(held[person] for person in persons), strict=True):
        if held[person] != position:
            connection.execute(seats.update().where(seats.c.person == person).values(position=position))
            events.write(connection, "seat", office_hour, person)


def consents_of(connection: Connection, person: str) -> list[Consent]:
    """All that a person ever said, oldest first."""
    query = sa.select(consents).where(consents.c.person == person).order_by(consents.c.decided_at)
    return rows_as(Consent, connection, query)


def consents_in(connection: Connection, office_hour: str) -> dict[str, list[Consent]]:
    """What everybody of an office hour said, by person, oldest first."""
    query = (
        sa.select(consents)
        .join(persons, persons.c.id == consents.c.person)
        .where(persons.c.office_hour == office_hour)
        .order_by(consents.c.decided_at)
    )
    found: dict[str, list[Consent]] = {}
    for consent in rows_as(Consent, connection, query):
        found.setdefault(consent.person, []).append(consent)
    return found
