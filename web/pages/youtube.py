"""Staff connect the office's channel on YouTube: a permission comes in and is kept sealed, and is never shown again."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from publish import store as publications
from publish.publication import TargetName
from publish.targets import permission
from publish.targets.permission import Fault, NotUsable
from web.rendering import N_, house_of, render
from web.rights import staff

PAGE = "/staff/youtube"
FAULTS = {
    Fault.NOT_JSON: N_("This is not the file: it begins with { and ends with }. Please copy all of it."),
    Fault.CLIENT_ONLY: N_(
        "This is the client's file. It is one step too early: run Google's flow with it, allow the access, and paste "
        "the file that comes out."
    ),
    Fault.OTHER_KIND: N_(
        "This is not an authorized user but another kind, for example a service account, which has no channel."
    ),
    Fault.INCOMPLETE: N_("Something is missing in the file:"),
    Fault.TOO_LITTLE: N_("The access that was allowed is not enough. When you allow it, this scope is needed:"),
}


def page(request: Request) -> Response:
    staff(request)
    return _page(request)


def change(request: Request) -> Response:
    """Connect the channel, or forget it; forgetting is asked about once."""
    staff(request)
    wished, form = request.state.form.get("move"), request.state.form
    if wished == "connect":
        return _connect(request, str(form.get("permission", "")))
    if wished != "disconnect":
        raise HTTPException(400, "there is no such move")
    if not form.get("sure"):
        return render(request, "sure.html", hour=None, move=wished, back=PAGE, action=PAGE)
    _keep(request, "")
    return RedirectResponse(PAGE, 303)


def _connect(request: Request, pasted: str) -> Response:
    try:
        kept = permission.read(pasted)
    except NotUsable as error:
        what = [permission.SCOPE] if error.fault is Fault.TOO_LITTLE else list(error.missing)
        return _page(request, FAULTS[error.fault], what, 422)
    _keep(request, house_of(request).safe.seal(kept))
    return RedirectResponse(PAGE, 303)


def _keep(request: Request, sealed: str) -> None:
    with house_of(request).database.transaction() as connection:
        publications.set_credentials(connection, TargetName.YOUTUBE, sealed)


def _page(request: Request, error: str = "", what: list[str] | None = None, status: int = 200) -> Response:
    """What was pasted is not given back, not even when it is wrong: it may hold a secret."""
    with house_of(request).database.reading() as connection:
        since = publications.connected_since(connection, TargetName.YOUTUBE)
    scope = permission.SCOPE
    return render(request, "youtube.html", status=status, since=since, error=error, what=what or [], scope=scope)


routes = [
    Route(PAGE, page),
    Route(PAGE, change, methods=["POST"]),
]
