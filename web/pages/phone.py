"""Go on with the telephone: a code to scan on the own page, and what the telephone shows when it was scanned."""

import segno
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.people import Role
from web import handover
from web.door import sign_in
from web.pages.enrol import KEPT_AFTER
from web.rendering import N_, common, house_of, render
from web.rights import taking_part

USED = N_("This code was used already or is too old. On the page that you come from you can have a new one.")


def code(request: Request) -> Response:
    """A fresh code for the person of this browser, as a part of their page."""
    person = taking_part(request, request.path_params["id"])
    with house_of(request).database.transaction() as connection:
        token = handover.make_link(connection, person.id, now())
    address = f"{common(request)['base']}/phone/{token}"
    return render(request, "phone_code.html", qr=drawn(address), minutes=int(handover.VALID_FOR.total_seconds()) // 60)


def drawn(address: str) -> Markup:
    """A QR code as SVG without any style of its own; the page gives it its size. Level M: read off a screen."""
    made = segno.make_qr(address, error="m")
    return Markup(made.svg_inline(omitsize=True, border=4, light="#fff", svgclass="qr", lineclass=None))  # noqa: S704


def arrive(request: Request) -> Response:
    """On the telephone: who one is, and the button. Only the button uses the code up, so that a preview does not."""
    with house_of(request).database.reading() as connection:
        person = handover.behind(connection, request.path_params["token"], now())
        if person is None:
            raise HTTPException(404, USED)
        hour = store.office_hour(connection, person.office_hour)
    return render(request, "phone.html", person=person, hour=hour)


def go_on(request: Request) -> Response:
    """From now on this browser is the person, beside the one that showed the code."""
    with house_of(request).database.transaction() as connection:
        person = handover.take(connection, request.path_params["token"], now())
        if person is None:
            raise HTTPException(404, USED)
        hour = store.office_hour(connection, person.office_hour)
    sign_in(request, person=person.id, at_least=hour.ends_at + KEPT_AFTER)
    page = "host" if person.role is Role.HOST else "place"
    return RedirectResponse(f"/office-hours/{hour.id}/{page}", 303)


routes = [
    Route("/office-hours/{id}/phone", code, methods=["POST"]),
    Route("/phone/{token}", arrive),
    Route("/phone/{token}", go_on, methods=["POST"]),
]
