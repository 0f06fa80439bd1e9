"""The line between host and staff: a short note comes in from one end and stands on the page of the other."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import intercom, store
from ingest.intercom import Sender
from ingest.officehours import WITH_ROOM
from ingest.people import Role
from web.rendering import N_, house_of


def write(request: Request) -> Response:
    """`text`: to the other end; `do` read: the other end's notes were seen."""
    id, form = request.path_params["id"], request.state.form
    sender = end_of(request, id)
    with house_of(request).database.transaction() as connection:
        if form.get("do") == "read":
            intercom.read(connection, id, sender)
        else:
            if store.office_hour(connection, id).state not in WITH_ROOM:
                raise HTTPException(409, N_("The room is not open."))
            try:
                intercom.write(connection, id, sender, str(form.get("text", "")))
            except ValueError as error:
                raise HTTPException(400, "the note is empty") from error
            intercom.read(connection, id, sender)  # who answers has read
    if "application/json" in request.headers.get("accept", ""):
        return Response(status_code=204)
    page = f"/staff/office-hours/{id}/board" if sender is Sender.STAFF else f"/office-hours/{id}/host"
    return RedirectResponse(page, 303)


def end_of(request: Request, id: str) -> Sender:
    """Which end of the line somebody is; the host of this office hour before all else. Raises HTTPException."""
    visitor = request.state.visitor
    person = visitor.person_in(id)
    if person is not None and person.role is Role.HOST:
        as_staff = visitor.account is not None and "/staff/" in str(request.state.form.get("from", ""))
        return Sender.STAFF if as_staff else Sender.HOST
    if visitor.account is None:
        raise HTTPException(403 if visitor.person else 401)
    return Sender.STAFF


routes = [Route("/office-hours/{id}/intercom", write, methods=["POST"])]
