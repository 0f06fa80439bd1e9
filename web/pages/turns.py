"""Presses of the desk come in: the next one, back again, another order; every press is one transaction."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import store
from ingest.people import Right
from ingest.store import Overtaken
from questions import change, rundown
from web.pages.decisions import back
from web.pages.desk import order_of
from web.pages.line import role_words
from web.rendering import N_, house_of
from web.rights import need

CHANGED = N_("The running order has changed meanwhile. Look at it and press again.")
PRESSED = N_("Somebody has pressed this already.")
NOT_READY = N_("The next guest is still in the waiting room. Let them in first (G), or let something else come first.")
TOO_LATE = N_("That cannot be taken back any more.")
MOVES = frozenset({"up", "down", "first"})


def by_whom(request: Request, id: str) -> str:
    """Who presses, by id; staff, or a person of the office hour with the right."""
    visitor = need(request, Right.RUN_ROOM, id)
    return visitor.account.id if visitor.account else visitor.person.id if visitor.person else ""


def next_one(request: Request) -> Response:
    """`item`: what the page showed as next, or nothing; `seen`: the turn that it showed as going on."""
    id, form = request.path_params["id"], request.state.form
    by, wished = by_whom(request, id), str(form.get("item", ""))
    try:
        with house_of(request).database.transaction() as connection:
            hour = store.office_hour(connection, id)
            order = order_of(connection, hour)
            item = next((each for each in order if each.key == wished), None)
            if item is None and (wished or order):
                raise HTTPException(409, CHANGED)
            seen = str(form.get("seen", ""))
            change.next_turn(connection, hour, item, seen=seen, by=by, words=role_words(hour), left=len(order))
    except Overtaken as error:
        raise HTTPException(409, PRESSED) from error
    except change.NotReady as error:
        raise HTTPException(409, NOT_READY) from error
    return back(request)


def undo(request: Request) -> Response:
    """Give back what the change `turn` took off air."""
    id, form = request.path_params["id"], request.state.form
    by = by_whom(request, id)
    try:
        with house_of(request).database.transaction() as connection:
            hour = store.office_hour(connection, id)
            change.undo(connection, hour, str(form.get("turn", "")), by=by, words=role_words(hour))
    except Overtaken as error:
        raise HTTPException(409, TOO_LATE) from error
    return back(request)


def arrange(request: Request) -> Response:
    """`do`: up or down, past the neighbour `other` that the page showed; first."""
    id, form = request.path_params["id"], request.state.form
    by_whom(request, id)
    do, key, other = (str(form.get(name, "")) for name in ("do", "item", "other"))
    if do not in MOVES:
        raise HTTPException(400, "there is no such act")
    try:
        with house_of(request).database.transaction() as connection:
            order = order_of(connection, store.office_hour(connection, id))
            if do == "first":
                rundown.first(connection, id, order, key)
            else:
                rundown.swap(connection, id, order, key, other)
    except Overtaken as error:
        raise HTTPException(409, CHANGED) from error
    return back(request)


routes = [
    Route("/staff/office-hours/{id}/next", next_one, methods=["POST"]),
    Route("/staff/office-hours/{id}/back", undo, methods=["POST"]),
    Route("/staff/office-hours/{id}/order", arrange, methods=["POST"]),
]
