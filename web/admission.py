"""A ticket comes in; who holds it goes out, if they may come in now, or an answer that says why not."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request

from ingest import store, tickets
from ingest.database import Database, now
from ingest.live.lobby import guests
from ingest.officehours import OfficeHour, has_room
from ingest.people import IN_ROOM, RIGHTS, Person, Role, Seat, may_share
from ingest.tickets import NEEDS, Audience


@dataclass(frozen=True)
class Admitted:
    """Somebody whose ticket was good."""

    person: Person
    hour: OfficeHour
    seat: Seat
    seen: bool = True  # whether a picture of them may be sent


def bearer(request: Request) -> str:
    """The ticket of a request. Raises HTTPException."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise HTTPException(401, "a ticket is needed", {"WWW-Authenticate": "Bearer"})
    return token.strip()


def admit(database: Database, token: str, audience: Audience) -> Admitted:
    """Who holds this ticket, if they may come in now. Raises HTTPException."""
    with database.transaction() as connection:
        try:
            ticket = tickets.take(connection, token, audience, now())
        except tickets.TicketUsed as error:
            raise HTTPException(409, str(error)) from error
        except tickets.TicketRefused as error:
            raise HTTPException(401, str(error)) from error
        person = store.person(connection, ticket.person)
        hour = store.office_hour(connection, ticket.office_hour)
        seat = store.seat(connection, person.id)
        seen = person.role is not Role.GUEST or guests.of(connection, person).may_be_seen
    if not has_room(hour, now()):
        raise HTTPException(409, "the room is not open")
    if audience is Audience.SCREEN and not may_share(person.role, seat):
        raise HTTPException(403, "no screen was handed to you")
    if audience is not Audience.SCREEN and NEEDS[audience] not in RIGHTS[person.role]:
        raise HTTPException(403, "this is not for you")
    if audience in (Audience.WHIP, Audience.SCREEN) and seat.state not in IN_ROOM:
        raise HTTPException(403, "you are still in the waiting room; nobody sees or hears you")
    return Admitted(person, hour, seat, seen=seen)
