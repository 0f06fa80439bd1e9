"""Marked moments of a recording: staff look at each, and say so; with the last one a release goes on by itself."""

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import marks, store
from ingest.marks import Settled
from ingest.officehours import WITH_RECORDING, OfficeHour, Release, Visibility
from ingest.people import Right
from publish import pipeline
from web.rendering import N_, house_of
from web.rights import need


@dataclass(frozen=True, kw_only=True)
class Line:
    """A mark on the page; `at_s` is its media time in seconds."""

    id: str
    at_s: float | None
    reason: str
    settled: Settled | None
    open: bool


def shown(connection: Connection, hour: OfficeHour) -> list[Line]:
    """All marks of an office hour in the order of their media time."""
    edition = store.edition_of(connection, hour.id)
    tick_s = Fraction(edition.tick_duration) if edition else Fraction(0)
    found = [
        Line(
            id=each.id,
            at_s=None if each.tick is None else float(each.tick * tick_s),
            reason=each.reason,
            settled=each.settled,
            open=each.open,
        )
        for each in marks.of_office_hour(connection, hour.id)
    ]
    return sorted(found, key=lambda line: (line.at_s is None, line.at_s or 0.0))


def settle(request: Request) -> Response:
    """POST `mark`, and `note` if there is something to say about it."""
    id, form, house = request.path_params["id"], request.state.form, house_of(request)
    visitor = need(request, Right.REVIEW, id)
    by = visitor.account.id if visitor.account else visitor.person.id if visitor.person else ""
    try:
        with house.database.transaction() as connection:
            note = str(form.get("note", "")).strip()
            marks.settle(connection, id, str(form.get("mark", "")), by=by, note=note)
            _go_on(connection, store.office_hour(connection, id))
    except LookupError as error:
        raise HTTPException(404, N_("There is no such mark.")) from error
    house.engine.dispatch()
    return RedirectResponse(f"/staff/office-hours/{id}#marks-title", 303)


def _go_on(connection: Connection, hour: OfficeHour) -> None:
    """What was to be released by itself waited for the marks."""
    edition = store.edition_of(connection, hour.id)
    held = hour.visibility is Visibility.HELD and hour.state in WITH_RECORDING and hour.release is Release.AT_END
    if edition is not None and held and not marks.unsettled(connection, hour.id):
        newest = max(each.settled.settled_at for each in marks.of_office_hour(connection, hour.id) if each.settled)
        pipeline.release_when_ready(connection, hour, edition, again=newest.isoformat())


routes = [Route("/staff/office-hours/{id}/marks", settle, methods=["POST"])]
