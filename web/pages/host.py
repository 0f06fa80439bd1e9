"""The host's page: one question, one clock, who is next, and the own camera; reached by a personal address."""

from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.live import waiting
from ingest.officehours import OfficeHour
from ingest.people import Role
from questions import queue
from questions.question import shown_text
from web import store as web_store
from web.door import sign_in
from web.pages import consent
from web.pages.cut import cutting
from web.pages.join import is_secure, room_values, seat_values, speaks
from web.rendering import N_, house_of, render
from web.rights import taking_part


def enter(request: Request) -> Response:
    """The personal address: makes the browser the host's, and leaves the address bar at once."""
    house = house_of(request)
    with house.database.reading() as connection:
        link = web_store.link_behind(connection, request.path_params["token"], now())
        person = store.person(connection, link.person) if link else None
    if link is None or person is None:
        raise HTTPException(404, N_("This personal address is no longer valid. The office can give you a new one."))
    sign_in(request, person=person.id, at_least=link.expires_at)
    return RedirectResponse(f"/office-hours/{person.office_hour}/host", 303)


def page(request: Request) -> Response:
    """The page itself; `?part=seat` and `?part=question` are what changes on it."""
    house = house_of(request)
    with house.database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
        person = taking_part(request, hour.id)
        if person.role is not Role.HOST:
            raise HTTPException(403)
        values = seat_values(connection, hour, person) | question_values(connection, hour)
        values["cut"] = cutting(connection, hour)
        values |= consent.own_values(request, connection, hour, person)
    templates = {None: "host.html", "seat": "seat.html", "question": "host_question.html"}
    part = request.query_params.get("part")
    if part not in templates:
        raise HTTPException(404)
    return render(
        request,
        templates[part],
        hour=hour,
        person=person,
        room=room_values(request, hour, person),
        secure=is_secure(request),
        **values,
    )


def question_values(connection: Connection, hour: OfficeHour) -> dict[str, Any]:
    """The question on air, the next one, and the next person in the line."""
    people = {person.id: person for person in store.persons_of(connection, hour.id)}
    line = [seat for seat in waiting.line(store.seats_of(connection, hour.id)) if speaks(connection, seat.person)]
    return {
        "on_air": queue.on_air(connection, hour.id),
        "next_question": queue.next_question(connection, hour.id),
        "queue_length": len(queue.queued(connection, hour.id)),
        "next_seat": line[0] if line else None,
        "people": people,
        "shown_text": shown_text,
    }


routes = [
    Route("/host/{token}", enter),
    Route("/office-hours/{id}/host", page),
]
