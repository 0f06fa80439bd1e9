"""Questions at departments: staff hand them over, a department writes by its link, the host approves by one for all."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.officehours import OfficeHour
from ingest.people import Right
from questions import errands, presence
from questions import store as questions
from questions.errand import (
    NAME_LENGTH,
    NOTE_LENGTH,
    TEXT_LENGTH,
    WAITING,
    Errand,
    ErrandRefused,
    Purpose,
    State,
    is_overdue,
)
from questions.letter import LetterState
from questions.lists import OVER
from questions.question import KEEPING_WORDS, Question, shown_text
from questions.question import State as QuestionState
from questions.sources.form import is_address
from web.pages.decisions import back
from web.rendering import N_, base_address, house_of, render
from web.rights import need

USUAL = timedelta(days=7)
STANDS = {
    State.ASKED: N_("waits for the department"),
    State.WRITTEN: N_("written"),
    State.RETURNED: N_("sent back by the host"),
    State.APPROVED: N_("approved"),
    State.CALLED_OFF: N_("called off"),
}
TOLD = {
    LetterState.WAITING: N_("the mail waits to be sent"),
    LetterState.SENDING: N_("the mail is being sent"),
    LetterState.SENT: N_("told by mail"),
    LetterState.REFUSED: N_("the mail was refused"),
    LetterState.DOUBTFUL: N_("nobody knows whether the mail was sent"),
}
ANSWERABLE = frozenset({QuestionState.APPROVED, QuestionState.QUEUED, QuestionState.NOT_REACHED})
GONE = N_("This address is no longer needed or was mistyped. The office can tell you more.")


def one_values(request: Request, connection: Connection, hour: OfficeHour, question: Question) -> dict[str, Any]:
    """What the open question on the page of questions shows of departments."""
    safe, base = house_of(request).safe, base_address(request)
    found = errands.of_question(connection, question.id)
    drafts = any(each.purpose is Purpose.ANSWER for each in found)
    desk = errands.known_desk(connection, hour.id, safe)
    return {
        "errands": found,
        "errand_links": {each.id: f"{base}/department/{safe.open(each.sealed_link)}" for each in found},
        "errand_lines": {each.id: errands.history(connection, each.id) for each in found},
        "desk_link": f"{base}/answers/{desk}" if drafts and desk else "",
        "purpose": Purpose.ANSWER if hour.state in OVER or question.state in KEEPING_WORDS else Purpose.BRIEFING,
        "Purpose": Purpose,
        "ErrandState": State,
        "ERRAND_STANDS": STANDS,
        "TOLD": TOLD,
        "overdue": lambda errand: is_overdue(errand, now().date()),
        "due_on": _usual_day(hour).isoformat(),
        "note_length": NOTE_LENGTH,
        "department_length": NAME_LENGTH,
        "may_draft": question.state in ANSWERABLE | {QuestionState.NEW},
    }


def _usual_day(hour: OfficeHour) -> date:
    """A week, or before the office hour begins."""
    later, before = (now() + USUAL).date(), (hour.starts_at - timedelta(days=1)).date()
    return before if now().date() <= before < later else later


def press(request: Request) -> Response:
    """`do`: ask a department, call_off, renew_desk (the host's link)."""
    id, form = request.path_params["id"], request.state.form
    visitor = need(request, Right.MODERATE, id)
    if visitor.account is None:
        raise HTTPException(403)
    by, do, house = visitor.account.id, str(form.get("do", "")), house_of(request)
    with house.database.transaction() as connection:
        if do == "ask":
            question = _question(connection, id, str(form.get("question", "")))
            presence.check_free(connection, question.id, by, now())
            _ask(connection, request, question, by)
        elif do == "call_off":
            errand = _errand(connection, id, str(form.get("errand", "")))
            _tried(lambda: errands.call_off(connection, errand, by=by, at=now()))
        elif do == "renew_desk":
            errands.renew_desk(connection, store.office_hour(connection, id).id, house.safe)
        else:
            raise HTTPException(400, "there is no such act")
    house.engine.dispatch()
    return back(request)


def _ask(connection: Connection, request: Request, question: Question, by: str) -> None:
    form, safe = request.state.form, house_of(request).safe
    address, department = str(form.get("address", "")).strip(), str(form.get("department", "")).strip()
    try:
        purpose, due_on = Purpose(str(form.get("purpose", ""))), date.fromisoformat(str(form.get("due_on", "")))
    except ValueError as error:
        raise HTTPException(409, N_("Please say what it is for, and by which day.")) from error
    if not department or (address and not is_address(address)):
        raise HTTPException(409, N_("Please name the department; its mail address may be empty or must be right."))
    if purpose is Purpose.ANSWER and question.state is QuestionState.NEW:
        raise HTTPException(409, N_("Please approve the question first: what is answered is read by everybody."))
    errands.ask(
        connection, question, purpose=purpose, department=department, address=address, due_on=due_on,
        note=str(form.get("note", "")), by=by, safe=safe, at=now(),
    )  # fmt: skip
    if purpose is Purpose.ANSWER and question.office_hour is not None:
        errands.desk_of(connection, question.office_hour, safe)


def _question(connection: Connection, office_hour: str, id: str) -> Question:
    question = questions.get(connection, id)
    if question.office_hour not in (None, office_hour):
        raise HTTPException(404)
    return question


def _errand(connection: Connection, office_hour: str, id: str) -> Errand:
    try:
        errand = errands.get(connection, id)
    except LookupError as error:
        raise HTTPException(404) from error
    if questions.get(connection, errand.question).office_hour != office_hour:
        raise HTTPException(404)
    return errand


def _tried(act: Any) -> Any:
    try:
        return act()
    except ErrandRefused as error:
        raise HTTPException(409, N_("That has changed meanwhile; the page shows how it is.")) from error


# The department


def department(request: Request) -> Response:
    with house_of(request).database.reading() as connection:
        errand = _behind(connection, request)
        values = _department_values(connection, errand)
    saved = request.query_params.get("saved") == "yes"
    return render(request, "department.html", saved=saved, **values)


def department_writes(request: Request) -> Response:
    with house_of(request).database.transaction() as connection:
        errand = _behind(connection, request)
        _tried(lambda: errands.write(connection, errand, str(request.state.form.get("text", "")), now()))
    return RedirectResponse(f"/department/{request.path_params['token']}?saved=yes", 303)


def _behind(connection: Connection, request: Request) -> Errand:
    errand = errands.behind(connection, request.path_params["token"])
    if errand is None:
        raise HTTPException(404, GONE)
    return errand


def _department_values(connection: Connection, errand: Errand) -> dict[str, Any]:
    question = questions.get(connection, errand.question)
    hour = store.office_hour(connection, question.office_hour) if question.office_hour else None
    return {
        "errand": errand,
        "question": question,
        "hour": hour,
        "shown_text": shown_text,
        "Purpose": Purpose,
        "ErrandState": State,
        "can_write": errand.state in WAITING | {State.WRITTEN},
        "waits": errand.state in WAITING,
        "text_length": TEXT_LENGTH,
        "lines": errands.history(connection, errand.id),
    }


# The host


def desk(request: Request) -> Response:
    """All drafts of an office hour that wait for the host; held like a telephone."""
    with house_of(request).database.reading() as connection:
        hour = _hour_of_desk(connection, request)
        drafts = errands.of_office_hour(connection, hour.id, frozenset({State.WRITTEN}))
        at_work = errands.of_office_hour(connection, hour.id, WAITING)
        done = errands.of_office_hour(connection, hour.id, frozenset({State.APPROVED}))
        about = questions.by_ids(connection, [each.question for each in [*drafts, *at_work, *done]])
        asked = questions.merged_counts(connection, hour.id)
    answers_only = [[each for each in found if each.purpose is Purpose.ANSWER] for found in (drafts, at_work, done)]
    return render(
        request, "approve.html", hour=hour, drafts=answers_only[0], at_work=answers_only[1], done=answers_only[2],
        about=about, asked=asked, answer_length=TEXT_LENGTH, note_length=NOTE_LENGTH,
    )  # fmt: skip


def decide(request: Request) -> Response:
    """`do`: approve (with `text`, which the host may have changed) or return (with `remark`) the draft `errand`."""
    form, house = request.state.form, house_of(request)
    with house.database.transaction() as connection:
        hour = _hour_of_desk(connection, request)
        errand = _errand(connection, hour.id, str(form.get("errand", "")))
        if form.get("do") == "approve":
            text = str(form.get("text", ""))
            _tried(lambda: errands.approve(connection, errand, text, by=errands.HOST, at=now()))
        elif form.get("do") == "return":
            remark = str(form.get("remark", ""))
            _tried(lambda: errands.send_back(connection, errand, remark, by=errands.HOST, at=now()))
        else:
            raise HTTPException(400, "there is no such act")
    house.engine.dispatch()
    return RedirectResponse(f"/answers/{request.path_params['token']}", 303)


def _hour_of_desk(connection: Connection, request: Request) -> OfficeHour:
    id = errands.office_hour_behind(connection, request.path_params["token"])
    if id is None:
        raise HTTPException(404, GONE)
    return store.office_hour(connection, id)


routes = [
    Route("/staff/office-hours/{id}/questions/errands", press, methods=["POST"]),
    Route("/department/{token}", department),
    Route("/department/{token}", department_writes, methods=["POST"]),
    Route("/answers/{token}", desk),
    Route("/answers/{token}", decide, methods=["POST"]),
]
