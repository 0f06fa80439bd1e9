"""A moderator's decisions come in, moved questions go out. `by` is the account's id, for the history."""

import hashlib

from sqlalchemy.engine import Connection

from ingest.store import Overtaken
from questions import store
from questions.question import (
    BACKGROUND_LENGTH,
    KEEPING_WORDS,
    REJECTIONS,
    SPEAKING_FOR_OTHERS,
    TOPIC_LENGTH,
    Change,
    MoveRefused,
    Question,
    Reason,
    State,
    check_undo,
    one_line,
    plain,
    tags_text,
)

TEXT_LENGTH = 10 * BACKGROUND_LENGTH
"""Characters kept of a question's text; the original message holds the rest."""


def approve(connection: Connection, question: Question, *, by: str) -> Question:
    """Raises MoveRefused, Overtaken."""
    return store.move(connection, question, State.APPROVED, by=by)


def reject(connection: Connection, question: Question, reason: Reason, *, by: str) -> Question:
    """Raises MoveRefused (also for a reason that is not on the list), Overtaken."""
    if reason not in REJECTIONS:
        raise MoveRefused(f"{reason.value} is not a reason to reject a question")
    return store.move(connection, question, State.REJECTED, by=by, reason=reason)


def fetch_back(connection: Connection, question: Question, *, by: str) -> Question:
    """Make a rejected, merged or set-aside question new again. Raises MoveRefused, Overtaken."""
    if question.reason is Reason.PRIVATE_MESSAGE:
        raise MoveRefused("a private message is never published")
    return store.move(connection, question, State.NEW, by=by, merged_into=None)


def merge(connection: Connection, question: Question, into: Question, *, by: str) -> Question:
    """Let `into`, which asks the same, speak for `question` too. Raises MoveRefused, Overtaken."""
    if question.id == into.id or into.state not in SPEAKING_FOR_OTHERS:
        raise MoveRefused(f"nothing can be merged into a question that is {into.state.value}")
    if into.office_hour is None or question.office_hour not in {None, into.office_hour}:
        raise MoveRefused("the two questions belong to different office hours")
    if question.office_hour is None:
        question = assign(connection, question, into.office_hour)
    return store.move(connection, question, State.MERGED, by=by, merged_into=into.id)


def undo(connection: Connection, change: Change, *, by: str) -> Question:
    """Take a question's last move back. Raises MoveRefused, Overtaken."""
    return store.move_back(connection, store.get(connection, change.question), change, by=by)


def last_move(connection: Connection, office_hour: str, by: str) -> Change | None:
    """What somebody could undo with one key: their newest move in an office hour, if it can be undone."""
    change = store.last_change_by(connection, office_hour, by)
    if change is None or store.history(connection, change.question)[-1].id != change.id:
        return None
    return change if can_undo(change) else None


def can_undo(change: Change) -> bool:
    """True unless everybody has seen what the move did."""
    try:
        check_undo(change.start, change.goal)
    except MoveRefused:
        return False
    return True


def assign(connection: Connection, question: Question, office_hour: str) -> Question:
    """Give a question that stands in no queue to another office hour. Raises MoveRefused, Overtaken."""
    if question.state not in {State.NEW, State.SET_ASIDE, State.REJECTED, State.APPROVED}:
        raise MoveRefused(f"a question that is {question.state.value} stays with its office hour")
    return store.change(connection, question, office_hour=office_hour)


def reword(
    connection: Connection, question: Question, *, text: str, author: str | None = None, was: str | None = None
) -> Question:
    """Change what will be shown; the original text stays. Raises MoveRefused, Overtaken.

    `was` is the `print_of` the text that the writer saw: what a colleague has written meanwhile is not lost.
    """
    if question.state in KEEPING_WORDS:
        raise MoveRefused(f"a question that is {question.state.value} keeps its words")
    if was is not None and was != print_of(question.text):
        raise Overtaken(f"question {question.id} was reworded by somebody else")
    values: dict[str, object] = {"text": text.strip()[:TEXT_LENGTH]}
    if values["text"] != question.text:
        values["reworded"] = True
    if author is not None:
        values["author"] = author.strip()[:80]
    return store.change(connection, question, **values)


def print_of(text: str) -> str:
    """Some digits by which a page and its reader know whether they mean the same words."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def look_after(connection: Connection, question: Question, account: str | None) -> Question:
    """Say who looks after a question; None: nobody. It stands in the history of nobody, as it moves nothing."""
    return store.change(connection, question, owner=account)


def sort(connection: Connection, question: Question, *, topic: str, tags: str) -> Question:
    """What a question is about, in the office's words; only staff see it."""
    return store.change(connection, question, topic=one_line(plain(topic), TOPIC_LENGTH), tags=tags_text(tags))
