"""The wish of an asker, said by link, that a question which was not reached is asked again; `repeat.py` does it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import UtcDateTime, metadata, row_as, rows_as
from questions.question import MoveRefused, Question, State

question_wishes = sa.Table(
    "question_wishes",
    metadata,
    sa.Column("question", sa.ForeignKey("questions.id"), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("became", sa.String(32)),
)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Somebody wishes that their question is asked again; `became` is the new one."""

    question: str
    at: datetime
    became: str | None = None


def wish(connection: Connection, question: Question, at: datetime) -> None:
    """Note the wish, once. Raises MoveRefused for a question that is not open."""
    if question.state is not State.NOT_REACHED and question.state is not State.MERGED:
        raise MoveRefused(f"a question that is {question.state.value} is not asked again")
    if of(connection, question.id) is None:
        connection.execute(question_wishes.insert().values(question=question.id, at=at))


def drop(connection: Connection, question: Question) -> bool:
    """They changed their mind; False when it was asked again already."""
    mine = (question_wishes.c.question == question.id, question_wishes.c.became.is_(None))
    return bool(connection.execute(question_wishes.delete().where(*mine)).rowcount)


def of(connection: Connection, question: str) -> Wish | None:
    """The wish for a question."""
    return row_as(Wish, connection, sa.select(question_wishes).where(question_wishes.c.question == question))


def open_ones(connection: Connection) -> list[Wish]:
    """Wishes that nothing has come of yet, the oldest first."""
    waiting = sa.select(question_wishes).where(question_wishes.c.became.is_(None))
    return rows_as(Wish, connection, waiting.order_by(question_wishes.c.at))


def fulfil(connection: Connection, question: str, became: str) -> None:
    """It was asked again, as the question `became`."""
    mine = question_wishes.c.question == question
    connection.execute(question_wishes.update().where(mine).values(became=became))


def forget(connection: Connection, question: str) -> None:
    """That two questions were one person's is not known any more."""
    mine = (question_wishes.c.question == question) | (question_wishes.c.became == question)
    connection.execute(question_wishes.delete().where(mine))
