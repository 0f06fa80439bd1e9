"""Staff's list of office hours, and the page of one with the buttons that move it through its states."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import commands, steps, store
from ingest.database import now
from ingest.live import waiting
from ingest.officehours import WITH_RECORDING, OfficeHour, State, Visibility
from ingest.people import Right, Role
from ingest.store import Overtaken
from publish import pipeline, withdrawal
from publish import store as published
from publish.targets import site as own_site
from questions import change, letters
from questions import store as questions
from questions.question import State as QuestionState
from web import store as web_store
from web.pages import figures, marks, publications, work_lines
from web.pages.announce import CHANGEABLE, hosts_of, link_expiry
from web.pages.office import local_path
from web.rendering import N_, house_of, render
from web.rights import need, staff
from web.words import say

Move = Callable[[Connection, OfficeHour], None]


def _to(goal: State) -> Move:
    def move(connection: Connection, hour: OfficeHour) -> None:
        store.move_office_hour(connection, hour.id, goal)

    return move


def _wish(kind: commands.Kind, *states: State) -> Move:
    def move(connection: Connection, hour: OfficeHour) -> None:
        if hour.state not in states:
            raise Overtaken(f"the office hour is {hour.state.value}")
        commands.write(connection, hour.id, kind)

    return move


def _start(connection: Connection, hour: OfficeHour) -> None:
    """On air: the studio moves the state when the first tick was made."""
    if hour.state is not State.BACKSTAGE:
        raise Overtaken(f"the office hour is {hour.state.value}")
    cut_words = say(hour.language, "The broadcast is interrupted. Please stay here, it will go on.")
    waiting.start(connection, hour.id, role_words(hour), cut_words)
    change.open_with(connection, hour, opening_words(hour), store.office_setting(connection, "name"), by="start")


def _release(connection: Connection, hour: OfficeHour) -> None:
    if hour.state not in WITH_RECORDING:
        raise Overtaken(f"the office hour is {hour.state.value}")
    try:
        own_site.release(connection, hour.id)
    except own_site.NotYet as error:
        raise HTTPException(409, NOT_YET[type(error)]) from error


NOT_YET: dict[type[own_site.NotYet], str] = {
    own_site.MarksOpen: N_("Moments of the recording are marked. Look at them on the page of the office hour first."),
    own_site.StillCovered: N_("Somebody took back their consent and is being covered. Try again in a minute."),
    own_site.LiveOnly: N_("This office hour was live only; there is no recording."),
}
"""What is said when a release has to wait."""


def _withdraw(connection: Connection, hour: OfficeHour) -> None:
    if hour.visibility is Visibility.HELD:
        raise Overtaken("the recording is not public")
    withdrawal.withdraw(connection, hour.id)


MOVES: dict[str, Move] = {
    "open": _to(State.OPEN),
    "close": _to(State.PLANNED),
    "backstage": _to(State.BACKSTAGE),
    "leave": _to(State.OPEN),
    "cancel": _to(State.CANCELLED),
    "start": _start,
    "pause": _wish(commands.Kind.PAUSE, State.ON_AIR),
    "resume": _wish(commands.Kind.RESUME, State.PAUSED),
    "end": _wish(commands.Kind.END, State.ON_AIR, State.PAUSED),
    "review": _to(State.IN_REVIEW),
    "release": _release,
    "withdraw": _withdraw,
    "put_on_youtube": publications.put,
    "take_from_youtube": publications.take_back,
}
ASKED_ONCE = frozenset({"end", "cancel", "withdraw", "put_on_youtube", "take_from_youtube"})
"""Moves that cannot be undone by the next button: they are asked about once."""
ASKED_FOR_NOTHING: dict[str, Callable[[Connection, OfficeHour], str]] = {"put_on_youtube": publications.why_not}
"""What would be refused anyway is not asked about: the sentence that says why, or an empty one."""
PARTS = {"": "hour.html", "state": "hour_state.html", "publications": "hour_publications.html", "marks": "marks.html"}
REVIEWED = frozenset({"release", "withdraw"})
"""Moves that the host may make as well."""


def role_words(hour: OfficeHour) -> dict[Role, str]:
    """What a lower third says under a name, in the office hour's language."""
    return {
        Role.HOST: hour.host_role,
        Role.GUEST: say(hour.language, "asks"),
        Role.INTERPRETER: say(hour.language, "interprets"),
        Role.STAFF: say(hour.language, "leads through the hour"),
    }


def opening_words(hour: OfficeHour) -> str:
    """What the public has to read first, in the office hour's language; who is responsible stands under it."""
    recorded = say(hour.language, "This office hour is broadcast live and recorded.")
    only_live = say(hour.language, "This office hour is broadcast live. It is not recorded.")
    agreed = say(hour.language, "Only people who have agreed are seen and heard.")
    where = say(hour.language, "How personal data is protected stands on the page of the office hour.")
    return f"{recorded if hour.recorded else only_live} {agreed} {where}"


