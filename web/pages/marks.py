"""Note the moment, say afterwards why, and look at it before release; with the last one a release goes on by itself."""

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import marks, store
from ingest.marks import Mark
from ingest.officehours import ON_AIR, WITH_RECORDING, OfficeHour, Release, Visibility
from ingest.people import Right
from publish import pipeline
from web.pages.decisions import back
from web.rendering import N_, house_of
from web.rights import need


@dataclass(frozen=True, kw_only=True)
class Line:
    """A mark on the page of the office hour; `at_s` is the media time in seconds from which one should look."""

    mark: Mark
    at_s: float | None


def shown(connection: Connection, hour: OfficeHour) -> list[Line]:
    """All marks of an office hour in the order of their media time."""
    edition = store.edition_of(connection, hour.id)
    tick_s = Fraction(edition.tick_duration) if edition else Fraction(0)
    found = [Line(mark=each, at_s=_begins(each, tick_s)) for each in marks.of_office_hour(connection, hour.id)]
    return sorted(found, key=lambda line: (line.at_s is None, line.at_s or 0.0))


def _begins(mark: Mark, tick_s: Fraction) -> float | None:
    return None if mark.tick is None else max(0.0, float(mark.tick * tick_s) - mark.back_s)


def mark(request: Request) -> Response:
    """Note the moment, to be looked at before release; it reaches back half a minute."""
    id = request.path_params["id"]
    by = _who(request, Right.CUT)
    with house_of(request).database.transaction() as connection:
        if store.office_hour(connection, id).state not in ON_AIR:
            raise HTTPException(409, N_("The office hour is not on air."))
        marks.note(connection, id, by=by, reason=str(request.state.form.get("reason", "")))
    return back(request)


def explain(request: Request) -> Response:
    """POST `do`: explain, the reason of a mark, typed when there was time; settle, somebody has looked at it."""
    id, form, house = request.path_params["id"], request.state.form, house_of(request)
    which, do = str(form.get("mark", "")), str(form.get("do", "explain"))
    if do not in ("explain", "settle"):
        raise HTTPException(400, "there is no such act")
    by = _who(request, Right.REVIEW if do == "settle" else Right.RUN_ROOM)
    with house.database.transaction() as connection:
        if do == "explain":
            marks.explain(connection, id, which, str(form.get("reason", "")))
            return back(request)
        marks.settle(connection, id, which, by=by, note=str(form.get("note", "")))
        _go_on(connection, store.office_hour(connection, id))
    house.engine.dispatch()
    return RedirectResponse(f"/staff/office-hours/{id}#marks-title", 303) if "note" in form else back(request)


def _who(request: Request, right: Right) -> str:
    visitor = need(request, right, request.path_params["id"])
    return visitor.account.id if visitor.account else visitor.person.id if visitor.person else ""


def _go_on(connection: Connection, hour: OfficeHour) -> None:
    """What was to be released by itself waited for the marks."""
    edition = store.edition_of(connection, hour.id)
    held = hour.visibility is Visibility.HELD and hour.state in WITH_RECORDING and hour.release is Release.AT_END
    if edition is not None and held and not marks.unsettled(connection, hour.id):
        settled = [each.settled_at for each in marks.of_office_hour(connection, hour.id) if each.settled_at]
        pipeline.release_when_ready(connection, hour, edition, again=max(settled).isoformat())


routes = [
    Route("/staff/office-hours/{id}/mark", mark, methods=["POST"]),
    Route("/staff/office-hours/{id}/marks", explain, methods=["POST"]),
]
