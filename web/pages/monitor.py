"""Staff see and hear the programme on the board: an account asks, a ticket for its person in the room goes out."""

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingest import store, tickets
from ingest.accounts import Account
from ingest.database import now
from ingest.officehours import WITH_ROOM, OfficeHour
from ingest.people import Person, Role
from ingest.tickets import NEEDS, Audience
from web.rendering import house_of
from web.rights import need

HEARING = frozenset({Audience.WHEP, Audience.SOCKET})
"""What the board connects by itself; it sends nothing."""


def ticket(request: Request) -> Response:
    """A fresh ticket for one connection of whoever runs the room; JSON in and out."""
    id = request.path_params["id"]
    try:
        audience = Audience(request.state.form.get("audience"))
    except ValueError as error:
        raise HTTPException(400, "there is no such audience") from error
    if audience not in HEARING:
        raise HTTPException(403)
    visitor = need(request, NEEDS[audience], id)
    if visitor.account is None:
        raise HTTPException(403)
    with house_of(request).database.transaction() as connection:
        hour = store.office_hour(connection, id)
        if hour.state not in WITH_ROOM:
            raise HTTPException(409)
        person = person_of(connection, hour, visitor.account)
        token = tickets.issue(connection, person=person.id, office_hour=id, audience=audience, at=now())
    return JSONResponse({"ticket": token}, headers={"Cache-Control": "no-store"})


def person_of(connection: Connection, hour: OfficeHour, account: Account) -> Person:
    """Who a member of staff is in this office hour; they become so when they first look."""
    for person in store.persons_of(connection, hour.id):
        if person.role is Role.STAFF and person.name == account.name:
            return person
    return store.add_person(connection, hour.id, name=account.name, role=Role.STAFF, language=hour.language)


routes = [Route("/staff/office-hours/{id}/ticket", ticket, methods=["POST"])]