def overview(request: Request) -> Response:
    staff(request)
    with house_of(request).database.reading() as connection:
        hours = store.all_office_hours(connection)
        waiting_questions = {
            hour.id: len(questions.of_office_hour(connection, hour.id, [QuestionState.NEW])) for hour in hours
        }
    return render(request, "staff.html", hours=hours, waiting=waiting_questions, State=State, Visibility=Visibility)


def page(request: Request) -> Response:
    staff(request)
    house = house_of(request)
    with house.database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
        links = [
            (person, house.safe.open(link.sealed) if link else None)
            for person in hosts_of(connection, hour.id)
            for link in [web_store.link_of(connection, person.id)]
        ]
        work = steps.of_office_hour(connection, hour.id)
        recorded = hour.state in WITH_RECORDING and store.edition_of(connection, hour.id) is not None
        lines = publications.lines(published.of_office_hour(connection, hour.id), work, hour) if recorded else []
        why_not = publications.why_not(connection, hour)
        marked = marks.shown(connection, hour)
        stuck = len(letters.of_office_hour(connection, hour.id, letters.NEED_STAFF))
        waiting_askers = letters.unreleased(connection, hour.id)
    values: dict[str, Any] = {"hour": hour, "links": links, "steps": work, "changeable": hour.state in CHANGEABLE}
    values["figures"] = figures.of(house.archive.room(hour.id))
    values["progress"] = pipeline.progress(work)
    values["work"] = work_lines.lines([step for step in work if step.kind not in publications.KINDS], now())
    values |= {"lines": lines, "why_not": why_not, "connected": why_not != publications.NOT_CONNECTED}
    values["marks"] = marked
    values |= {"elsewhere": publications.KINDS, "stuck": stuck, "waiting": waiting_askers}
    part = request.query_params.get("part", "")
    if part not in PARTS:
        raise HTTPException(404)
    template = PARTS[part]
    return render(request, template, **values, State=State, Visibility=Visibility, StepState=steps.State)


def move(request: Request) -> Response:
    """Make a move; one that cannot be undone is asked about once, unless the form already says `sure`."""
    id, form = request.path_params["id"], request.state.form
    wished = str(form.get("move", ""))
    need(request, Right.REVIEW if wished in REVIEWED else Right.RUN_ROOM, id)
    if wished not in MOVES:
        raise HTTPException(400, "there is no such move")
    house = house_of(request)
    back = local_path(str(form.get("back") or f"/staff/office-hours/{id}"))
    with house.database.reading() as connection:
        hour = store.office_hour(connection, id)
        refusal = ASKED_FOR_NOTHING[wished](connection, hour) if wished in ASKED_FOR_NOTHING else ""
    if refusal:
        raise HTTPException(409, refusal)
    if wished in ASKED_ONCE and not form.get("sure"):
        action = f"/staff/office-hours/{id}/move"
        return render(request, "sure.html", hour=hour, move=wished, back=back, action=action)
    with house.database.transaction() as connection:
        MOVES[wished](connection, store.office_hour(connection, id))
    house.engine.dispatch()
    return RedirectResponse(back, 303)


def new_link(request: Request) -> Response:
    """A fresh personal address for the host; the one before stops working."""
    staff(request)
    house = house_of(request)
    with house.database.transaction() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
        hosts = hosts_of(connection, hour.id) or [
            store.add_person(connection, hour.id, name=hour.host_name, role=Role.HOST, language=hour.language)
        ]
        web_store.make_link(connection, house.safe, hosts[0].id, link_expiry(request, hour))
    return RedirectResponse(f"/staff/office-hours/{hour.id}", 303)


def try_again(request: Request) -> Response:
    """Give a failed step a new start."""
    staff(request)
    house = house_of(request)
    with house.database.transaction() as connection:
        step = steps.get(connection, str(request.state.form.get("step", "")))
        if step.office_hour != request.path_params["id"]:
            raise HTTPException(404)
        if not steps.retry(connection, step.id):
            raise HTTPException(409, N_("This step is not waiting for anybody."))
    house.engine.dispatch()
    return RedirectResponse(f"/staff/office-hours/{request.path_params['id']}", 303)


routes = [
    Route("/staff", overview),
    Route("/staff/office-hours/{id}", page),
    Route("/staff/office-hours/{id}/move", move, methods=["POST"]),
    Route("/staff/office-hours/{id}/host-link", new_link, methods=["POST"]),
    Route("/staff/office-hours/{id}/steps", try_again, methods=["POST"]),
]
