"""Somebody who telephones comes in as staff note them down; a waiting person who is a voice without a page goes out.

Their voice arrives at a sound input of the staff's computer, and the desk's page sends it as that person's. So the line
is theirs as a guest's page is: while it is open it gives their signs of life, and taking it up answers a call.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from sqlalchemy.engine import Connection

from ingest import commands, store
from ingest.commands import Kind
from ingest.live.lobby import guests, reception
from ingest.live.lobby.guests import HERE_FOR, Parent, Way
from ingest.live.lobby.signs import Sign
from ingest.officehours import TAKING_QUESTIONS, OfficeHour
from ingest.people import IN_ROOM, Person, Role, Scope, Seat, SeatState
from ingest.store import Overtaken

OUT = frozenset({SeatState.LEFT, SeatState.BANNED})


class Words(Enum):
    """What staff read out to somebody who sees no sign."""

    NOT_YET = "not_yet"
    ON_AIR = "on_air"
    NO_LONGER = "no_longer"
    OVER = "over"


def words_for(sign: Sign, *, was_on_air: bool) -> Words:
    """The sentence for a sign: who has been on air needs to hear that they are so no longer."""
    if sign is Sign.ON_AIR:
        return Words.ON_AIR
    if sign is Sign.OVER:
        return Words.OVER
    return Words.NO_LONGER if was_on_air else Words.NOT_YET


def all_words(*, was_on_air: bool) -> Mapping[Sign, Words]:
    """The sentence for each sign that may come."""
    return {sign: words_for(sign, was_on_air=was_on_air) for sign in Sign}


def may_send(seat: Seat, scopes: frozenset[Scope]) -> bool:
    """Whether their voice may go into the room: let in, and their consent to being heard is noted."""
    return seat.state in IN_ROOM and Scope.LIVE in scopes


def add(connection: Connection, hour: OfficeHour, *, name: str, topic: str, under_18: bool, at: datetime) -> Person:
    """A caller at the end of the one line; what they agree to is noted by whoever calls this. Raises Overtaken."""
    if hour.state not in TAKING_QUESTIONS or hour.queue_closed_at:
        raise Overtaken("nobody new comes into this waiting room")
    person = store.add_person(connection, hour.id, name=name, role=Role.GUEST, language=hour.language, topic=topic)
    parent = Parent.ASKED if under_18 else Parent.NOT_NEEDED
    never = at - 2 * HERE_FOR  # noted is not yet on the line
    guests.add(connection, person, way=Way.TELEPHONE, since=at, seen_at=never, parent=parent)
    return person


def is_caller(connection: Connection, person: Person) -> bool:
    return person.role is Role.GUEST and guests.of(connection, person).way is Way.TELEPHONE


def callers(connection: Connection, hour: OfficeHour) -> list[Person]:
    """Who telephones, in the order in which they were noted; also who has left."""
    people = store.persons_of(connection, hour.id)
    known = guests.all_of(connection, hour.id, people)
    return [each for each in people if each.role is Role.GUEST and known[each.id].way is Way.TELEPHONE]


def line_is_open(connection: Connection, person: Person, at: datetime) -> None:
    """The desk's page carries their voice: a sign of life, and the answer when they were called."""
    guests.seen(connection, person, at)
    called = store.seat(connection, person.id).state is SeatState.CALLED
    if called and guests.of(connection, person).answered_at is None:
        reception.answer(connection, person, at)


def hang_up(connection: Connection, person: Person) -> None:
    """The call is over, and with it the place; who has left already stays so."""
    if store.seat(connection, person.id).state not in OUT:
        reception.leave(connection, person)


def was_on_air(connection: Connection, person: Person) -> bool:
    """Whether they have been put on air in this office hour."""
    shown = commands.of_kinds(connection, person.office_hour, {Kind.SHOW})
    return any(each.payload.get("person") == person.id for each in shown)
