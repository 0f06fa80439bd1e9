"""Staff rehearse an office hour: a button makes its rehearsal, another erases it before its day is over."""

from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.officehours import OfficeHour
from web import rehearsal
from web.preflight.lines import COMING
from web.rendering import N_, house_of
from web.rights import staff


def shown(connection: Connection, hour: OfficeHour) -> dict[str, Any]:
    """What the page of an office hour says of rehearsals: of its own, or of what it is one of."""
    if hour.rehearsal_of is not None:
        return {"rehearsals": [], "may_rehearse": False, "erased_at": rehearsal.erased_at}
    return {
        "rehearsals": store.rehearsals(connection, hour.id),
        "may_rehearse": hour.state in COMING,
        "erased_at": rehearsal.erased_at,
    }


def begin(request: Request) -> Response:
    """Make the rehearsal, or find the one there is, and lead to its page."""
    staff(request)
    house = house_of(request)
    with house.database.transaction() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
        if hour.rehearsal_of is not None or hour.state not in COMING:
            raise HTTPException(409, N_("Only an office hour that is still to come can be rehearsed."))
        made = rehearsal.begin(connection, house.safe, hour, now())
    return RedirectResponse(f"/staff/office-hours/{made.id}", 303)


def erase(request: Request) -> Response:
    """Erase a rehearsal now; one whose room is still being closed goes within minutes."""
    staff(request)
    house = house_of(request)
    with house.database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
    if hour.rehearsal_of is None:
        raise HTTPException(409, N_("This is no rehearsal."))
    with house.database.transaction() as connection:
        rehearsal.end_its_day(connection, hour, now())
    gone = rehearsal.erase(house.database, house.archive, [hour])
    return RedirectResponse(f"/staff/office-hours/{hour.rehearsal_of if gone else hour.id}", 303)


routes = [
    Route("/staff/office-hours/{id}/rehearse", begin, methods=["POST"]),
    Route("/staff/office-hours/{id}/erase-rehearsal", erase, methods=["POST"]),
]
