"""The staff's board: questions, the room, now and next, on one screen; every press is one transaction."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import commands, steps, store
from ingest.database import now
from ingest.live import reception as acts
from ingest.live import waiting
from ingest.officehours import WITH_RECORDING, WITH_ROOM, OfficeHour, State, Visibility
from ingest.people import Person, Right, Role, SeatState
from ingest.store import Overtaken
from questions import freshness, letters, moderation, private, queue, similar
from questions import store as questions
from questions.question import REJECTIONS, SPEAKING_FOR_OTHERS, Question, shown_text
from questions.question import State as QuestionState
from web.pages import decisions, reception, scene
from web.pages.by_hand import CHANNELS
from web.pages.cut import cutting
from web.pages.decisions import back
from web.pages.join import speaks
from web.pages.rules import REASONS
from web.pages.staff import role_words
from web.rendering import N_, house_of, render
from web.rights import need

PARTS = {"attention", "questions", "room", "now"}
REFUSED_SHOWN = timedelta(minutes=2)
"""How long a refused command stays on the attention list."""
COMPARED = 20
"""Unread questions, the oldest first, for which similar ones are looked up; staff work from the top."""
PRIVATE = {
    private.Kind.MAIL: N_("mail address"),
    private.Kind.PHONE: N_("telephone number"),
    private.Kind.ACCOUNT: N_("account number"),
    private.Kind.ADDRESS: N_("address of a house"),
    private.Kind.NAME: N_("name of a person"),
}
SILENT = N_("No mail could be fetched, overdue for %(minutes)s minutes. Please tell whoever runs this site.")
UNRELEASED = N_("%(count)s askers wait for their answer: they hear of it when the recording is released.")
FULL = N_("The mailbox for questions is nearly full (%(share)s): soon mails are sent back to citizens.")
UNGREETED = timedelta(minutes=3)
"""Waiting longer than this without a word is what guests complain of."""


def board(request: Request) -> Response:
    id = request.path_params["id"]
    visitor = need(request, Right.RUN_ROOM, id)
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, id)
        values = board_values(connection, hour)
        values["undo"] = moderation.last_move(connection, id, visitor.account.id) if visitor.account else None
        values["undone"] = questions.get(connection, values["undo"].question) if values["undo"] else None
    part = request.query_params.get("part")
    if part is not None and part not in PARTS:
        raise HTTPException(404)
    return render(request, f"board_{part}.html" if part else "board.html", hour=hour, **values)


def board_values(connection: Connection, hour: OfficeHour) -> dict[str, Any]:
    """Everything the three columns show."""
    people = {person.id: person for person in store.persons_of(connection, hour.id)}
    seats = store.seats_of(connection, hour.id)
    columns = moderation.board(connection, hour.id)
    read_out = {id for id, person in people.items() if person.role is Role.GUEST and not speaks(connection, id)}
    return {
        "people": people,
        "line": [seat for seat in waiting.line(seats) if seat.person not in read_out],
        "listeners": [seat for seat in waiting.line(seats) if seat.person in read_out],
        "inside": [seat for seat in seats if seat.state in (SeatState.ADMITTED, SeatState.ON_AIR)],
        "new": columns[QuestionState.NEW],
        "approved": columns[QuestionState.APPROVED],
        "queued": columns[QuestionState.QUEUED],
        "on_air": queue.on_air(connection, hour.id),
        "answered": columns[QuestionState.ANSWERED],
        "reasons": {reason: REASONS[reason] for reason in REJECTIONS},
        "attention": attention(connection, hour, len(columns[QuestionState.NEW])),
        "alike": alike(columns),
        "asked": {id: count + 1 for id, count in questions.merged_counts(connection, hour.id).items()},
        "pieces": lambda text: private.pieces(text, [hour.host_name]),
        "private": lambda text: private.kinds(text, [hour.host_name]),
        "PRIVATE": PRIVATE,
        "by_hand": CHANNELS,
        "shown_text": shown_text,
        "cut": cutting(connection, hour),
        "State": State,
        "SeatState": SeatState,
        "Role": Role,
        "with_room": hour.state in WITH_ROOM,
        "SCENES": scene.SCENES,
        "scene": scene.scene_of(connection, hour.id),
    } | reception.values(connection, hour)


def alike(columns: dict[QuestionState, list[Question]]) -> dict[str, list[Question]]:
    """For each of the first unread questions those that may ask the same, the most alike first."""
    pool = {question.id: question for state in QuestionState for question in columns[state] if _may_speak(question)}
    index = similar.index_of(tuple((question.id, question.text) for question in pool.values()))
    return {
        question.id: [pool[id] for id in index.like(question.text, but=question.id)]
        for question in columns[QuestionState.NEW][:COMPARED]
    }


def _may_speak(question: Question) -> bool:
    return question.office_hour is not None and question.state in SPEAKING_FOR_OTHERS


def attention(connection: Connection, hour: OfficeHour, new: int) -> list[tuple[str, str, dict[str, Any]]]:
    """What needs staff, the urgent first: (kind of alert, message, its values)."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for command in commands.refused(connection, hour.id, now() - REFUSED_SHOWN)[:2]:
        found.append(("danger", N_("The room refused a command: %(reason)s"), {"reason": command.reason}))
    failed = [step for step in steps.of_office_hour(connection, hour.id) if step.state is steps.State.FAILED]
    if failed:
        found.append(("danger", N_("%(count)s step of the work after the hour failed."), {"count": len(failed)}))
    found += _about_letters(connection, hour)
    if why := freshness.why_refused(connection):
        found.append(("danger", N_("The mailbox cannot be opened: %(reason)s"), {"reason": why}))
    if share := freshness.nearly_full(connection):
        found.append(("warning", FULL, {"share": share}))
    if overdue := freshness.overdue(connection, now()):
        minutes = int((now() - overdue).total_seconds() // 60) + 1
        found.append(("danger", SILENT, {"minutes": minutes}))
    late = now() - UNGREETED
    ungreeted = [
        seat
        for seat in waiting.line(store.seats_of(connection, hour.id))
        if seat.state is SeatState.WAITING and seat.changed_at < late
    ]
    if ungreeted and hour.state in WITH_ROOM:
        minutes = int((now() - ungreeted[0].changed_at).total_seconds() // 60)
        values = {"count": len(ungreeted), "minutes": minutes}
        found.append(("warning", N_("%(count)s waiting and not greeted, the first for %(minutes)s minutes."), values))
    if new:
        found.append(("info", N_("%(count)s unread among the questions."), {"count": new}))
    return found


def _about_letters(connection: Connection, hour: OfficeHour) -> list[tuple[str, str, dict[str, Any]]]:
    """Letters that did not go, and answers that were given and cannot be seen."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    if stuck := len(letters.of_office_hour(connection, hour.id, letters.NEED_STAFF)):
        found.append(("warning", N_("%(count)s letters to askers were not sent, or nobody knows."), {"count": stuck}))
    hidden = hour.state in WITH_RECORDING and hour.visibility is not Visibility.RELEASED
    if hidden and (waiting_for := letters.unreleased(connection, hour.id)):
        found.append(("warning", UNRELEASED, {"count": waiting_for}))
    return found


# What a press does to a person, or to the programme


def _admit(connection: Connection, person: Person, words: str) -> None:
    if person.role is Role.GUEST and not speaks(connection, person.id):
        raise Overtaken("this person asked to be read out")
    waiting.admit(connection, person, words)


def _mute(on: bool) -> "PersonAct":
    def act(connection: Connection, person: Person, words: str) -> None:
        commands.write(connection, person.office_hour, commands.Kind.MUTE, person=person.id, on=on)

    return act


PersonAct = Callable[[Connection, Person, str], None]
PERSON_ACTS: dict[str, PersonAct] = {
    "admit": _admit,
    "show": waiting.show,
    "hide": lambda connection, person, words: waiting.hide(connection, person),
    "hold": lambda connection, person, words: waiting.hold(connection, person),
    "mute": _mute(True),
    "unmute": _mute(False),
    "ban": lambda connection, person, words: acts.ban(connection, person),
}


def seat(request: Request) -> Response:
    """Admit, put on air, take off air, send back … one person."""
    id, form = request.path_params["id"], request.state.form
    need(request, Right.RUN_ROOM, id)
    act = PERSON_ACTS.get(str(form.get("do", "")))
    if act is None:
        raise HTTPException(400, "there is no such act")
    try:
        with house_of(request).database.transaction() as connection:
            person = store.person(connection, str(form.get("person", "")))
            if person.office_hour != id:
                raise HTTPException(404)
            act(connection, person, role_words(store.office_hour(connection, id))[person.role])
    except (Overtaken, ValueError) as error:
        raise HTTPException(409, N_("This person has been moved already. The board shows where they are.")) from error
    return back(request)


def mark(request: Request) -> Response:
    """Note the moment, to be looked at before release."""
    id = request.path_params["id"]
    need(request, Right.RUN_ROOM, id)
    with house_of(request).database.transaction() as connection:
        commands.write(connection, id, commands.Kind.MARK, reason=str(request.state.form.get("reason", ""))[:200])
    return back(request)


routes = [
    Route("/staff/office-hours/{id}/board", board),
    *decisions.routes,
    *scene.routes,
    Route("/staff/office-hours/{id}/seats", seat, methods=["POST"]),
    Route("/staff/office-hours/{id}/mark", mark, methods=["POST"]),
]
