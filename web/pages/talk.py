"""Staff go backstage: a press makes them a person of the room, with a page of their own beside the board."""

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.accounts import Account
from ingest.live import waiting
from ingest.officehours import WITH_ROOM, OfficeHour
from ingest.people import IN_ROOM, Person, Right, Role, SeatState
from web import store as web_store
from web.rendering import N_, house_of
from web.rights import need


def talk(request: Request) -> Response:
    """Into the room, heard by those backstage; nobody outside hears staff unless they are put on air."""
    id = request.path_params["id"]
    visitor = need(request, Right.RUN_ROOM, id)
    if visitor.account is None or visitor.key is None:
        raise HTTPException(403)
    with house_of(request).database.transaction() as connection:
        hour = store.office_hour(connection, id)
        if hour.state not in WITH_ROOM:
            raise HTTPException(409, N_("The room is not open yet."))
        person = person_of(connection, hour, visitor.account)
        web_store.take_part(connection, visitor.key, person.id)
    return RedirectResponse(f"/office-hours/{id}/place", 303)


def person_of(connection: Connection, hour: OfficeHour, account: Account) -> Person:
    """Who a member of staff is in this office hour, in the room; made when they come for the first time."""
    known = store.persons_of(connection, hour.id)
    person = next((each for each in known if each.role is Role.STAFF and each.name == account.name), None)
    if person is None:
        return store.add_person(connection, hour.id, name=account.name, role=Role.STAFF, language=hour.language)
    if (seat := store.seat(connection, person.id)).state not in IN_ROOM:
        if seat.state is SeatState.LEFT:
            store.move_seat(connection, person.id, SeatState.LEFT, SeatState.WAITING)
        waiting.admit(connection, person)
    return person


routes = [Route("/staff/office-hours/{id}/talk", talk, methods=["POST"])]
