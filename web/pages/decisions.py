"""A press on the board comes in, one question or a handful of them is moved; every press is one transaction."""

from collections.abc import Callable

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.people import Right
from ingest.store import NotFound, Overtaken
from questions import answers, intake, moderation, presence, queue
from questions import store as questions
from questions.question import MoveRefused, Question, Reason
from questions.question import State as QuestionState
from web.pages.office import local_path
from web.rendering import N_, house_of
from web.rights import need

PICK = "pick-"
"""A ticked question is a field of this name and the question's id."""


def _reject(connection: Connection, question: Question, form: dict[str, str], by: str) -> None:
    try:
        reason = Reason(form.get("reason", ""))
    except ValueError as error:
        raise HTTPException(400, "a rejection needs its reason") from error
    moderation.reject(connection, question, reason, by=by)


def _approve(connection: Connection, question: Question, form: dict[str, str], by: str) -> None:
    if question.office_hour is None:
        question = moderation.assign(connection, question, form["office_hour"])
    moderation.approve(connection, question, by=by)


def _queue(connection: Connection, question: Question, form: dict[str, str], by: str) -> None:
    if question.state is QuestionState.NEW:
        _approve(connection, question, form, by)
        question = questions.get(connection, question.id)
    queue.queue(connection, question, by=by)


def _first(connection: Connection, question: Question, form: dict[str, str], by: str) -> None:
    line = [each.id for each in queue.queued(connection, form["office_hour"])]
    queue.arrange(connection, form["office_hour"], [question.id, *(id for id in line if id != question.id)])


def _reword(connection: Connection, question: Question, form: dict[str, str], by: str) -> None:
    text = form.get("text", "").strip() or question.text
    moderation.reword(connection, question, text=text, author=form.get("author"), was=form.get("was"))


def _merge(connection: Connection, question: Question, form: dict[str, str], by: str) -> None:
    moderation.merge(connection, question, questions.get(connection, form.get("into", "")), by=by)


def _undo(connection: Connection, question: Question, form: dict[str, str], by: str) -> None:
    """Only the move that the page showed: a second press does not take back one more."""
    change = moderation.last_move(connection, form["office_hour"], by)
    if change is None or str(change.id) != form.get("change") or change.question != question.id:
        raise Overtaken("there is a newer move")
    moderation.undo(connection, change, by=by)


def _look_after(connection: Connection, question: Question, form: dict[str, str], by: str) -> None:
    """`owner` is an account, empty for nobody; without it whoever presses."""
    owner = form.get("owner", by)
    if owner and store.account(connection, owner) is None:
        raise HTTPException(400, "there is no such account")
    moderation.look_after(connection, question, owner or None)


def _sort(connection: Connection, question: Question, form: dict[str, str], by: str) -> None:
    moderation.sort(connection, question, topic=form.get("topic", question.topic), tags=form.get("tags", question.tags))


def _tag(connection: Connection, question: Question, form: dict[str, str], by: str) -> None:
    """One tag more, for a handful of questions."""
    moderation.sort(connection, question, topic=question.topic, tags=f"{question.tags},{form.get('tag', '')}")


def _answer(connection: Connection, question: Question, form: dict[str, str], by: str) -> None:
    if question.state is QuestionState.NEW:
        _approve(connection, question, form, by)
        question = questions.get(connection, question.id)
    answers.give(connection, question, form.get("answer", ""), by=by, at=now())


QuestionAct = Callable[[Connection, Question, dict[str, str], str], object]
QUESTION_ACTS: dict[str, QuestionAct] = {
    "approve": _approve,
    "queue": _queue,
    "reject": _reject,
    "first": _first,
    "reword": _reword,
    "merge": _merge,
    "undo": _undo,
    "take_out": lambda connection, question, form, by: queue.take_out(connection, question, by=by),
    "on_air": lambda connection, question, form, by: queue.put_on_air(connection, question, by=by),
    "answered": lambda connection, question, form, by: queue.answered(connection, question, by=by),
    "fetch_back": lambda connection, question, form, by: moderation.fetch_back(connection, question, by=by),
    "look_after": _look_after,
    "sort": _sort,
    "tag": _tag,
    "answer": _answer,
}
IN_BULK = frozenset({"approve", "queue", "reject", "look_after", "tag", "merge"})
ON_AIR = frozenset({"on_air", "answered", "first", "take_out"})
"""Acts of the desk, which a colleague's pen does not hold up."""


def decide(request: Request) -> Response:
    """Approve, reject, merge, queue, put on air … one question."""
    form, by = _form(request)
    house = house_of(request)
    acts: dict[str, QuestionAct] = {
        **QUESTION_ACTS,
        "take_for": lambda connection, question, form, by: intake.take_for(connection, question, house.safe, by=by),
    }
    act = acts.get(form.get("do", ""))
    if act is None:
        raise HTTPException(400, "there is no such act")
    with house.database.transaction() as connection:
        question = _question(connection, form.get("question", ""), form["office_hour"])
        if form["do"] not in ON_AIR:
            _free(connection, question, by)
        act(connection, question, form, by)
    return back(request)


def _free(connection: Connection, question: Question, by: str) -> None:
    try:
        presence.check_free(connection, question.id, by, now())
    except presence.UnderAPen as error:
        raise HTTPException(
            409, N_("A colleague is writing in this question just now. Try again in a moment.")
        ) from error


def decide_many(request: Request) -> Response:
    """Do one act to all ticked questions; what somebody moved meanwhile is left alone and said."""
    form, by = _form(request)
    do, _, form["reason"] = form.get("do", "").partition(":")
    picked = [name.removeprefix(PICK) for name in form if name.startswith(PICK)]
    if do == "merge":
        picked = [id for id in picked if id != form.get("into")]
    if do not in IN_BULK:
        raise HTTPException(400, "there is no such act")
    left = 0
    with house_of(request).database.transaction() as connection:
        for id in picked:
            try:
                with connection.begin_nested():
                    question = _question(connection, id, form["office_hour"])
                    presence.check_free(connection, id, by, now())
                    QUESTION_ACTS[do](connection, question, form, by)
            except (MoveRefused, Overtaken, NotFound):
                left += 1
    if left:
        raise HTTPException(409, N_("Some of the questions had been moved already and were left as they are."))
    return back(request)


def _form(request: Request) -> tuple[dict[str, str], str]:
    id = request.path_params["id"]
    visitor = need(request, Right.MODERATE, id)
    if visitor.account is None:
        raise HTTPException(400, "only staff with an account decide")
    form = {name: str(value) for name, value in request.state.form.items()}
    return form | {"office_hour": id}, visitor.account.id


def _question(connection: Connection, id: str, office_hour: str) -> Question:
    question = questions.get(connection, id)
    if question.office_hour not in (None, office_hour):
        raise NotFound(f"no question {id} in this office hour")
    return question


def back(request: Request) -> Response:
    """To where it was pressed, or nothing to see for the script, which fetches what changed by itself."""
    if "application/json" in request.headers.get("accept", ""):
        return Response(status_code=204)
    board = f"/staff/office-hours/{request.path_params['id']}/board"
    return RedirectResponse(local_path(str(request.state.form.get("back") or board)), 303)


routes = [
    Route("/staff/office-hours/{id}/questions", decide, methods=["POST"]),
    Route("/staff/office-hours/{id}/questions/many", decide_many, methods=["POST"]),
]
