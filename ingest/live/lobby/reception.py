"""What staff and guests do in the waiting room comes in; a seat moves once, by compare and set, in one transaction.

Each act names the states it may begin in. Whoever comes second finds the seat elsewhere and gets
`ingest.store.Overtaken`: nothing is changed, nobody is called twice. Places keep their number in the line (`line`).
Letting in, putting on air and cutting are in `waiting`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from ingest import attention, commands, store
from ingest.commands import Kind
from ingest.live.lobby import guests, line, notes, typed
from ingest.live.lobby.guests import Gone, Parent, Way
from ingest.officehours import ON_AIR, TAKING_QUESTIONS, WITH_ROOM, OfficeHour, State
from ingest.people import IN_ROOM, Person, Role, Seat, SeatState
from ingest.store import Overtaken

CALLABLE = frozenset({SeatState.WAITING, SeatState.HELD, SeatState.MISSED})
SET_ASIDE = frozenset({SeatState.WAITING, SeatState.CALLED})
IN_LINE = frozenset({SeatState.WAITING, SeatState.CALLED, SeatState.HELD, SeatState.MISSED})
KEPT = timedelta(days=1)
"""After the end: a guest's page says for so long what became of them."""
OUT = frozenset({SeatState.LEFT, SeatState.BANNED})


def call(connection: Connection, person: Person, *, by: str, at: datetime) -> None:
    """Call somebody to a talk with staff; their page rings until they answer. Raises Overtaken."""
    _move(connection, person, CALLABLE, SeatState.CALLED)
    guests.change(connection, person, called_at=at, called_by=by, answered_at=None)


def answer(connection: Connection, person: Person, at: datetime) -> None:
    """The guest says that they are here: called they have answered, missed they wait again at their place."""
    state = store.seat(connection, person.id).state
    if state is SeatState.CALLED:
        guests.change(connection, person, answered_at=at, seen_at=at)
    elif state is SeatState.MISSED:
        _move(connection, person, {SeatState.MISSED}, SeatState.WAITING)
        guests.change(connection, person, seen_at=at)


def missed(connection: Connection, person: Person) -> None:
    """Called and not there. The place is kept; they can be called again. Raises Overtaken."""
    _move(connection, person, {SeatState.CALLED}, SeatState.MISSED)
    guests.change(connection, person, missed=guests.of(connection, person).missed + 1)


def send_back(connection: Connection, person: Person) -> None:
    """Back into the line at the place that was kept, from a call, from backstage or from on air. Raises Overtaken."""
    seat = _move(connection, person, IN_ROOM | {SeatState.CALLED, SeatState.HELD, SeatState.MISSED}, SeatState.WAITING)
    _out_of_the_room(connection, person, seat)


def set_aside(connection: Connection, person: Person) -> None:
    """Not now: the place is kept, but others are called before them until they are sent back. Raises Overtaken."""
    _move(connection, person, SET_ASIDE, SeatState.HELD)


def remove(connection: Connection, person: Person) -> None:
    """Out of the waiting room; they may come again, at the end of the line. Raises Overtaken."""
    _go(connection, person, Gone.REMOVED)


def leave(connection: Connection, person: Person) -> None:
    """The guest gives the place up. Raises Overtaken."""
    _go(connection, person, Gone.OWN)


def ban(connection: Connection, person: Person) -> None:
    """Out for this office hour; the browser cannot come in again. Raises Overtaken."""
    seat = _move(connection, person, IN_LINE | IN_ROOM | {SeatState.LEFT}, SeatState.BANNED)
    _out_of_the_room(connection, person, seat)


def come_back(connection: Connection, person: Person, at: datetime) -> None:
    """Wait again, at the end of the line. Raises Overtaken."""
    _move(connection, person, {SeatState.LEFT}, SeatState.WAITING)
    guests.change(connection, person, since=at, seen_at=at, gone=None, sent_to=None, called_at=None, missed=0)
    line.to_the_end(connection, person)


def next_up(line: Sequence[Seat], known: Mapping[str, guests.Guest], at: datetime) -> Seat | None:
    """Whose turn it is: the first who is here and not set aside, else who is not set aside, else the first."""
    turn = [seat for seat in line if seat.state is not SeatState.HELD]
    here = [seat for seat in turn if seat.person not in known or known[seat.person].is_here(at)]
    return next(iter([*here, *turn, *line]), None)


def is_banned(connection: Connection, office_hour: str, browser: str) -> bool:
    """Whether somebody of this browser was sent away for this office hour."""
    people = guests.of_browser(connection, office_hour, browser)
    return any(store.seat(connection, each.person).state is SeatState.BANNED for each in people)


def send_on(connection: Connection, person: Person, goal: OfficeHour) -> None:
    """Offer a place in another office hour's line; the place here is kept until they go. Raises Overtaken."""
    if goal.id == person.office_hour or goal.state not in TAKING_QUESTIONS:
        raise Overtaken("nobody can be sent on to this office hour just now")
    if store.seat(connection, person.id).state not in IN_LINE:
        raise Overtaken("only somebody who waits can be sent on")
    if guests.of(connection, person).way is Way.TELEPHONE:
        raise Overtaken("who rings up is on the line of this office hour")
    guests.change(connection, person, sent_to=goal.id)


