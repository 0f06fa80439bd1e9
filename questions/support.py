"""Somebody wants to know as well: one voice a person for each question, taken back by the same person.

A person is a browser that keeps a secret text; only its digest is stored. The text opens a private page with all that
its holder supports, so that nobody needs an account or a mail address to take a voice back.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from ingest import events
from ingest.database import UtcDateTime, metadata
from questions import store
from questions.lists import SUPPORTED
from questions.question import MoveRefused, Question

question_supports = sa.Table(
    "question_supports",
    metadata,
    sa.Column("question", sa.ForeignKey("questions.id"), primary_key=True),
    sa.Column("supporter", sa.String(64), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("ix_question_supports_supporter", "supporter"),
)


def digest(token: str) -> str:
    """What is stored of a supporter's secret text."""
    return hashlib.sha256(f"supporter {token}".encode()).hexdigest()


def give(connection: Connection, question: Question, supporter: str, at: datetime) -> bool:
    """One voice more; False when this person gave theirs before. Raises MoveRefused when it changes nothing."""
    if question.state not in SUPPORTED:
        raise MoveRefused(f"a question that is {question.state.value} needs no support")
    row = {"question": question.id, "supporter": supporter, "at": at}
    try:
        with connection.begin_nested():
            connection.execute(question_supports.insert().values(**row))
    except IntegrityError:
        return False
    events.write(connection, "support", question.office_hour, question.id)
    return True


def take_back(connection: Connection, question: Question, supporter: str) -> bool:
    """One voice less; False when there was none."""
    mine = (question_supports.c.question == question.id, question_supports.c.supporter == supporter)
    if not connection.execute(question_supports.delete().where(*mine)).rowcount:
        return False
    events.write(connection, "support", question.office_hour, question.id)
    return True


def counts(connection: Connection, questions: Iterable[str]) -> dict[str, int]:
    """Voices of each of these questions; none are left out."""
    table = question_supports.c
    query = sa.select(table.question, sa.func.count()).where(table.question.in_(list(questions)))
    return {row[0]: row[1] for row in connection.execute(query.group_by(table.question))}


def counts_in(connection: Connection, office_hour: str) -> dict[str, int]:
    """Voices of each question of an office hour."""
    query = (
        sa.select(question_supports.c.question, sa.func.count())
        .join(store.questions, store.questions.c.id == question_supports.c.question)
        .where(store.questions.c.office_hour == office_hour)
    )
    return {row[0]: row[1] for row in connection.execute(query.group_by(question_supports.c.question))}


def of(connection: Connection, supporter: str) -> list[Question]:
    """All that somebody supports, the newest first."""
    mine = sa.select(question_supports.c.question).where(question_supports.c.supporter == supporter)
    found = store.by_ids(connection, connection.scalars(mine.order_by(question_supports.c.at.desc())))
    return sorted(found.values(), key=lambda question: question.asked_at, reverse=True)


def forget(connection: Connection, supporter: str) -> int:
    """All voices of somebody are taken back. Returns how many."""
    return sum(take_back(connection, question, supporter) for question in of(connection, supporter))


def forget_question(connection: Connection, question: str) -> None:
    """Nobody supports a question that is gone."""
    connection.execute(question_supports.delete().where(question_supports.c.question == question))


def shuffled(ids: Sequence[str], seed: str) -> list[str]:
    """An order by chance, the same each time for the same person: nothing is on top because it came first."""
    return sorted(ids, key=lambda id: hashlib.sha256(f"{seed} {id}".encode()).digest())
