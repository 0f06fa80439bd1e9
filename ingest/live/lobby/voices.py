"""For whom each interpreter speaks, as rows say it: the desk and the public page show it, and staff choose.

The room decides by the same rule (`interpreting`) and writes it into the timeline.
"""

from collections.abc import Iterable

from sqlalchemy.engine import Connection

from ingest import commands, store
from ingest.commands import Kind
from ingest.live.lobby import guests
from ingest.live.mix.interpreting import spoken_for
from ingest.people import Person, Role, Seat, SeatState


def choose(connection: Connection, office_hour: str, interpreter: str, whom: str | None) -> None:
    """Staff say for whom an interpreter speaks from now on; None for nobody."""
    commands.write(connection, office_hour, Kind.SPEAKS_FOR, person=interpreter, whom=whom)


def of_office_hour(
    connection: Connection, office_hour: str, people: dict[str, Person]
) -> dict[str, tuple[str | None, str]]:
    """For each interpreter on air: for whom they speak, and who says so (`interpreting.STAFF` or RULE)."""
    interpreters = {id for id, person in people.items() if person.role is Role.INTERPRETER}
    if not interpreters:
        return {}
    on_air = [seat for seat in store.seats_of(connection, office_hour) if seat.state is SeatState.ON_AIR]
    on_air.sort(key=lambda seat: seat.changed_at)
    known = guests.all_of(connection, office_hour, list(people.values()))
    return spoken_for(
        [seat.person for seat in on_air],
        interpreters=interpreters,
        signs={id for id, guest in known.items() if guest.signs},
        guests={id for id, person in people.items() if person.role is Role.GUEST},
        chosen=_chosen(connection, office_hour, on_air),
    )


def _chosen(connection: Connection, office_hour: str, on_air: Iterable[Seat]) -> dict[str, str | None]:
    """What staff said last of each interpreter, while both have been on air since."""
    since = {seat.person: seat.changed_at for seat in on_air}
    chosen: dict[str, str | None] = {}
    for each in reversed(commands.of_kinds(connection, office_hour, {Kind.SPEAKS_FOR})):
        person, whom = each.payload["person"], each.payload["whom"]
        there = all(id in since and since[id] <= each.created_at for id in (person, whom) if id is not None)
        chosen = {id: kept for id, kept in chosen.items() if id != person} | ({person: whom} if there else {})
    return chosen
