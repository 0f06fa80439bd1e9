"""The hour takes longer, and the queue is closed: presses of staff come in, the planned end moves for everybody."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import store
from ingest.conduct import Act
from ingest.database import now
from ingest.officehours import TAKING_QUESTIONS
from ingest.people import Right
from web.pages.decisions import back
from web.pages.line import check, roles_of
from web.rendering import N_, house_of
from web.rights import need

STEPS_MINUTES = frozenset({-5, 5, 10})
LONGEST_EXTRA = 240


def longer(request: Request) -> Response:
    """`minutes`: 5 or 10 more, or 5 fewer of what was given. Nothing ends by itself, earlier or later."""
    id = request.path_params["id"]
    need(request, Right.RUN_ROOM, id)
    try:
        minutes = int(str(request.state.form.get("minutes", "")))
    except ValueError:
        minutes = 0
    if minutes not in STEPS_MINUTES:
        raise HTTPException(400, "the hour is made longer by 5 or 10 minutes")
    with house_of(request).database.transaction() as connection:
        hour = store.office_hour(connection, id)
        check(hour, Act.EXTEND, roles_of(request.state.visitor, id))
        extra = min(max(hour.extra_minutes + minutes, 0), LONGEST_EXTRA)
        store.change_office_hour(connection, id, extra_minutes=extra)
    return back(request)


def close_queue(request: Request) -> Response:
    """`do`: close or open. Closed, nobody new joins the waiting room, and those in it are told that they still come."""
    id, do = request.path_params["id"], str(request.state.form.get("do", ""))
    need(request, Right.RUN_ROOM, id)
    if do not in ("close", "open"):
        raise HTTPException(400, "there is no such act")
    with house_of(request).database.transaction() as connection:
        if store.office_hour(connection, id).state not in TAKING_QUESTIONS:
            raise HTTPException(409, N_("Nobody can join at this moment anyway."))
        store.change_office_hour(connection, id, queue_closed_at=now() if do == "close" else None)
    return back(request)


routes = [
    Route("/staff/office-hours/{id}/longer", longer, methods=["POST"]),
    Route("/staff/office-hours/{id}/queue", close_queue, methods=["POST"]),
]
