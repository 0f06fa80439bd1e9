"""The asker's private page: what became of the question, the button that takes it back, and the wish for letters."""

from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.officehours import Visibility
from questions import again, answers, lists, mine, reach
from questions import store as questions
from questions.letter import Reach
from questions.question import Question, State
from web.pages.rules import EXPLAINED
from web.rendering import N_, house_of, render

SAID = {
    State.NEW: N_("It has arrived and is waiting to be read."),
    State.SET_ASIDE: N_("It has arrived and is waiting to be read."),
    State.APPROVED: N_("It was read and may come up."),
    State.QUEUED: N_("It is on the list for the office hour."),
    State.ON_AIR: N_("It is being answered at this moment."),
    State.ANSWERED: N_("It was answered."),
    State.IN_WRITING: N_("It was answered in writing."),
    State.NOT_REACHED: N_("There was no time for it in this office hour."),
    State.REJECTED: N_("It was not put on the list."),
    State.MERGED: N_("Others ask the same. The questions were put together and are answered as one."),
    State.TAKEN_BACK: N_("You took it back. Your words and your contact are erased."),
}


def page(request: Request) -> Response:
    with house_of(request).database.reading() as connection:
        question = _question(connection, request)
        values = _values(connection, question)
        values["letters"] = reach.behind(connection, request.path_params["token"])
    return render(request, "mine.html", question=question, link=request.path_params["token"], **values)


def take_back(request: Request) -> Response:
    """Erase the question; a second press finds it erased."""
    with house_of(request).database.transaction() as connection:
        question = _question(connection, request)
        if question.state is not State.TAKEN_BACK:
            mine.take_back(connection, question)
    return _back(request)


def confirm(request: Request) -> Response:
    """The holder reads the mailbox: letters about this question may come."""
    with house_of(request).database.transaction() as connection:
        reach.confirm(connection, _letters(connection, request), now())
    return _back(request)


def stop(request: Request) -> Response:
    """No more letters to this address; a second press lets them come again."""
    with house_of(request).database.transaction() as connection:
        known = _letters(connection, request)
        if known.stopped_at is None:
            reach.stop(connection, known, now())
        else:
            reach.resume(connection, known)
    return _back(request)


def erase(request: Request) -> Response:
    """Erase all that this address asked; a second press finds it erased."""
    with house_of(request).database.transaction() as connection:
        _question(connection, request)
        known = reach.behind(connection, request.path_params["token"])
        if known is not None:
            mine.erase_everything(connection, known)
    return _back(request)


def ask_again(request: Request) -> Response:
    """The asker agrees that it is asked in the next office hour; a second press takes the wish back."""
    with house_of(request).database.transaction() as connection:
        question = _question(connection, request)
        if speaker_of(connection, question).state is not State.NOT_REACHED:
            raise HTTPException(409)
        if again.of(connection, question.id) is None:
            again.wish(connection, question, now())
        else:
            again.drop(connection, question)
    return _back(request)


def _letters(connection: Connection, request: Request) -> Reach:
    """Only the link in a letter proves that its holder reads the mailbox; that of the form does not."""
    known = reach.behind(connection, request.path_params["token"])
    if known is None:
        raise HTTPException(404)
    return known


def _back(request: Request) -> Response:
    return RedirectResponse(f"/mine/{request.path_params['token']}", 303)


def _question(connection: Connection, request: Request) -> Question:
    question = mine.behind(connection, request.path_params["token"])
    if question is None:
        raise HTTPException(404)
    return question


def _values(connection: Connection, question: Question) -> dict[str, Any]:
    speaker = speaker_of(connection, question)
    hour = store.office_hour(connection, question.office_hour) if question.office_hour else None
    public = hour is not None and hour.visibility is Visibility.RELEASED
    seen = (public and speaker.state is State.ANSWERED) or speaker.state is State.IN_WRITING
    stands = speaker.state if question.state is State.MERGED and speaker.state in OUTCOMES else question.state
    wish = again.of(connection, question.id)
    became = questions.get(connection, wish.became) if wish is not None and wish.became else None
    return {
        "hour": hour,
        "said": SAID[stands],
        "stands": stands,
        "why": EXPLAINED.get(question.reason) if question.reason and question.state is State.REJECTED else None,
        "speaker": speaker if speaker.id != question.id and speaker.state in SHOWN else None,
        "answer": f"/q/{speaker.id}" if seen else None,
        "written": answers.of(connection, speaker.id),
        "asked": questions.merged_counts(connection, hour.id).get(speaker.id, 0) + 1 if hour else 1,
        "can_take_back": mine.can_take_back(question),
        "can_ask_again": stands is State.NOT_REACHED and became is None,
        "wish": wish,
        "became": became,
        "became_said": SAID[speaker_of(connection, became).state] if became else "",
        "became_hour": store.office_hour(connection, became.office_hour) if became and became.office_hour else None,
        "due_on": lists.of(connection, hour.id).due_on if hour else None,
    }


def speaker_of(connection: Connection, question: Question) -> Question:
    """The question that speaks for this one; itself, unless it was put together with another."""
    while question.merged_into is not None:
        question = questions.get(connection, question.merged_into)
    return question


OUTCOMES = frozenset({State.ON_AIR, State.ANSWERED, State.IN_WRITING, State.NOT_REACHED})
"""What became of the question that speaks for others became of theirs."""
SHOWN = lists.SHOWN
"""States in which somebody else's wording was looked at by staff and may be shown to this asker."""

routes = [
    Route("/mine/{token}", page),
    Route("/mine/{token}/take-back", take_back, methods=["POST"]),
    Route("/mine/{token}/confirm", confirm, methods=["POST"]),
    Route("/mine/{token}/stop", stop, methods=["POST"]),
    Route("/mine/{token}/erase", erase, methods=["POST"]),
    Route("/mine/{token}/again", ask_again, methods=["POST"]),
]
