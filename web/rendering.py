"""A template's name and values come in, a page in the reader's language goes out.

One Jinja environment per language; every text is escaped. Pages are never kept by a cache: they hold a form's
token and what the visitor may see.
"""

from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from ingest import store as ingest_store
from ingest.database import now
from ingest.officehours import OfficeHour, takes_questions
from ingest.people import Right
from web import assets, sessions, store, words
from web.parts import House
from web.shared import Shared

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment(language: str) -> Environment:
    """Templates that speak `language`."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(words.translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(static=assets.address, languages=words.LANGUAGES, Right=Right)
    made.filters.update(clock=clock_text, minutes=minutes_text)
    made.filters["decimal"] = lambda value: format_decimal(value, "0.0", locale=language)
    return made


def house_of(request: Request) -> House:
    """The parts that the site was built with."""
    found: House = request.app.state.house
    return found


def render(
    request: Request, name: str, /, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> HTMLResponse:
    """The page `name`; `values` are what its template needs besides what all have."""
    text = environment(request.state.language).get_template(name).render(common(request) | values)
    return HTMLResponse(text, status, _not_kept(request) | dict(headers or {}))


def text_of(request: Request, name: str, /, **values: Any) -> str:
    """The page `name`, or a part of one, as text."""
    return environment(request.state.language).get_template(name).render(common(request) | values)


def parts_asked(request: Request, known: Collection[str]) -> tuple[str, ...]:
    """The parts of a page that its script asks for with `?part=a,b`; none: the whole. Raises HTTPException 404."""
    asked = request.query_params.get("part")
    names = () if asked is None else tuple(dict.fromkeys(asked.split(",")))
    if not set(names) <= set(known):
        raise HTTPException(404)
    return names


def render_parts(request: Request, templates: Mapping[str, str], /, **values: Any) -> Response:
    """Parts of a page by name, from rows that were read once: a JSON object for a script that takes one.

    Whoever asks for HTML gets one part as it is.
    """
    given, shown = common(request) | values, environment(request.state.language)
    return answer_parts(request, {part: shown.get_template(name).render(given) for part, name in templates.items()})


def answer_parts(request: Request, made: Mapping[str, str]) -> Response:
    """The same of parts that are text already."""
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse(dict(made), headers=_not_kept(request))
    return HTMLResponse("".join(made.values()), headers=_not_kept(request))


def _not_kept(request: Request) -> dict[str, str]:
    return {"Cache-Control": "no-store", "Content-Language": request.state.language, "Vary": "Accept-Language, Cookie"}


FORM_TOKEN = "%form-token%"  # noqa: S105
"""Stands in a shared text where each reader's own token belongs; no text of people holds it."""


def shared(request: Request, key: Hashable, make: Callable[[Callable[[], str]], str]) -> str:
    """A part that is the same for all who ask at this moment, but for the token of its forms.

    `make` gets what the template has to take for `csrf`.
    """
    found: Shared = request.app.state.shared
    text = found.get(house_of(request), (request.state.language, key), lambda: make(lambda: FORM_TOKEN))
    return text.replace(FORM_TOKEN, csrf(request)) if FORM_TOKEN in text else text


def common(request: Request) -> dict[str, Any]:
    """What every template may use."""
    house, language = house_of(request), request.state.language
    zone = ZoneInfo(house.settings.time_zone)
    with house.database.reading() as connection:
        office = ingest_store.office_setting(connection, "name")
    return {
        "language": language,
        "office": office or words.say(language, "Town hall"),
        "visitor": request.state.visitor,
        "path": request.url.path,
        "base": base_address(request),
        "csrf": lambda: csrf(request),
        "day": lambda at: format_date(at.astimezone(zone), "full", locale=language),
        "short_day": lambda at: format_date(at.astimezone(zone), "long", locale=language),
        "hour_of_day": lambda at: format_time(at.astimezone(zone), "short", locale=language),
        "date": lambda date: format_date(date, "full", locale=language),
        "moment": lambda at: format_datetime(at.astimezone(zone), "short", locale=language),
        "zone": zone,
        "now": now(),
        "until": until,
        "asking": lambda hour: takes_questions(hour, now()),
    }


def until(hour: OfficeHour) -> datetime:
    """The planned end: as announced, and while it runs as it has moved since."""
    return hour.ends_at if hour.began_at and not hour.ended_at else hour.announced_end


def base_address(request: Request) -> str:
    """Under which address people reach the site, without a slash at the end."""
    public = house_of(request).settings.public_url.rstrip("/")
    return public or f"{request.url.scheme}://{request.headers.get('host', '')}"


def csrf(request: Request) -> str:
    """The token for a form on this page; a browser without a cookie gets one with it."""
    state = request.state
    key = state.new_key or state.visitor.key
    if key is None:
        key = state.new_key = store.new_key()
    return sessions.csrf_token(key)


def clock_text(seconds: float) -> str:
    """83.4 -> "1:23"; an hour and more -> "1:02:03"."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def minutes_text(seconds: float) -> int:
    """Whole minutes, at least one."""
    return max(1, round(seconds / 60))


def error_page(request: Request, status: int, detail: str = "") -> HTMLResponse:
    """A page that says what happened and what to do next, never a code alone."""
    title, advice = explained(status)
    say = words.translations(request.state.language).gettext
    shown = detail if detail and detail != HTTPStatus(status).phrase and status in (404, 409, 410) else ""
    return render(
        request,
        "error.html",
        status=status,
        title=say(title),
        advice=say(advice),
        detail=say(shown) if shown else "",
        code=status,
        came_from=came_from(request),
    )


def came_from(request: Request) -> str:
    """The path of our page that sent this request, or staff's first page."""
    sender = urlsplit(request.headers.get("referer", ""))
    return sender.path if sender.netloc == request.headers.get("host") and sender.path else "/staff"


def explained(status: int) -> tuple[str, str]:
    """What an error means to a person, and what they can do."""
    return ERRORS.get(status, ERRORS[500] if status >= 500 else ERRORS[400])


def N_(message: str) -> str:
    """Mark a message for translation where it is not yet spoken."""
    return message


ERRORS = {
    400: (N_("We could not read this"), N_("Please go back, reload the page and try again.")),
    401: (N_("Please sign in"), N_("This page is for staff. Sign in and you will come back to it.")),
    403: (
        N_("This was not allowed"),
        N_("Either the page had been open for too long, or it belongs to somebody else. Reload it and try again."),
    ),
    404: (N_("There is nothing here"), N_("The address may be old or mistyped. The start page leads on.")),
    405: (N_("This does not work this way"), N_("Please go back and use the buttons of the page.")),
    409: (
        N_("Somebody was faster"),
        N_("Things have changed since your page was loaded. Look at it again and decide anew."),
    ),
    410: (
        N_("This recording is not public"),
        N_("It is either still being checked or was taken back. On the start page you find all public recordings."),
    ),
    413: (N_("This is too large"), N_("The form takes less than was sent. Please shorten it and send it again.")),
    429: (N_("That was a little too often"), N_("Please wait a minute and try again. Nothing is lost.")),
    500: (
        N_("Something broke on our side"),
        N_("It was written down and will be looked at. Please try again in a moment."),
    ),
}
