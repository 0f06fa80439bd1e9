"""The waiting room: what staff decide about a person comes in; the seat moves and the room is told, in one transaction.

The seat is compared and set, so that two members of staff cannot call the same person: the second one gets
`ingest.store.Overtaken`. Role words (`words`) are what the lower third shows under the name, in the person's language.
"""

from sqlalchemy.engine import Connection

from ingest import commands, store
from ingest.commands import Kind
from ingest.live.lobby import agreement, guests
from ingest.live.mix.scene import Scene
from ingest.people import IN_ROOM, Person, Role, Seat, SeatState

# Interpreters speak whenever somebody else does: the picture must not follow them.
PARTS = {Role.INTERPRETER: {"apart": True}, Role.HOST: {"host": True}, Role.GUEST: {"guest": True}}
"""What the room is told of a role when somebody of it is shown."""


def admit(connection: Connection, person: Person, words: str = "") -> None:
    """From the waiting room (or held) to backstage. Raises Overtaken, NoConsent."""
    seat = store.seat(connection, person.id)
    start = seat.state if seat.state in (SeatState.HELD, SeatState.CALLED) else SeatState.WAITING
    store.move_seat(connection, person.id, start, SeatState.ADMITTED)
    agreed = agreement.told(connection, person)
    commands.write(connection, person.office_hour, Kind.ADMIT, person=person.id, role=words, **agreed)


def show(connection: Connection, person: Person, words: str = "") -> None:
    """From backstage on air: in the programme's picture and sound, with their track. Raises Overtaken, NoConsent."""
    store.move_seat(connection, person.id, SeatState.ADMITTED, SeatState.ON_AIR)
    part = PARTS.get(person.role, {}) | ({"signs": True} if guests.of(connection, person).signs else {})
    agreed = agreement.told(connection, person)
    commands.write(connection, person.office_hour, Kind.SHOW, person=person.id, role=words, **agreed, **part)


def deputise(connection: Connection, person: Person, words: str = "") -> None:
    """From backstage, or on air already, to where the host was: first in the scene. Raises Overtaken."""
    if store.seat(connection, person.id).state is SeatState.ADMITTED:
        store.move_seat(connection, person.id, SeatState.ADMITTED, SeatState.ON_AIR)
    part = {"person": person.id, "role": words, "host": True, "deputy": True}
    commands.write(connection, person.office_hour, Kind.SHOW, **part, **agreement.told(connection, person))
    commands.write(
        connection,
        person.office_hour,
        Kind.SCENE,
        name=scene_of(connection, person.office_hour).value,
        people=[person.id],
    )


def deputy(connection: Connection, office_hour: str) -> str | None:
    """Who was asked last to stand in for the host."""
    shown = [each for each in commands.history(connection, office_hour) if each.kind is Kind.SHOW]
    return next((each.payload["person"] for each in reversed(shown) if each.payload.get("deputy")), None)


def scene_of(connection: Connection, office_hour: str) -> Scene:
    """What staff chose last and the room did not refuse."""
    chosen = commands.newest(connection, office_hour, {Kind.SCENE})
    return Scene(chosen.payload["name"]) if chosen else Scene.GRID


def hide(connection: Connection, person: Person) -> None:
    """Off air, backstage again. Raises Overtaken."""
    store.move_seat(connection, person.id, SeatState.ON_AIR, SeatState.ADMITTED)
    commands.write(connection, person.office_hour, Kind.HIDE, person=person.id)


def hold(connection: Connection, person: Person) -> None:
    """Back to the waiting room, keeping the place in the line. Raises Overtaken."""
    seat = store.seat(connection, person.id)
    start = seat.state if seat.state in IN_ROOM else SeatState.ADMITTED
    store.move_seat(connection, person.id, start, SeatState.HELD)
    commands.write(connection, person.office_hour, Kind.HOLD, person=person.id)


def cut(connection: Connection, office_hour: str, *, by: str, guests_back: bool) -> None:
    """Cut the broadcast; with `guests_back` every guest on air goes back to the waiting room."""
    commands.write(connection, office_hour, Kind.CUT, by=by)
    people = {person.id: person for person in store.persons_of(connection, office_hour)}
    for seat in store.seats_of(connection, office_hour) if guests_back else ():
        if seat.state is SeatState.ON_AIR and people[seat.person].role is Role.GUEST:
            hold(connection, people[seat.person])


def start(
    connection: Connection,
    office_hour: str,
    words: dict[Role, str],
    cut_words: str = "",
    *,
    count_s: int = 0,
    opening: bool = False,
) -> None:
    """On air: hosts and interpreters who are backstage are shown, then media time begins, with the delay as it is now.

    `cut_words`: what the public reads while it is cut; `count_s`: seconds that are counted first; `opening`: whether
    the opening card comes then. The studio moves the office hour's state when it has happened.
    """
    people = {person.id: person for person in store.persons_of(connection, office_hour)}
    for seat in store.seats_of(connection, office_hour):
        person = people[seat.person]
        if seat.state is SeatState.ADMITTED and person.role in (Role.HOST, Role.INTERPRETER):
            show(connection, person, words.get(person.role, ""))
    delay_s = store.office_hour(connection, office_hour).delay_s
    how = {"cut_words": cut_words, "count_s": count_s} | ({"opening": True} if opening else {})
    commands.write(connection, office_hour, Kind.START, delay_s=delay_s, **how)


def line(seats: list[Seat]) -> list[Seat]:
    """Who waits, in the one order that everybody sees."""
    waiting = (SeatState.CALLED, SeatState.WAITING, SeatState.HELD)
    return sorted((seat for seat in seats if seat.state in waiting), key=lambda seat: seat.position)
