"""A parent's page: somebody under 18 wants to be seen; whoever holds the private address agrees or refuses."""

from datetime import timedelta

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.live.lobby import guests, reception
from ingest.live.lobby.guests import Guest, Parent
from ingest.officehours import TAKING_QUESTIONS
from web import store as web_store
from web.rendering import N_, house_of, render

WORDS = {"agree": Parent.AGREED, "refuse": Parent.REFUSED}
KEPT = timedelta(days=1)
"""For so long after the planned end the address says something."""


def page(request: Request) -> Response:
    with house_of(request).database.reading() as connection:
        guest = _guest(connection, request)
        person, hour = store.person(connection, guest.person), store.office_hour(connection, guest.office_hour)
    if now() > hour.starts_at + timedelta(minutes=hour.planned_minutes) + KEPT:
        raise HTTPException(404)
    open_ = hour.state in TAKING_QUESTIONS
    return render(request, "parent.html", guest=guest, person=person, hour=hour, open=open_, Parent=Parent)


def say(request: Request) -> Response:
    """POST `do`: agree or refuse. Either can be changed as long as the office hour is not over."""
    form = request.state.form
    word = WORDS.get(str(form.get("do", "")))
    if word is None:
        raise HTTPException(400, "there is no such choice")
    if word is Parent.AGREED and not form.get("parent"):
        raise HTTPException(409, N_("Please tick that you may decide this."))
    with house_of(request).database.transaction() as connection:
        guest = _guest(connection, request)
        if store.office_hour(connection, guest.office_hour).state not in TAKING_QUESTIONS:
            raise HTTPException(409, N_("One cannot take part just now."))
        reception.parent_says(connection, store.person(connection, guest.person), word)
    return RedirectResponse(f"/parent/{request.path_params['token']}", 303)


def _guest(connection: Connection, request: Request) -> Guest:
    found = guests.behind_parent(connection, web_store.digest(request.path_params["token"]))
    if found is None:
        raise HTTPException(404)
    return found


routes = [Route("/parent/{token}", page), Route("/parent/{token}", say, methods=["POST"])]
