"""A moment comes in, what is kept of people longer than it is needed goes out, and is erased: dry until `erase`.

Two terms, counted from the end of the office hour, or from what happened to a question last. First the messages as they
came in go; then everything that says who asked: contact, links, letters' errors, votes' owners, what departments
wrote, and the words of questions that were never on the list. What everybody could read stays with its count, so that
"14 of 20 answered" and every link to a question stay true.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import random_id
from ingest.store import office_hours
from questions import again, errands, lists, mine, store, support
from questions.lists import SHOWN
from questions.question import Channel

AT_ONCE = 500
"""Questions a look, so that the transaction stays short; the next look takes more."""
LONGEST = timedelta(days=365)
"""An asker who wishes to be asked again, or was promised a day, is known until then, but no longer than this."""
CHOSEN = frozenset({Channel.FORM, Channel.GUEST})
"""Whoever came this way chose the name that is shown."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Days after the end of an office hour for which messages as they came in, and their askers, are kept."""

    originals_days: int
    askers_days: int


@dataclass(frozen=True, kw_only=True)
class Due:
    """Ids of questions: those whose original goes, and those whose asker is forgotten."""

    originals: tuple[str, ...]
    askers: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not (self.originals or self.askers)


def due(connection: Connection, at: datetime, terms: Terms) -> Due:
    """What is past its term at this moment; nothing is changed."""
    questions = store.questions
    held = sa.select(store.question_originals.c.question)
    wished = [wish.question for wish in again.open_ones(connection) if at - wish.at < LONGEST]
    known = questions.c.forgotten_at.is_(None) & questions.c.id.not_in(wished)
    return Due(
        originals=_still(connection, questions.c.id.in_(held), at - timedelta(days=terms.originals_days)),
        askers=_still(connection, known, at - timedelta(days=terms.askers_days)),
    )


def _still(connection: Connection, which: sa.ColumnElement[bool], before: datetime) -> tuple[str, ...]:
    """Questions of which nothing has happened since then and whose office hour and promised day were over by then."""
    questions, promises = store.questions, lists.question_lists
    end = sa.func.coalesce(office_hours.c.ended_at, office_hours.c.starts_at)
    query = (
        sa.select(questions.c.id)
        .select_from(
            questions.outerjoin(office_hours, office_hours.c.id == questions.c.office_hour).outerjoin(
                promises, promises.c.office_hour == questions.c.office_hour
            )
        )
        .where(which, questions.c.changed_at < before)
        .where(questions.c.office_hour.is_(None) | (end < before))
        .where(promises.c.due_on.is_(None) | (promises.c.due_on < before.date()))
        .order_by(questions.c.changed_at)
        .limit(AT_ONCE)
    )
    return tuple(connection.scalars(query))


def erase(connection: Connection, due: Due, at: datetime) -> int:
    """Erase it. Returns how many questions that touched; a second time nothing is due."""
    originals = store.question_originals
    connection.execute(originals.delete().where(originals.c.question.in_(due.originals)))
    for id in due.askers:
        _forget(connection, id, at)
    touched = {*due.originals, *due.askers}
    hours = sa.select(store.questions.c.office_hour).where(store.questions.c.id.in_(touched)).distinct()
    for office_hour in list(connection.scalars(hours)):
        if office_hour is not None:
            events.write(connection, "question", office_hour, office_hour)
    return len(touched)


def _forget(connection: Connection, id: str, at: datetime) -> None:
    question = store.get(connection, id)
    mine.forget(connection, id)
    mine.unlink(connection, id)
    errands.forget(connection, id)
    again.forget(connection, id)
    _loosen_votes(connection, id)
    public = question.state in SHOWN
    kept = {
        "text": question.text if public else "",
        "author": question.author if public and question.channel in CHOSEN else "",
    }
    row = store.questions.c.id == id
    connection.execute(
        store.questions.update()
        .where(row)
        .values(
            **kept, subject="", original_text="", background="", topic="", tags="", sender=None, owner=None,
            forgotten_at=at, changed_at=at,
        )
    )  # fmt: skip


def _loosen_votes(connection: Connection, id: str) -> None:
    """Votes are counted on, but nobody can be known by them any more: each has a new random owner."""
    table = support.question_supports
    for supporter in list(connection.scalars(sa.select(table.c.supporter).where(table.c.question == id))):
        which = (table.c.question == id) & (table.c.supporter == supporter)
        connection.execute(table.update().where(which).values(supporter=f"{random_id()}{random_id()}"))
