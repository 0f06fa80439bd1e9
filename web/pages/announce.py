"""Staff announce an office hour and change what was announced: one form for both."""

from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.officehours import EXPECTED, OfficeHour, moved_to
from ingest.people import Role
from web import announcing, opening, personal
from web.rendering import N_, house_of, render
from web.rights import staff

CHANGEABLE = EXPECTED


def new(request: Request) -> Response:
    """A form with what is always the same, or last time's facts with the next date (`?like=ID`)."""
    staff(request)
    zone, like = zone_of(request), request.query_params.get("like")
    with house_of(request).database.reading() as connection:
        hours = store.all_office_hours(connection)
        pattern = store.office_hour(connection, like) if like is not None else None
    last = max(hours, key=lambda hour: hour.created_at, default=None)
    if pattern is not None:
        values = announcing.as_form(pattern, zone, announcing.days_on(pattern, hours, zone, now()))
    else:
        values = announcing.blank(house_of(request).ingest.delay_s, last)
    return _page(request, values, {}, None, last=last, pattern=pattern)


def create(request: Request) -> Response:
    """Announce it: with its host, who gets a personal address at once."""
    staff(request)
    form = {name: str(value) for name, value in request.state.form.items()}
    found = announcing.read(form, zone_of(request), not_before=now())
    if found.errors:
        return _page(request, announcing.kept(form), found.errors, None, status=422)
    house = house_of(request)
    with house.database.transaction() as connection:
        hour = store.add_office_hour(connection, **found.values)
        personal.invite(connection, house, hour, hour.host_name, Role.HOST)
    return RedirectResponse(f"/staff/office-hours/{hour.id}", 303)


def edit(request: Request) -> Response:
    staff(request)
    hour = _changeable(request)
    return _page(request, announcing.as_form(hour, zone_of(request)), {}, hour)


def change(request: Request) -> Response:
    staff(request)
    hour = _changeable(request)
    form = {name: str(value) for name, value in request.state.form.items()}
    found = announcing.read(form, zone_of(request), not_before=min(now(), hour.starts_at))
    if found.errors:
        return _page(request, announcing.kept(form), found.errors, hour, status=422)
    house = house_of(request)
    with house.database.transaction() as connection:
        hour = store.office_hour(connection, hour.id)
        moved = moved_to(hour, found.values["starts_at"], now())
        store.change_office_hour(connection, hour.id, **found.values, **moved)
        for person in personal.hosts_of(connection, hour.id):
            if person.name == hour.host_name:
                store.rename_person(connection, person.id, found.values["host_name"])
        personal.keep_open(connection, house, store.office_hour(connection, hour.id))
    return RedirectResponse(f"/staff/office-hours/{hour.id}", 303)


def zone_of(request: Request) -> ZoneInfo:
    """The time zone of all times on the pages."""
    return ZoneInfo(house_of(request).settings.time_zone)


def _changeable(request: Request) -> OfficeHour:
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
    if hour.state not in CHANGEABLE:
        raise HTTPException(409, N_("Once it has been on air, an office hour's announcement stays as it is."))
    return hour


def _page(
    request: Request,
    values: dict[str, str],
    errors: dict[str, str],
    hour: OfficeHour | None,
    *,
    last: OfficeHour | None = None,
    pattern: OfficeHour | None = None,
    status: int = 200,
) -> Response:
    return render(
        request, "announce.html", status=status, values=values, errors=errors, hour=hour, last=last, pattern=pattern,
        opening_usual=opening.usual,
    )  # fmt: skip


routes = [
    Route("/staff/office-hours/new", new),
    Route("/staff/office-hours/new", create, methods=["POST"]),
    Route("/staff/office-hours/{id}/edit", edit),
    Route("/staff/office-hours/{id}/edit", change, methods=["POST"]),
]
