"""Cut and go on: staff or the host take out of the broadcast what has not gone out, and what follows, at one press."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import commands, store
from ingest.live.lobby import waiting
from ingest.officehours import ON_AIR, OfficeHour
from ingest.people import Right
from web.pages.office import local_path
from web.rendering import N_, house_of
from web.rights import need


@dataclass(frozen=True)
class Cutting:
    """Whether the public sees the slide instead of the room, since when, and how much later it sees the room."""

    delay_s: int
    since: datetime | None


def cutting(connection: Connection, hour: OfficeHour) -> Cutting | None:
    """How things stand; None while nothing goes out."""
    if hour.state not in ON_AIR:
        return None
    wished = commands.newest(connection, hour.id, {commands.Kind.CUT, commands.Kind.GO_ON})
    on = wished is not None and wished.kind is commands.Kind.CUT
    return Cutting(hour.delay_s, wished.created_at if wished is not None and on else None)


def press(request: Request) -> Response:
    """`do`: cut (with `hold` every guest on air goes back to the waiting room) or go_on."""
    id, form = request.path_params["id"], request.state.form
    visitor = need(request, Right.CUT, id)
    by = visitor.account.id if visitor.account else visitor.person.id if visitor.person else ""
    do = str(form.get("do", ""))
    if do not in ("cut", "go_on"):
        raise HTTPException(400, "there is no such act")
    with house_of(request).database.transaction() as connection:
        hour = store.office_hour(connection, id)
        if hour.state not in ON_AIR:
            raise HTTPException(409, N_("The office hour is not on air."))
        if do == "go_on":
            commands.write(connection, id, commands.Kind.GO_ON, by=by)
        else:
            waiting.cut(connection, id, by=by, guests_back=bool(form.get("hold")))
    if "application/json" in request.headers.get("accept", ""):
        return Response(status_code=204)
    return RedirectResponse(local_path(str(form.get("back") or f"/office-hours/{id}")), 303)


routes = [Route("/office-hours/{id}/cut", press, methods=["POST"])]
