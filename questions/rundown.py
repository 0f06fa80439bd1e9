"""Who waits to speak and which questions wait to be read out come in, one running order of both goes out.

Guests keep the order of the waiting room and questions that of the queue; the running order says how the two lie
between each other, and moving an item moves it in its own line as well. So there is one order, on every page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest import store as ingest_store
from ingest.database import metadata
from ingest.people import Seat, SeatState
from ingest.store import Overtaken
from questions import queue, store, turns
from questions.question import Channel, MoveRefused, Question, State

running_order = sa.Table(
    "running_order",
    metadata,
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), primary_key=True),
    sa.Column("item", sa.String(48), primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("question", sa.ForeignKey("questions.id")),
)
READY = SeatState.ADMITTED
"""Whoever is backstage can be put on air by one press."""
COMING = frozenset({SeatState.WAITING, SeatState.CALLED, READY})
LINKABLE = frozenset({State.NEW, State.APPROVED, State.QUEUED})
NEW = 1_000_000
"""The place of what has none yet: behind all that was placed."""


class Kind(Enum):
    """What an item of the running order is."""

    GUEST = "guest"
    QUESTION = "question"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item to come. A guest's `question` is what they ask, once it has been a question on air."""

    kind: Kind
    person: str | None = None
    question: str | None = None
    ready: bool = True

    @property
    def key(self) -> str:
        """The item in forms and rows."""
        return f"{self.kind.value}:{self.person or self.question}"


def interleaved(
    places: Mapping[str, int], guests: Sequence[tuple[str, float]], questions: Sequence[tuple[str, float]]
) -> list[str]:
    """Keys of both lines as one; each with the time since which it waits, by which those without a place are ordered.

    Places say only where a guest comes and where a question; which one it is, its own line says.
    """
    times = dict([*guests, *questions])
    slots = sorted(times, key=lambda key: (places.get(key, NEW), times[key]))
    lines = {True: iter(key for key, _ in guests), False: iter(key for key, _ in questions)}
    are_guests = {key for key, _ in guests}
    return [next(lines[key in are_guests]) for key in slots]


def coming(connection: Connection, office_hour: str, guests: Sequence[Seat]) -> list[Item]:
    """What is still to come. `guests`: seats of those who speak themselves, in the order of the waiting room."""
    rows = _rows(connection, office_hour)
    had = turns.ended_of(connection, office_hour)
    items = [
        Item(
            kind=Kind.GUEST,
            person=seat.person,
            question=rows[key].question if (key := f"guest:{seat.person}") in rows else None,
            ready=seat.state is READY,
        )
        for seat in guests
        if seat.state in COMING and not turns.is_over(had.get(seat.person), seat)
    ]
    since = {seat.person: seat.changed_at.timestamp() for seat in guests}
    # What a guest sent before they joined is read out when they do not come; what they only said is theirs alone.
    theirs = {row.question for row in rows.values() if row.question}
    spoken_for = {item.question for item in items if item.question}
    queued = [
        each
        for each in queue.queued(connection, office_hour)
        if each.id not in spoken_for and not (each.channel is Channel.GUEST and each.id in theirs)
    ]
    items += [Item(kind=Kind.QUESTION, question=question.id) for question in queued]
    by_key = {item.key: item for item in items}
    order = interleaved(
        {key: row.place for key, row in rows.items()},
        [(item.key, since[item.person]) for item in items if item.person],
        [(f"question:{question.id}", question.changed_at.timestamp()) for question in queued],
    )
    return [by_key[key] for key in order]


def swap(connection: Connection, office_hour: str, order: Sequence[Item], key: str, other: str) -> list[str]:
    """Let two neighbours change places, as the page showed them. Returns the new order. Raises Overtaken."""
    keys = [item.key for item in order]
    if key not in keys or other not in keys or abs(keys.index(key) - keys.index(other)) != 1:
        raise Overtaken("the running order has changed")
    here, there = keys.index(key), keys.index(other)
    keys[here], keys[there] = keys[there], keys[here]
    return arrange(connection, office_hour, order, keys)


