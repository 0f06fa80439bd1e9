"""What an announced office hour is spread with: an address to read aloud, QR code, calendar entry, poster, texts."""

import io
from zoneinfo import ZoneInfo

import segno
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import short_addresses, store
from ingest.database import now
from ingest.officehours import OfficeHour
from questions.invitation import invitation
from web import telling, words
from web.pages.need import last_day
from web.pages.watch import way_to
from web.rendering import N_, base_address, house_of, render
from web.rights import staff

QR_CORRECTION = "m"
"""15 % of the code may be dirty or torn and it is still read; the next better one makes it denser."""
QUIET_ZONE = 4
"""White modules around the code (ISO/IEC 18004, 9.1)."""
PIXELS = 16
KINDS = {"svg": "image/svg+xml", "png": "image/png"}


def short(request: Request) -> Response:
    """What somebody heard or read on a poster leads to the announcement, the programme or the replay."""
    heard = short_addresses.understood(request.path_params["short"])
    with house_of(request).database.reading() as connection:
        hour = store.at_short_address(connection, heard)
    if hour is None:
        raise HTTPException(404, N_("This short address is not known. On the start page you find all office hours."))
    return RedirectResponse(way_to(request, hour), 303, {"Cache-Control": "no-store"})


def short_address(request: Request, hour: OfficeHour) -> str:
    """The whole address, as it stands on the poster."""
    return f"{base_address(request)}/s/{hour.short}"


def qr(request: Request) -> Response:
    """The short address as a QR code, black on white in every theme, to be printed at any size."""
    hour, kind = _hour(request), request.path_params["kind"]
    if kind not in KINDS:
        raise HTTPException(404)
    out = io.BytesIO()
    code = segno.make_qr(short_address(request, hour), error=QR_CORRECTION, boost_error=False)
    if kind == "svg":
        code.save(out, kind="svg", border=QUIET_ZONE, light="#fff", svgclass=None, lineclass=None, omitsize=True)
    else:
        code.save(out, kind="png", border=QUIET_ZONE, scale=PIXELS)
    return Response(out.getvalue(), media_type=KINDS[kind], headers={"Cache-Control": "no-cache"})


def calendar(request: Request) -> Response:
    """The entry for a calendar; fetched again after a change it replaces the one before."""
    hour = _hour(request)
    language = request.state.language
    more = [
        words.say(language, telling.QUESTIONS_BY_MAIL, mail=hour.question_mail) if hour.question_mail else "",
        words.say(language, telling.PHONE_HELP, phone=hour.help_phone) if hour.help_phone else "",
    ]
    entry = invitation(hour, short_address(request, hour), now(), "\n".join(line for line in more if line))
    headers = {"Content-Disposition": f'attachment; filename="{hour.short}.ics"', "Cache-Control": "no-cache"}
    return Response(entry, media_type="text/calendar; charset=utf-8", headers=headers)


def poster(request: Request) -> Response:
    """One sheet of A4, in the language of the office hour."""
    staff(request)
    hour = _hour(request)
    request.state.language = hour.language
    services = telling.services_of(hour)
    return render(request, "poster.html", hour=hour, services=services, last_day=last_day(request, hour))


def texts(request: Request) -> Response:
    """All of it for staff, each with a button that copies it."""
    staff(request)
    hour, zone = _hour(request), _zone(request)
    with house_of(request).database.reading() as connection:
        office = store.office_setting(connection, "name") or words.say(hour.language, "Town hall")
    address = short_address(request, hour)
    return render(
        request,
        "tell.html",
        hour=hour,
        post=telling.short_text(hour, office, address, zone),
        mail=telling.long_text(hour, office, address, zone),
    )


def _zone(request: Request) -> ZoneInfo:
    return ZoneInfo(house_of(request).settings.time_zone)


def _hour(request: Request) -> OfficeHour:
    with house_of(request).database.reading() as connection:
        return store.office_hour(connection, request.path_params["id"])


routes = [
    Route("/s/{short}", short),
    Route("/office-hours/{id}/qr.{kind}", qr),
    Route("/office-hours/{id}/calendar.ics", calendar),
    Route("/staff/office-hours/{id}/poster", poster),
    Route("/staff/office-hours/{id}/tell", texts),
]
