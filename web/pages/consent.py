"""What somebody taking part agrees to: said by host and staff, seen and taken back by everybody, also afterwards.

On the page of one's own place it works while on air; the private address does the same for as long as there is
something to take back. Holding the address is the proof.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.live.lobby import agreement
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role, Scope
from publish import consents
from web import consenting, unsealing
from web import store as web_store
from web.rendering import N_, house_of, render
from web.rights import taking_part
from web.words import say

KEPT = timedelta(days=3650)
"""How long a private address works: as long as a recording may be there."""


def dark_words(language: str) -> str:
    """What stands where somebody may not be kept."""
    return say(language, "This part is not shown")


def part(request: Request) -> Response:
    """The person's own scopes, as a part of their page."""
    with house_of(request).database.reading() as connection:
        hour, person = _here(connection, request)
        values = own_values(request, connection, hour, person)
    return render(request, "consent_own.html", hour=hour, person=person, **values)


def own_values(request: Request, connection: Connection, hour: OfficeHour, person: Person) -> dict[str, Any]:
    """What `consent_own.html` and `consent_office.html` show."""
    link = web_store.link_of(connection, person.id)
    address = f"/own/{house_of(request).safe.open(link.sealed)}" if link and person.role is Role.GUEST else ""
    return {"own": consenting.own(connection, hour, person), "own_address": address, "Scope": Scope, "Role": Role}


def said(request: Request) -> Response:
    """POST `do`: agree (with the fields of the scopes) or take_back (with `scope`, one of the four or all)."""
    form, house = request.state.form, house_of(request)
    with house.database.transaction() as connection:
        hour, person = _here(connection, request)
        if form.get("do") == "agree":
            answers = consenting.scopes_of(form, recorded=hour.recorded)
            if answers is None:
                raise HTTPException(400, "a choice is missing")
            consenting.agree(connection, hour, person, answers)
        elif form.get("do") == "take_back":
            take_back(connection, hour, person, str(form.get("scope", "")))
        else:
            raise HTTPException(400, "there is no such act")
    unsealing.erase_withdrawn(house, hour.id, now())
    house.engine.dispatch()
    if "application/json" in request.headers.get("accept", ""):
        return Response(status_code=204)
    page = "host" if person.role is Role.HOST else "place"
    return RedirectResponse(f"/office-hours/{hour.id}/{page}", 303)


def take_back(connection: Connection, hour: OfficeHour, person: Person, scope: str) -> None:
    """Take one scope back, or "all": the room is told at once, and what is there afterwards is made without them."""
    try:
        scopes = set(Scope) if scope == "all" else {Scope(scope)}
    except ValueError as error:
        raise HTTPException(400, "there is no such scope") from error
    at, instead = now(), consenting.nobody(hour)
    gone = agreement.take_back(connection, person, scopes, at, instead)
    if Scope.NAME in gone:
        consenting.unname_questions(connection, hour, person, instead)
    consents.taken_back(connection, hour, person.id, gone, dark_words(hour.language), at)


def private(request: Request) -> Response:
    """The private address: what was agreed to, where it can be seen, and the buttons that take it back."""
    with house_of(request).database.reading() as connection:
        hour, person = _behind(connection, request)
        values = own_values(request, connection, hour, person)
    token = request.path_params["token"]
    return render(request, "own.html", hour=hour, person=person, token=token, State=State, **values)


def take_back_later(request: Request) -> Response:
    house = house_of(request)
    with house.database.transaction() as connection:
        hour, person = _behind(connection, request)
        take_back(connection, hour, person, str(request.state.form.get("scope", "")))
    unsealing.erase_withdrawn(house, hour.id, now())
    house.engine.dispatch()
    return RedirectResponse(f"/own/{request.path_params['token']}", 303)


def give_address(request: Request, connection: Connection, person: Person) -> None:
    """A private address for somebody who takes part, shown on their page."""
    web_store.make_link(connection, house_of(request).safe, person.id, now() + KEPT)


def _here(connection: Connection, request: Request) -> tuple[OfficeHour, Person]:
    hour = store.office_hour(connection, request.path_params["id"])
    return hour, store.person(connection, taking_part(request, hour.id).id)


def _behind(connection: Connection, request: Request) -> tuple[OfficeHour, Person]:
    link = web_store.link_behind(connection, request.path_params["token"], now())
    if link is None:
        raise HTTPException(404, N_("This personal address is no longer valid. The office can give you a new one."))
    person = store.person(connection, link.person)
    return store.office_hour(connection, person.office_hour), person


routes = [
    Route("/office-hours/{id}/consent", part),
    Route("/office-hours/{id}/consent", said, methods=["POST"]),
    Route("/own/{token}", private),
    Route("/own/{token}/take-back", take_back_later, methods=["POST"]),
]
