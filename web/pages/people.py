"""Staff invite host, speakers and interpreters by name and role; each enters by a personal address."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.live.lobby import waiting
from ingest.people import Person, Role, SeatState
from questions.question import plain
from questions.sources.form import NAME_LENGTH
from web import personal
from web import store as web_store
from web.door import sign_in
from web.rendering import N_, house_of
from web.rights import staff

ROLES = {Role.HOST: N_("Host"), Role.SPEAKER: N_("Speaker"), Role.INTERPRETER: N_("Interpreter")}
EXPIRED = N_("This personal address is no longer valid. The office can give you a new one.")


def change(request: Request) -> Response:
    """`do`: invite (name, role), renew (person), take_back (person)."""
    staff(request)
    house, form = house_of(request), request.state.form
    with house.database.transaction() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
        if form.get("do") == "invite":
            name, role = _invitation(str(form.get("name", "")), str(form.get("role", "")))
            personal.invite(connection, house, hour, name, role)
        else:
            person = _one_of(personal.invited(connection, house, hour), str(form.get("person", "")))
            if form.get("do") == "renew":
                personal.renew(connection, house, hour, person)
            elif form.get("do") == "take_back":
                personal.take_back(connection, person)
            else:
                raise HTTPException(400, "there is no such act")
    return RedirectResponse(f"/staff/office-hours/{hour.id}#people", 303)


def _invitation(name: str, role: str) -> tuple[str, Role]:
    name = plain(name)
    known = {each.value: each for each in ROLES}
    if not name or len(name) > NAME_LENGTH or role not in known:
        raise HTTPException(409, N_("Please give a name of at most 80 characters and a role."))
    return name, known[role]


def _one_of(accesses: list[personal.Access], id: str) -> Person:
    for access in accesses:
        if access.person.id == id:
            return access.person
    raise HTTPException(404)


def enter(request: Request) -> Response:
    """The personal address of a speaker or interpreter: makes the browser theirs, and leads to their place.

    Whoever had left by themselves is in the room again: they were asked to come.
    """
    house = house_of(request)
    with house.database.transaction() as connection:
        link = web_store.link_behind(connection, request.path_params["token"], now())
        person = store.person(connection, link.person) if link else None
        if link is None or person is None or person.role is Role.HOST:
            raise HTTPException(404, EXPIRED)
        if store.seat(connection, person.id).state is SeatState.LEFT:
            store.move_seat(connection, person.id, SeatState.LEFT, SeatState.WAITING)
            waiting.admit(connection, person)
    sign_in(request, person=person.id, at_least=link.expires_at)
    return RedirectResponse(f"/office-hours/{person.office_hour}/place", 303)


routes = [
    Route("/in/{token}", enter),
    Route("/staff/office-hours/{id}/people", change, methods=["POST"]),
]
