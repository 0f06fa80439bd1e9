"""A citizen says what they need to follow an office hour; staff read it on its page and tick it off."""

import re
from datetime import date
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now, random_id
from ingest.officehours import OfficeHour, needs_can_be_said
from questions import needs
from questions.needs import CONTACT_LENGTH, WORDS_LENGTH, Said, Service
from questions.question import plain
from questions.sources.form import is_address
from web import telling
from web.announcing import TOO_LONG, is_phone
from web.door import client
from web.rendering import N_, house_of, render
from web.rights import staff

SERVICES = {
    Service.CAPTIONS: N_("Captions"),
    Service.SIGN_LANGUAGE: N_("A sign-language interpreter"),
    Service.LANGUAGE: N_("An interpreter of another language"),
    Service.OTHER: N_("Something else"),
}
FORM = re.compile(r"[0-9a-f]{32}")
FIELDS = ("service", "words", "contact", "form")


def ask(request: Request) -> Response:
    return _page(request, {"form": random_id()}, {})


def send(request: Request) -> Response:
    """Keep the need, once however often the form is sent; a mistake shows it again with all that was written."""
    house, id = house_of(request), request.path_params["id"]
    values = {name: plain(str(request.state.form.get(name, ""))) for name in FIELDS}
    with house.database.reading() as connection:
        hour = store.office_hour(connection, id)
    if not needs_can_be_said(hour, now()):
        raise HTTPException(409, N_("The day until which this could be said has passed. Please call the office."))
    errors = mistakes(values)
    if errors:
        return _page(request, values, errors, status=422)
    if not request.app.state.asked.allows(client(request)):
        raise HTTPException(429)
    form = values["form"] if FORM.fullmatch(values["form"]) else random_id()
    with house.database.transaction() as connection:
        needs.say(
            connection, id, Service(values["service"]), Said(words=values["words"], contact=values["contact"]),
            house.safe, id=form, language=request.state.language, at=now(),
        )  # fmt: skip
    return RedirectResponse(f"/office-hours/{id}/need?said=yes", 303)


def mistakes(values: dict[str, str]) -> dict[str, str]:
    """What is wrong with which field."""
    errors = {}
    if values["service"] not in {each.value for each in Service}:
        errors["service"] = N_("Please choose what you need.")
    elif values["service"] in (Service.LANGUAGE.value, Service.OTHER.value) and not values["words"]:
        errors["words"] = N_("Please say in a few words what it is.")
    for name, limit in (("words", WORDS_LENGTH), ("contact", CONTACT_LENGTH)):
        if len(values[name]) > limit:
            errors[name] = TOO_LONG
    if values["contact"] and not is_address(values["contact"]) and not is_phone(values["contact"]):
        errors["contact"] = N_("This is neither a mail address nor a telephone number.")
    return errors


def arrange(request: Request) -> Response:
    """Staff: it is arranged, or not yet after all."""
    staff(request)
    id, form = request.path_params["id"], request.state.form
    with house_of(request).database.transaction() as connection:
        need = needs.get(connection, str(form.get("need", "")))
        if need is None or need.office_hour != id:
            raise HTTPException(404)
        needs.arrange(connection, need, now() if form.get("arranged") else None)
    return RedirectResponse(f"/staff/office-hours/{id}#needs", 303)


def last_day(request: Request, hour: OfficeHour) -> date | None:
    """Until when citizens can say what they need; None when they are not asked."""
    zone = ZoneInfo(house_of(request).settings.time_zone)
    return telling.last_day(hour.needs_until, zone) if hour.needs_until else None


def _page(request: Request, values: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
    return render(
        request,
        "need.html",
        status=status,
        hour=hour,
        open=needs_can_be_said(hour, now()),
        said=request.query_params.get("said") == "yes",
        last_day=last_day(request, hour),
        values=dict.fromkeys(FIELDS, "") | values,
        errors=errors,
        SERVICES=SERVICES,
        limit=WORDS_LENGTH,
    )


routes = [
    Route("/office-hours/{id}/need", ask),
    Route("/office-hours/{id}/need", send, methods=["POST"]),
    Route("/staff/office-hours/{id}/needs", arrange, methods=["POST"]),
]
