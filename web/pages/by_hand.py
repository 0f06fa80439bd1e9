"""Staff write down what came by telephone or letter, or paste a list and look at it before it is taken in."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.people import Right
from questions import intake
from questions.question import Channel
from questions.sources import by_hand
from questions.sources.form import Problem
from web.rendering import N_, house_of, render
from web.rights import need

CHANNELS = {Channel.PHONE: N_("by telephone"), Channel.LETTER: N_("by letter"), Channel.LIST: N_("from a list")}
PROBLEMS = {Problem.MISSING: N_("The question is missing."), Problem.TOO_LONG: N_("Too long, please shorten it.")}


def page(request: Request) -> Response:
    need(request, Right.MODERATE, request.path_params["id"])
    return _page(request, "", Channel.PHONE, None)


def take(request: Request) -> Response:
    """Show what was understood; with `sure` take in every line that is in order and keep the others in the field."""
    id, form = request.path_params["id"], request.state.form
    need(request, Right.MODERATE, id)
    pasted = str(form.get("pasted", ""))
    try:
        channel = Channel(str(form.get("channel", "")))
    except ValueError as error:
        raise HTTPException(400, "there is no such channel") from error
    lines = by_hand.lines_of(pasted)
    if channel not in CHANNELS:
        raise HTTPException(400, "this channel is not filled by hand")
    if not form.get("sure") or not lines or any(line.problem for line in lines):
        return _page(request, pasted, channel, lines, 200 if lines else 422)
    house = house_of(request)
    with house.database.transaction() as connection:
        hour = store.office_hour(connection, id)
        for line in lines:
            arrival = by_hand.arrival(line, channel=channel, office_hour=id, language=hour.language, at=now())
            intake.take(connection, arrival, house.safe)
    return RedirectResponse(f"/staff/office-hours/{id}/board", 303)


def _page(
    request: Request, pasted: str, channel: Channel, lines: list[by_hand.Line] | None, status: int = 200
) -> Response:
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
    return render(
        request,
        "by_hand.html",
        status=status,
        hour=hour,
        pasted=pasted,
        chosen=channel,
        lines=lines,
        channels=CHANNELS,
        problems=PROBLEMS,
        good=bool(lines) and not any(line.problem for line in lines or []),
    )


routes = [
    Route("/staff/office-hours/{id}/questions/new", page),
    Route("/staff/office-hours/{id}/questions/new", take, methods=["POST"]),
]
