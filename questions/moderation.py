"""A moderator's decisions come in, moved questions go out. `by` is the account's id, for the history."""

from sqlalchemy.engine import Connection

from questions import store
from questions.question import BACKGROUND_LENGTH, REJECTIONS, MoveRefused, Question, Reason, State

TEXT_LENGTH = 10 * BACKGROUND_LENGTH
"""Characters kept of a question's text; the original message holds the rest."""


def board(connection: Connection, office_hour: str) -> dict[State, list[Question]]:
    """All questions of an office hour by state, and with the new ones those that belong to no office hour yet."""
    columns: dict[State, list[Question]] = {state: [] for state in State}
    for belongs in (None, office_hour):
        for question in store.of_office_hour(connection, belongs, State):
            columns[question.state].append(question)
    return columns


def approve(connection: Connection, question: Question, *, by: str) -> Question:
    """Raises MoveRefused, Overtaken."""
    return store.move(connection, question, State.APPROVED, by=by)


def reject(connection: Connection, question: Question, reason: Reason, *, by: str) -> Question:
    """Raises MoveRefused (also for a reason that is not on the list), Overtaken."""
    if reason not in REJECTIONS:
        raise MoveRefused(f"{reason.value} is not a reason to reject a question")
    return store.move(connection, question, State.REJECTED, by=by, reason=reason)


def fetch_back(connection: Connection, question: Question, *, by: str) -> Question:
    """Make a rejected or set-aside question new again. Raises MoveRefused, Overtaken."""
    return store.move(connection, question, State.NEW, by=by)


def assign(connection: Connection, question: Question, office_hour: str) -> Question:
    """Give a question that stands in no queue to another office hour. Raises MoveRefused, Overtaken."""
    if question.state not in {State.NEW, State.SET_ASIDE, State.REJECTED, State.APPROVED}:
        raise MoveRefused(f"a question that is {question.state.value} stays with its office hour")
    return store.change(connection, question, office_hour=office_hour)


def reword(connection: Connection, question: Question, *, text: str, author: str | None = None) -> Question:
    """Change what will be shown; the original text stays. Raises MoveRefused, Overtaken."""
    if question.state in {State.ON_AIR, State.ANSWERED, State.NOT_REACHED}:
        raise MoveRefused(f"a question that is {question.state.value} keeps its words")
    values = {"text": text.strip()[:TEXT_LENGTH]}
    if author is not None:
        values["author"] = author.strip()[:80]
    return store.change(connection, question, **values)
