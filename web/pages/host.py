"""The host's page: one question, one clock, who is next, a line to staff, and the own camera; by a personal address."""

from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import intercom, store
from ingest.database import now
from ingest.intercom import Sender
from ingest.officehours import ON_AIR, OfficeHour
from ingest.people import Role
from questions import errands
from questions import store as questions
from web import store as web_store
from web.door import sign_in
from web.pages import alone, consent, desk
from web.pages.cut import cutting
from web.pages.join import is_secure, room_values, seat_values
from web.rendering import N_, house_of, parts_asked, render, render_parts
from web.rights import taking_part

SHOWN_TO_HOST = 2
"""How many items of the running order the host sees beside the question."""
PARTS = {
    "seat": "seat.html",
    "hide": "host_hide.html",
    "question": "host_question.html",
    "line": "host_line.html",
}


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
    """The page itself; `?part=` seat, hide, question and line are what changes on it."""
    house = house_of(request)
    parts = parts_asked(request, PARTS)
    with house.database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
        person = taking_part(request, hour.id)
        if person.role is not Role.HOST:
            raise HTTPException(403)
        values = seat_values(connection, hour, person) | stage_values(connection, hour)
        values |= consent.own_values(request, connection, hour, person)
        values |= alone.alone_values(connection, hour, person)
    values |= {"hour": hour, "person": person, "room": room_values(request, hour, person), "secure": is_secure(request)}
    if parts:
        return render_parts(request, {part: PARTS[part] for part in parts}, **values)
    return render(request, "host.html", **values)


def stage_values(connection: Connection, hour: OfficeHour) -> dict[str, Any]:
    """The question on air, what follows, and what staff have written."""
    values = desk.now_values(connection, hour)
    shown = values["on_air"]
    return values | {
        "asked": questions.merged_counts(connection, hour.id).get(shown.id, 0) + 1 if shown else 1,
        "briefings": errands.briefings(connection, shown.id) if shown else [],
        "coming": values["lines"][:SHOWN_TO_HOST],
        "more": max(len(values["lines"]) - SHOWN_TO_HOST, 0),
        "unread": intercom.unread(connection, hour.id, Sender.HOST),
        "sent": [note for note in intercom.newest(connection, hour.id, 4) if note.sender is Sender.HOST][:1],
        "note_length": intercom.LENGTH,
        "running": hour.state in ON_AIR,
        "cut": cutting(connection, hour),
    }


routes = [
    Route("/host/{token}", enter),
    Route("/office-hours/{id}/host", page),
]
