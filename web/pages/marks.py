"""Note the moment, and say afterwards why; staff and the host."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import marks, store
from ingest.officehours import ON_AIR
from ingest.people import Right
from web.pages.decisions import back
from web.rendering import N_, house_of
from web.rights import need


def mark(request: Request) -> Response:
    """Note the moment, to be looked at before release; it reaches back half a minute."""
    id = request.path_params["id"]
    visitor = need(request, Right.CUT, id)
    by = visitor.account.id if visitor.account else visitor.person.id if visitor.person else ""
    with house_of(request).database.transaction() as connection:
        if store.office_hour(connection, id).state not in ON_AIR:
            raise HTTPException(409, N_("The office hour is not on air."))
        marks.note(connection, id, by=by, reason=str(request.state.form.get("reason", "")))
    return back(request)


def explain(request: Request) -> Response:
    """The reason of a mark, typed when there was time; or the mark is done with."""
    id, form = request.path_params["id"], request.state.form
    need(request, Right.RUN_ROOM, id)
    which, do = str(form.get("mark", "")), str(form.get("do", "explain"))
    if do not in ("explain", "settle"):
        raise HTTPException(400, "there is no such act")
    with house_of(request).database.transaction() as connection:
        if do == "settle":
            marks.settle(connection, id, which)
        else:
            marks.explain(connection, id, which, str(form.get("reason", "")))
    return back(request)


routes = [
    Route("/staff/office-hours/{id}/mark", mark, methods=["POST"]),
    Route("/staff/office-hours/{id}/marks", explain, methods=["POST"]),
]
