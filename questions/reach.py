"""Contacts come in, whether and by which private link an asker is reached goes out; stopping and erasing.

Only fingerprints stand here: of the address, to find all that one person asked, and of the link's text. The text
itself is made anew from the installation's key when a letter is written.
"""

import hashlib
from dataclasses import asdict, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import UtcDateTime, metadata, row_as, rows_as
from ingest.officehours import State
from ingest.secrets import Safe
from ingest.store import office_hours
from questions import store
from questions.letter import Reach
from questions.question import BY_THEMSELVES, Question

question_reach = sa.Table(
    "question_reach",
    metadata,
    sa.Column("question", sa.ForeignKey("questions.id"), primary_key=True),
    sa.Column("address", sa.String(64), nullable=False, index=True),
    sa.Column("token", sa.String(64), nullable=False, unique=True),
    sa.Column("confirmed_at", UtcDateTime),
    sa.Column("stopped_at", UtcDateTime),
    sa.Column("dead_at", UtcDateTime),
)


def token_of(question: str, safe: Safe) -> str:
    """The secret text of the private link in letters; only who reads the mailbox knows it."""
    return safe.fingerprint(f"letters about {question}")


def begin(
    connection: Connection, question: Question, address: str, safe: Safe, at: datetime, *, proven: bool = True
) -> Reach:
    """Note that the asker can be written to; a "stop" of before holds, a dead address that writes is alive.

    Without `proven` nothing says that the address is the asker's, whatever way the question came.
    """
    own = proven and question.channel in BY_THEMSELVES
    reach = Reach(
        question=question.id,
        address=safe.fingerprint(address.casefold()),
        token=_digest(token_of(question.id, safe)),
        confirmed_at=at if own else None,
    )
    others = of_address(connection, reach.address)
    if own:
        _set(connection, question_reach.c.address == reach.address, dead_at=None)
    stopped = min((each.stopped_at for each in others if each.stopped_at), default=None)
    dead = None if own else min((each.dead_at for each in others if each.dead_at), default=None)
    reach = replace(reach, stopped_at=stopped, dead_at=dead)
    connection.execute(question_reach.insert().values(**asdict(reach)))
    return reach


def begin_as(connection: Connection, question: Question, known: Reach, safe: Safe) -> Reach:
    """The same asker is reached about another question as about the one before, with a link of its own."""
    reach = replace(known, question=question.id, token=_digest(token_of(question.id, safe)))
    connection.execute(question_reach.insert().values(**asdict(reach)))
    return reach


def of(connection: Connection, question: str) -> Reach | None:
    """How the asker of a question is reached, or None."""
    return row_as(Reach, connection, sa.select(question_reach).where(question_reach.c.question == question))


def of_address(connection: Connection, address: str) -> list[Reach]:
    """All that one address asked, by the address's fingerprint."""
    return rows_as(Reach, connection, sa.select(question_reach).where(question_reach.c.address == address))


def behind(connection: Connection, token: str) -> Reach | None:
    """The reach whose letters hold this private link."""
    return row_as(Reach, connection, sa.select(question_reach).where(question_reach.c.token == _digest(token)))


def confirm(connection: Connection, reach: Reach, at: datetime) -> None:
    """The owner of the mailbox says that the question is theirs."""
    unspoken = question_reach.c.confirmed_at.is_(None)
    _set(connection, (question_reach.c.question == reach.question) & unspoken, confirmed_at=at)


def stop(connection: Connection, reach: Reach, at: datetime) -> None:
    """No more letters to this address, about any question, also a later one."""
    _set(connection, (question_reach.c.address == reach.address) & question_reach.c.stopped_at.is_(None), stopped_at=at)


def resume(connection: Connection, reach: Reach) -> None:
    """Letters are wished for again."""
    _set(connection, question_reach.c.address == reach.address, stopped_at=None)


def mark_dead(connection: Connection, address: str, at: datetime) -> None:
    """Mail to this address comes back: none is sent there any more."""
    _set(connection, (question_reach.c.address == address) & question_reach.c.dead_at.is_(None), dead_at=at)


def forget(connection: Connection, question: str) -> None:
    """Nobody is reached about this question any more, and contact and original are gone."""
    store.forget(connection, question)
    connection.execute(question_reach.delete().where(question_reach.c.question == question))


def writable(connection: Connection, since: datetime, until: datetime) -> list[Reach]:
    """Open reaches of questions that changed since then, or whose office hour begins soon, was moved or is off."""
    joined = question_reach.join(store.questions).outerjoin(office_hours)
    soon = office_hours.c.starts_at.between(until, until + timedelta(days=1))
    # Cancelled as late as a whole day of it after its start; `letter.due` knows when it is planned to be over.
    moved = office_hours.c.moved_at > since
    off = (office_hours.c.state == State.CANCELLED) & (office_hours.c.starts_at > until - timedelta(days=1))
    query = (
        sa.select(question_reach)
        .select_from(joined)
        .where(question_reach.c.stopped_at.is_(None), question_reach.c.dead_at.is_(None))
        .where((store.questions.c.changed_at > since) | soon | off | moved)
    )
    return rows_as(Reach, connection, query)


def _set(connection: Connection, which: sa.ColumnElement[bool], **values: datetime | None) -> None:
    connection.execute(question_reach.update().where(which).values(**values))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