def stay(connection: Connection, person: Person) -> None:
    """The guest would rather wait here."""
    guests.change(connection, person, sent_to=None)


def go_on(connection: Connection, person: Person, newcomer: Person) -> None:
    """The guest goes: `newcomer`, who they are in the other office hour, gets the place of the time waited here."""
    before = guests.of(connection, person)
    _go(connection, person, Gone.SENT_ON)
    guests.change(connection, newcomer, since=before.since, parent=before.parent, browser=before.browser)
    line.by_time_waited(connection, newcomer, before.since)


def choose(connection: Connection, person: Person, way: Way) -> None:
    """Another way to take part, while waiting. Under 18, a picture needs a parent's word. Raises Overtaken."""
    if store.seat(connection, person.id).state in OUT:
        raise Overtaken("who has left takes part in no way")
    guests.change(connection, person, way=way)


def parent_says(connection: Connection, person: Person, word: Parent) -> None:
    """A parent agreed or refused, or staff noted that one agreed."""
    if guests.of(connection, person).parent is Parent.NOT_NEEDED:
        raise Overtaken("no parent was asked for")
    guests.change(connection, person, parent=word)


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long somebody may give no sign of life: while waiting, and after being called."""

    grace: timedelta
    call: timedelta


def due(connection: Connection, hour: OfficeHour, at: datetime, patience: Patience) -> dict[str, SeatState]:
    """Who was called and gave no sign of life since is missed; who has been away for too long has left.

    Nobody is swept who gives signs of life, however slowly they join, and nobody who is in the room. Those who
    registered and have not come lose nothing before the office hour has been on air for as long as places are kept.
    Telephone callers have no page: the desk's own sign of life is theirs, because they may wait to be rung up again.
    """
    if hour.state not in WITH_ROOM:
        return {}
    people = {person.id: person for person in store.persons_of(connection, hour.id)}
    known = guests.all_of(connection, hour.id, list(people.values()))
    seats = [seat for seat in store.seats_of(connection, hour.id) if people[seat.person].role is Role.GUEST]
    there = attention.last_seen(connection, hour.id)
    fates = {seat.person: _fate(hour, seat, known[seat.person], at, patience, there) for seat in seats}
    return {person: fate for person, fate in fates.items() if fate is not None}


def sweep(connection: Connection, hour: OfficeHour, at: datetime, patience: Patience) -> dict[str, SeatState]:
    """Move the seats that are due, and say which."""
    fates = due(connection, hour, at, patience)
    for id, fate in fates.items():
        person = store.person(connection, id)
        if fate is SeatState.MISSED:
            missed(connection, person)
        else:
            _go(connection, person, Gone.AWAY)
    return fates


def _fate(
    hour: OfficeHour, seat: Seat, guest: guests.Guest, at: datetime, patience: Patience, staff_at: datetime | None
) -> SeatState | None:
    """What becomes of somebody who gives no sign of life, if anything. `staff_at`: when the desk gave one."""
    if seat.state is SeatState.CALLED and guest.called_at is not None:
        return SeatState.MISSED if at - max(guest.seen_at, guest.called_at) > patience.call else None
    if seat.state is SeatState.WAITING and guest.way is not Way.READ_OUT and hour.state in ON_AIR and hour.began_at:
        heard = max(guest.seen_at, seat.changed_at, hour.began_at)
        if guest.way is Way.TELEPHONE and staff_at is not None:
            heard = max(heard, staff_at)
        return SeatState.LEFT if at - heard > patience.grace else None
    return None


def forget(connection: Connection, at: datetime) -> int:
    """Delete what was known of waiting guests and written to them, a day after their office hour. Returns how many."""
    hours = store.office_hours_in(connection, frozenset(State) - TAKING_QUESTIONS - {State.PLANNED})
    over = [hour.id for hour in hours if at - (hour.ended_at or hour.starts_at) > KEPT]
    return sum(each.forget(connection, over) for each in (guests, notes, typed))


def _go(connection: Connection, person: Person, why: Gone) -> None:
    seat = _move(connection, person, IN_LINE | IN_ROOM, SeatState.LEFT)
    _out_of_the_room(connection, person, seat)
    guests.change(connection, person, gone=why, sent_to=None)


def _move(
    connection: Connection, person: Person, starts: frozenset[SeatState] | set[SeatState], goal: SeatState
) -> Seat:
    """Move the seat if it is where it must be; returns it as it was. Raises Overtaken."""
    seat = store.seat(connection, person.id)
    if seat.state not in starts:
        raise Overtaken(f"the seat of {person.id} is {seat.state.value}, it cannot become {goal.value}")
    store.move_seat(connection, person.id, seat.state, goal)
    return seat


def _out_of_the_room(connection: Connection, person: Person, before: Seat) -> None:
    """Nothing of them is sent any more: the room takes them off air and closes their connections."""
    if before.state in IN_ROOM:
        commands.write(connection, person.office_hour, Kind.HOLD, person=person.id)
