"""A text approved by the office comes in, it stands on the question's page and all who asked are told.

It is the answer of a question that was not on air, or the short text beside a film that remains when the film is gone.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import UtcDateTime, metadata, row_as
from questions import letters, store
from questions.letter import Kind
from questions.question import MoveRefused, Question, State, plain

TEXT_LENGTH = 4000
AFTER_THE_FILM = frozenset({State.ANSWERED, State.IN_WRITING})
"""States in which a text is put beside the answer there is, or replaces an older text."""

question_answers = sa.Table(
    "question_answers",
    metadata,
    sa.Column("question", sa.ForeignKey("questions.id"), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("written_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime),
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A written answer as everybody reads it; `by` is the account or the host's page that approved it."""

    question: str
    text: str
    by: str
    written_at: datetime
    changed_at: datetime | None = None


def give(connection: Connection, question: Question, text: str, *, by: str, at: datetime) -> Question:
    """Publish the text; askers of a question that was open hear of it. Raises MoveRefused, Overtaken."""
    text = plain(text)[:TEXT_LENGTH]
    if not text:
        raise MoveRefused("an answer needs words")
    known = of(connection, question.id)
    if known is not None:
        mine = question_answers.c.question == question.id
        connection.execute(question_answers.update().where(mine).values(text=text, by=by, changed_at=at))
    else:
        row = Answer(question=question.id, text=text, by=by, written_at=at)
        connection.execute(question_answers.insert().values(**asdict(row)))
    if question.state in AFTER_THE_FILM:
        events.write(connection, "question", question.office_hour, question.id)
        return question
    done = store.move(connection, question, State.IN_WRITING, by=by, position=None)
    letters.answered(connection, done, address(done), Kind.WRITTEN)
    return done


def of(connection: Connection, question: str) -> Answer | None:
    """The written answer to a question."""
    return row_as(Answer, connection, sa.select(question_answers).where(question_answers.c.question == question))


def forget(connection: Connection, question: str) -> None:
    """The text goes with the question it answers."""
    connection.execute(question_answers.delete().where(question_answers.c.question == question))


def address(question: Question) -> str:
    """The path of a question's own page."""
    return f"/q/{question.id}"
