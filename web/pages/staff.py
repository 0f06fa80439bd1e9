"""Staff's list of office hours, and the page of one with the buttons that move it through its states."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import sealed, steps, store
from ingest.conduct import Act
from ingest.database import now
from ingest.officehours import WITH_RECORDING, OfficeHour, State, Visibility, questions_are_over
from ingest.people import Right, Role
from ingest.store import Overtaken
from publish import pipeline, withdrawal
from publish import store as published
from publish.targets import site as own_site
from questions import letters, needs
from questions import store as questions
from questions.letter import Kind
from questions.question import State as QuestionState
from questions.question import one_line, plain
from web import opening, personal, telling
from web.offers import offers
from web.pages import figures, line, marks, preflight, publications, rehearse, work_lines
from web.pages.announce import CHANGEABLE
from web.pages.need import SERVICES
from web.pages.office import local_path
from web.pages.people import ROLES
from web.rendering import N_, house_of, parts_asked, render, render_parts
from web.rights import need, staff
from web.telling import Told

Move = Callable[[Connection, OfficeHour], None]


def _to(goal: State) -> Move:
    def move(connection: Connection, hour: OfficeHour) -> None:
        store.move_office_hour(connection, hour.id, goal)

    return move


def _open(connection: Connection, hour: OfficeHour) -> None:
    """Now: announced times that say otherwise are gone."""
    at = now()
    begin = hour.questions_from if hour.questions_from is not None and hour.questions_from <= at else None
    end = None if questions_are_over(hour, at) else hour.questions_until
    store.move_office_hour(connection, hour.id, State.OPEN, questions_from=begin, questions_until=end)


def _close(connection: Connection, hour: OfficeHour) -> None:
    """Until it is opened again by hand: an announced time does not open it behind staff's back."""
    store.move_office_hour(connection, hour.id, State.PLANNED, questions_from=None)


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
    "open": _open,
    "close": _close,
    "backstage": _to(State.BACKSTAGE),
    "leave": _to(State.OPEN),
    "cancel": _to(State.CANCELLED),
    "review": _to(State.IN_REVIEW),
    "release": _release,
    "withdraw": _withdraw,
    "put_on_youtube": publications.put,
    "take_from_youtube": publications.take_back,
}
LINE = {act.value: act for act in line.DOINGS}
"""Moves across the on-air line, which the host may make in part: `web.pages.line` does them."""
ASKED_ONCE = frozenset({"end", "cancel", "withdraw", "put_on_youtube", "take_from_youtube"})
"""Moves that cannot be undone by the next button: they are asked about once."""
ASKED_FOR_NOTHING: dict[str, Callable[[Connection, OfficeHour], str]] = {"put_on_youtube": publications.why_not}
"""What would be refused anyway is not asked about: the sentence that says why, or an empty one."""
PARTS = {"state": "hour_state.html", "publications": "hour_publications.html", "marks": "marks.html"}
NOTE_LENGTH = 200
"""Characters of the reason for a cancellation."""
REVIEWED = frozenset({"release", "withdraw"})
"""Moves that the host may make as well."""


def overview(request: Request) -> Response:
    staff(request)
    with house_of(request).database.reading() as connection:
        hours = store.all_office_hours(connection)
        waiting_questions = {
            hour.id: len(questions.of_office_hour(connection, hour.id, [QuestionState.NEW])) for hour in hours
        }
        red = preflight.red(connection, hours)
    values: dict[str, Any] = {"hours": hours, "waiting": waiting_questions, "red": red}
    return render(request, "staff.html", **values, State=State, Visibility=Visibility)


def page(request: Request) -> Response:
    staff(request)
    house = house_of(request)
    with house.database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
        accesses = personal.invited(connection, house, hour)
        wanted = [(need, needs.what_was_said(need, house.safe)) for need in needs.of_office_hour(connection, hour.id)]
        work = steps.of_office_hour(connection, hour.id)
        recorded = hour.state in WITH_RECORDING and store.edition_of(connection, hour.id) is not None
        lines = publications.lines(published.of_office_hour(connection, hour.id), work, hour) if recorded else []
        why_not = publications.why_not(connection, hour)
        marked = marks.shown(connection, hour)
        stuck = len(letters.of_office_hour(connection, hour.id, letters.NEED_STAFF))
        counts = line.line_values(connection, hour)
        waiting_askers = letters.unreleased(connection, hour.id)
        looked = preflight.shown(connection, hour) | rehearse.shown(connection, hour)
        moved = hour.moved_from is not None and hour.state in CHANGEABLE
        sends = bool(house.questions.smtp_host)
        hear = telling.told(connection, hour.id, letters_are_sent=sends, kind=Kind.MOVED) if moved else None
    values: dict[str, Any] = {
        "hour": hour,
        "accesses": accesses,
        "needs": wanted,
        "sends": sends,
        "hear": hear,
        "opening_words": opening.words(hour),
        "cut": len(sealed.stretches(house.archive.room(hour.id))),
        "steps": work,
        "changeable": hour.state in CHANGEABLE,
        "captions": recorded and hour.recorded,
    } | counts
    values["figures"] = figures.of(house.archive.room(hour.id))
    values["progress"] = pipeline.progress(work)
    values["work"] = work_lines.lines([step for step in work if step.kind not in publications.KINDS], now())
    values |= {"lines": lines, "why_not": why_not, "connected": why_not != publications.NOT_CONNECTED}
    values |= {"elsewhere": publications.KINDS, "stuck": stuck, "waiting": waiting_askers, "marks": marked} | looked
    values |= {"choice": offers(hour, now()), "SERVICES": SERVICES, "ROLES": ROLES, "Role": Role}
    values |= {"State": State, "Visibility": Visibility, "StepState": steps.State}
    if parts := parts_asked(request, PARTS):
        return render_parts(request, {part: PARTS[part] for part in parts}, **values)
    return render(request, "hour.html", **values)


def move(request: Request) -> Response:
    """Make a move; one that cannot be undone is asked about once, unless the form already says `sure`."""
    id, form = request.path_params["id"], request.state.form
    wished = str(form.get("move", ""))
    need(request, Right.REVIEW if wished in REVIEWED else Right.RUN_ROOM, id)
    if wished not in MOVES and wished not in LINE:
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
        return render(request, "sure.html", hour=hour, move=wished, back=back, action=action, told=_told(request, id))
    with house.database.transaction() as connection:
        hour = store.office_hour(connection, id)
        if wished in LINE:
            line.done(connection, hour, LINE[wished], request.state.visitor)
        else:
            if wished == Act.CANCEL.value:
                line.check(hour, Act.CANCEL, line.roles_of(request.state.visitor, id))
                note = one_line(plain(str(form.get("note", ""))), NOTE_LENGTH)
                store.change_office_hour(connection, id, cancelled_note=note)
            MOVES[wished](connection, store.office_hour(connection, id))
    house.engine.dispatch()
    return RedirectResponse(back, 303)


def _told(request: Request, office_hour: str) -> Told:
    """Who hears of a cancellation, and how."""
    house = house_of(request)
    with house.database.reading() as connection:
        return telling.told(connection, office_hour, letters_are_sent=bool(house.questions.smtp_host))


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
    Route("/staff/office-hours/{id}/steps", try_again, methods=["POST"]),
]