def first(connection: Connection, office_hour: str, order: Sequence[Item], key: str) -> list[str]:
    """Let an item be the next. Returns the new order. Raises Overtaken."""
    keys = [item.key for item in order]
    if key not in keys:
        raise Overtaken("the item is not in the running order any more")
    return arrange(connection, office_hour, order, [key, *(each for each in keys if each != key)])


def arrange(connection: Connection, office_hour: str, order: Sequence[Item], keys: Sequence[str]) -> list[str]:
    """Write the order down, in the two lines as well. Raises Overtaken when an item has gone or is not named."""
    by_key = {item.key: item for item in order}
    if sorted(by_key) != sorted(keys):
        raise Overtaken("the running order has changed")
    items = [by_key[key] for key in keys]
    ingest_store.place_seats(connection, office_hour, [item.person for item in items if item.person])
    asked = [item.question for item in items if item.question and not item.person]
    held_back = [each.id for each in queue.queued(connection, office_hour) if each.id not in asked]
    queue.arrange(connection, office_hour, [*asked, *held_back])
    for place, key in enumerate(keys):
        _place(connection, office_hour, key, place)
    events.write(connection, "running_order", office_hour, office_hour)
    return list(keys)


def belongs(connection: Connection, office_hour: str, person: str, question: str) -> None:
    """The question is what this guest comes to ask: the two are one item."""
    key = f"guest:{person}"
    if key not in _rows(connection, office_hour):
        _place(connection, office_hour, key, 0)
    mine = (running_order.c.office_hour == office_hour, running_order.c.item == key)
    connection.execute(running_order.update().where(*mine).values(question=question))


def link(connection: Connection, office_hour: str, person: str, question: Question, *, by: str) -> Question:
    """A guest who waits comes to ask what they sent before: it is approved, and goes on air with them.

    Whoever was linked with it before is not any more. Raises MoveRefused, Overtaken.
    """
    if question.office_hour != office_hour or question.state not in LINKABLE:
        raise MoveRefused(f"a question that is {question.state.value} is asked by no guest")
    if ingest_store.seat(connection, person).state not in COMING:
        raise Overtaken("the guest does not wait any more")
    if question.state is State.NEW:
        question = store.move(connection, question, State.APPROVED, by=by)
    unlink(connection, office_hour, question.id)
    belongs(connection, office_hour, person, question.id)
    events.write(connection, "running_order", office_hour, office_hour)
    return question


def unlink(connection: Connection, office_hour: str, question: str) -> None:
    """Nobody comes to ask this question; it stays where it is."""
    linked = (running_order.c.office_hour == office_hour, running_order.c.question == question)
    if connection.execute(running_order.update().where(*linked).values(question=None)).rowcount:
        events.write(connection, "running_order", office_hour, office_hour)


def guests_with(connection: Connection, office_hour: str) -> dict[str, str]:
    """The question of each guest who has one, by person."""
    rows = _rows(connection, office_hour)
    return {key.removeprefix("guest:"): row.question for key, row in rows.items() if row.question}


def question_of(connection: Connection, office_hour: str, person: str) -> str | None:
    """What this guest comes to ask, if it has been a question before."""
    row = _rows(connection, office_hour).get(f"guest:{person}")
    return row.question if row else None


def _rows(connection: Connection, office_hour: str) -> dict[str, Any]:
    """The office hour's rows by their item."""
    query = sa.select(running_order.c.item, running_order.c.place, running_order.c.question)
    return {row.item: row for row in connection.execute(query.where(running_order.c.office_hour == office_hour))}


def _place(connection: Connection, office_hour: str, key: str, place: int) -> None:
    mine = (running_order.c.office_hour == office_hour, running_order.c.item == key)
    if connection.execute(running_order.update().where(*mine).values(place=place)).rowcount == 0:
        connection.execute(running_order.insert().values(office_hour=office_hour, item=key, place=place))
