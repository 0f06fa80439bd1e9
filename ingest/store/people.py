"""Persons of an office hour, each with a seat: in the line, backstage, on air, gone."""

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import EnumText, NotFound, Overtaken, UtcDateTime, metadata, now, random_id, row_as, rows_as
from ingest.people import SEAT_MOVES, Person, Role, Seat, SeatState, keeps_screen

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


def set_pseudonym(connection: Connection, id: str, pseudonym: str) -> None:
    """Show this instead of the person's name; an empty text shows the name again."""
    connection.execute(persons.update().where(persons.c.id == id).values(pseudonym=pseudonym))


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


def place_seats(connection: Connection, office_hour: str, persons: list[str]) -> None:
    """Give these people this order among the places they hold; everybody else's place stays. Raises Overtaken."""
    held = {seat.person: seat.position for seat in seats_of(connection, office_hour)}
    if not set(persons) <= set(held):
        raise Overtaken("one of them has no seat in this office hour any more")
    for person, position in zip(persons, sorted(held[person] for person in persons), strict=True):
        if held[person] != position:
            connection.execute(seats.update().where(seats.c.person == person).values(position=position))
            events.write(connection, "seat", office_hour, person)
