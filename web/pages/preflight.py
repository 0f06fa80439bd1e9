"""Staff see what was found before an office hour and have it looked at again; a page tells how its devices did."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store as ingest_store
from ingest.database import now
from ingest.officehours import OfficeHour
from ingest.people import Person, Right, Role
from web.pages.announce import hosts_of
from web.preflight import lines, looks, store
from web.preflight.lines import Occasion
from web.rendering import N_, house_of, render
from web.rights import need, staff

WHEN: Mapping[Occasion, str] = {
    Occasion.DAY: N_("a day before"),
    Occasion.SOON: N_("five minutes before"),
    Occasion.ASKED: N_("asked for"),
}


def shown(connection: Connection, hour: OfficeHour) -> dict[str, Any]:
    """What the list on the page of an office hour needs; nothing when there is nothing to look at any more."""
    reports = store.reports_of(connection, hour.id)
    made = {report.occasion: report.at for report in reports}
    return {
        "preflight": reports[0] if reports else None,
        "preflight_missed": lines.missed(hour, made, now()),
        "preflight_coming": hour.state in lines.COMING,
        "preflight_when": WHEN,
    }


def red(connection: Connection, hours: Iterable[OfficeHour]) -> dict[str, int]:
    """How many things are not in order before each office hour that is still to come."""
    return store.newest_red(connection, [hour.id for hour in hours if hour.state in lines.COMING])


def part(request: Request) -> Response:
    """The list alone, for a page that hears of a new look."""
    staff(request)
    with house_of(request).database.reading() as connection:
        hour = ingest_store.office_hour(connection, request.path_params["id"])
        values = shown(connection, hour)
    return render(request, "hour_preflight.html", hour=hour, **values)


def look(request: Request) -> Response:
    """Look at everything now, here and not in a worker: one that has died must not keep the list from being made."""
    need(request, Right.RUN_ROOM, request.path_params["id"])
    house = house_of(request)
    with house.database.reading() as connection:
        hour = ingest_store.office_hour(connection, request.path_params["id"])
    report = looks.examine(house, hour, Occasion.ASKED, now())
    with house.database.transaction() as connection:
        store.keep(connection, report)
    return RedirectResponse(f"/staff/office-hours/{hour.id}#preflight", 303)


def devices(request: Request) -> Response:
    """A page says how its camera and microphone did: JSON `{"camera": true, "microphone": true}`."""
    person = request.state.visitor.person
    if person is None:
        raise HTTPException(401)
    form = request.state.form
    worked = {name: form.get(name) is True for name in ("camera", "microphone")}
    with house_of(request).database.transaction() as connection:
        for each in _same(connection, person):
            store.note_devices(connection, store.DeviceCheck(person=each.id, at=now(), **worked))
    return Response(status_code=204)


def _same(connection: Connection, person: Person) -> list[Person]:
    """The person; a host who rehearses has tried for the office hour itself as well."""
    hour = ingest_store.office_hour(connection, person.office_hour)
    if person.role is not Role.HOST or hour.rehearsal_of is None:
        return [person]
    return [person, *hosts_of(connection, hour.rehearsal_of)]


routes = [
    Route("/staff/office-hours/{id}/preflight", part),
    Route("/staff/office-hours/{id}/preflight", look, methods=["POST"]),
    Route("/device-check", devices, methods=["POST"]),
]
