"""Staff announce an office hour and change what was announced: one form for both."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.officehours import LONGEST_DELAY_S, OfficeHour, Release, State
from ingest.people import Person, Role
from questions.question import plain
from questions.sources.form import is_address
from web import store as web_store
from web import words
from web.rendering import N_, house_of, local_time, render
from web.rights import staff

CHANGEABLE = frozenset({State.PLANNED, State.OPEN, State.BACKSTAGE})
LONGEST_MINUTES = 480
LIMITS = {"title": 120, "host_name": 80, "host_role": 80, "question_mail": 254, "consent_text": 2000}
DEFAULTS = {
    "title": "", "host_name": "", "host_role": "", "starts_at": "", "planned_minutes": "60", "language": "de",
    "question_mail": "", "consent_text": "", "recorded": "yes", "release": "by_hand",
    "delay_s": "0",
}  # fmt: skip


@dataclass
class Announcement:
    """A form as understood: the values of the office hour, and what is wrong with which field."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def read(request: Request, form: dict[str, str]) -> Announcement:
    """Understand the form; all mistakes at once."""
    found = Announcement()
    for name, limit in LIMITS.items():
        found.values[name] = plain(form.get(name, ""))
        if len(found.values[name]) > limit:
            found.errors[name] = N_("This is too long.")
    for name in ("title", "host_name"):
        if not found.values[name]:
            found.errors[name] = N_("This is needed.")
    if found.values["question_mail"] and not is_address(found.values["question_mail"]):
        found.errors["question_mail"] = N_("This is not a mail address. Example: name@example.org")
    found.values["language"] = form.get("language") if form.get("language") in words.LANGUAGES else words.DEFAULT
    found.values["recorded"] = bool(form.get("recorded"))
    found.values["release"] = Release.AT_END if form.get("release") == "at_end" else Release.BY_HAND
    _read_times(request, form, found)
    return found


def _read_times(request: Request, form: dict[str, str], found: Announcement) -> None:
    try:
        found.values["starts_at"] = local_time(request, form.get("starts_at", ""))
    except ValueError:
        found.errors["starts_at"] = N_("Please give day and time.")
    delay = form.get("delay_s") or "0"
    found.values["delay_s"] = int(delay) if delay.isascii() and delay.isdigit() else LONGEST_DELAY_S + 1
    if found.values["delay_s"] > LONGEST_DELAY_S:
        found.errors["delay_s"] = N_("Please give a delay between 0 and 60 seconds.")
    try:
        minutes = int(form.get("planned_minutes", ""))
    except ValueError:
        minutes = 0
    found.values["planned_minutes"] = minutes
    if not 1 <= minutes <= LONGEST_MINUTES:
        found.errors["planned_minutes"] = N_("Please give a length between 1 and 480 minutes.")


def new(request: Request) -> Response:
    """An empty form, or last time's facts with next month's day (`?like=ID`)."""
    staff(request)
    like = request.query_params.get("like")
    if like is None:
        return _page(request, DEFAULTS | {"delay_s": str(house_of(request).ingest.delay_s)}, {}, None)
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, like)
    return _page(request, _as_form(request, hour, hour.starts_at + timedelta(weeks=4)), {}, None)


def create(request: Request) -> Response:
    staff(request)
    form = {name: str(value) for name, value in request.state.form.items()}
    found = read(request, form)
    if found.errors:
        return _page(request, _kept(form), found.errors, None, status=422)
    house = house_of(request)
    with house.database.transaction() as connection:
        hour = store.add_office_hour(connection, **found.values)
        host = store.add_person(connection, hour.id, name=hour.host_name, role=Role.HOST, language=hour.language)
        web_store.make_link(connection, house.safe, host.id, link_expiry(request, hour))
    return RedirectResponse(f"/staff/office-hours/{hour.id}", 303)


def edit(request: Request) -> Response:
    staff(request)
    hour = _changeable(request)
    return _page(request, _as_form(request, hour, hour.starts_at), {}, hour)


def change(request: Request) -> Response:
    staff(request)
    hour = _changeable(request)
    form = {name: str(value) for name, value in request.state.form.items()}
    found = read(request, form)
    if found.errors:
        return _page(request, _kept(form), found.errors, hour, status=422)
    if found.values["consent_text"] != hour.consent_text:
        found.values["consent_version"] = hour.consent_version + 1
    with house_of(request).database.transaction() as connection:
        store.change_office_hour(connection, hour.id, **found.values)
        for person in hosts_of(connection, hour.id):
            if person.name == hour.host_name:
                store.rename_person(connection, person.id, found.values["host_name"])
    return RedirectResponse(f"/staff/office-hours/{hour.id}", 303)


def hosts_of(connection: Connection, office_hour: str) -> list[Person]:
    """The people who host an office hour."""
    return [person for person in store.persons_of(connection, office_hour) if person.role is Role.HOST]


def link_expiry(request: Request, hour: OfficeHour) -> datetime:
    """Until when a host's personal address works: the days of the setting after the planned start."""
    return max(hour.starts_at, now()) + timedelta(days=house_of(request).settings.host_link_days)


def _changeable(request: Request) -> OfficeHour:
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
    if hour.state not in CHANGEABLE:
        raise HTTPException(409, N_("Once it has been on air, an office hour's announcement stays as it is."))
    return hour


def _kept(form: dict[str, str]) -> dict[str, str]:
    return dict.fromkeys(DEFAULTS, "") | form


def _as_form(request: Request, hour: OfficeHour, starts_at: datetime) -> dict[str, str]:
    local = starts_at.astimezone(ZoneInfo(house_of(request).settings.time_zone))
    return {
        **{name: str(getattr(hour, name)) for name in (*LIMITS, "planned_minutes", "language", "delay_s")},
        "starts_at": local.strftime("%Y-%m-%dT%H:%M"),
        "recorded": "yes" if hour.recorded else "",
        "release": hour.release.value,
    }


def _page(
    request: Request, values: dict[str, str], errors: dict[str, str], hour: OfficeHour | None, status: int = 200
) -> Response:
    return render(request, "announce.html", status=status, values=values, errors=errors, hour=hour)


routes = [
    Route("/staff/office-hours/new", new),
    Route("/staff/office-hours/new", create, methods=["POST"]),
    Route("/staff/office-hours/{id}/edit", edit),
    Route("/staff/office-hours/{id}/edit", change, methods=["POST"]),
]
