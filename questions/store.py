"""Tables of questions, their history, contacts and originals, and all that touches them.

Contacts and originals hold only what `ingest.secrets.Safe` sealed, in tables of their own, so that each can be
erased without the question. Every change of a state compares and sets, writes history and tells an event.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from ingest import events
from ingest.database import EnumText, UtcDateTime, metadata, now, row_as, rows_as
from ingest.store import NotFound, Overtaken
from questions.question import (
    TAKING_BACK,
    Change,
    Channel,
    MoveRefused,
    Question,
    Reason,
    State,
    check_move,
    check_undo,
)

questions = sa.Table(
    "questions",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), index=True),
    sa.Column("state", EnumText(State), nullable=False, index=True),
    sa.Column("channel", EnumText(Channel), nullable=False),
    sa.Column("message", sa.String(64), nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("original_text", sa.Text, nullable=False),
    sa.Column("background", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("unreadable", sa.Boolean, nullable=False),
    sa.Column("reason", EnumText(Reason)),
    sa.Column("position", sa.Integer),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("reworded", sa.Boolean, nullable=False),
    sa.Column("merged_into", sa.ForeignKey("questions.id"), index=True),
    sa.Column("sender", sa.String(64), index=True),
    sa.Column("owner", sa.String(32)),
    sa.Column("topic", sa.String(80), nullable=False, server_default=""),
    sa.Column("tags", sa.Text, nullable=False, server_default=""),
    sa.Column("forgotten_at", UtcDateTime),
    sa.UniqueConstraint("channel", "message"),
    sa.Index("ix_questions_office_hour_state", "office_hour", "state"),
    sa.Index("ix_questions_office_hour_changed_at", "office_hour", "changed_at"),
)
sa.Index(
    "uq_questions_on_air",
    questions.c.office_hour,
    unique=True,
    sqlite_where=sa.text("state = 'on_air'"),
    postgresql_where=sa.text("state = 'on_air'"),
)
question_changes = sa.Table(
    "question_changes",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("question", sa.ForeignKey("questions.id"), nullable=False, index=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("start", EnumText(State)),
    sa.Column("goal", EnumText(State), nullable=False),
    sa.Column("reason", EnumText(Reason)),
    sqlite_autoincrement=True,
)
question_contacts = sa.Table(
    "question_contacts",
    metadata,
    sa.Column("question", sa.ForeignKey("questions.id"), primary_key=True),
    sa.Column("sealed", sa.Text, nullable=False),
)
question_originals = sa.Table(
    "question_originals",
    metadata,
    sa.Column("question", sa.ForeignKey("questions.id"), primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)


def add(connection: Connection, question: Question, *, by: str, contact: str = "", original: bytes = b"") -> bool:
    """Write a question down with what `contact` and `original` hold, both sealed; False when it is known already."""
    try:
        with connection.begin_nested():
            connection.execute(questions.insert().values(**asdict(question)))
    except IntegrityError:
        if known(connection, question.channel, question.message):
            return False
        raise
    keep(connection, question.id, contact=contact, original=original)
    _remember(connection, question, by, None, question.state, question.reason)
    return True


def keep(connection: Connection, question: str, *, contact: str, original: bytes) -> None:
    """Write contact and original of a question down, as sealed; either may be empty."""
    if contact:
        connection.execute(question_contacts.insert().values(question=question, sealed=contact))
    if original:
        connection.execute(question_originals.insert().values(question=question, sealed=original))


def known(connection: Connection, channel: Channel, message: str) -> bool:
    """True when this message of this channel came in before."""
    query = sa.select(questions.c.id).where(questions.c.channel == channel, questions.c.message == message)
    return connection.scalar(query) is not None


def count_of_sender(connection: Connection, sender: str, since: datetime) -> int:
    """How many questions of a sender came in since then, by our own clock."""
    query = (
        sa.select(sa.func.count())
        .select_from(question_changes.join(questions))
        .where(questions.c.sender == sender, question_changes.c.start.is_(None), question_changes.c.at >= since)
    )
    return connection.scalar(query) or 0


def count_of(connection: Connection, sender: str) -> int:
    """How many questions of a sender there are."""
    return connection.scalar(sa.select(sa.func.count()).where(questions.c.sender == sender)) or 0


def get(connection: Connection, id: str) -> Question:
    """Raises NotFound."""
    question = row_as(Question, connection, sa.select(questions).where(questions.c.id == id))
    if question is None:
        raise NotFound(f"no question {id}")
    return question


def of_office_hour(connection: Connection, office_hour: str | None, states: Iterable[State]) -> list[Question]:
    """Questions of an office hour (None: of none yet) in one of `states`: the queue's order, then the oldest first."""
    belongs = questions.c.office_hour.is_(None) if office_hour is None else questions.c.office_hour == office_hour
    query = (
        sa.select(questions)
        .where(belongs, questions.c.state.in_(list(states)))
        .order_by(questions.c.position.is_(None), questions.c.position, questions.c.asked_at, questions.c.id)
    )
    return rows_as(Question, connection, query)


def by_ids(connection: Connection, ids: Iterable[str]) -> dict[str, Question]:
    """The questions with these ids that there are."""
    found = rows_as(Question, connection, sa.select(questions).where(questions.c.id.in_(set(ids))))
    return {question.id: question for question in found}


def move(
    connection: Connection, question: Question, goal: State, *, by: str, reason: Reason | None = None, **values: Any
) -> Question:
    """Compare and set; `values` are stored with it. Raises MoveRefused, Overtaken."""
    check_move(question.state, goal)
    return _set(connection, question, goal, by, reason, values)


def move_back(connection: Connection, question: Question, change: Change, *, by: str) -> Question:
    """Undo `change`, which must be the question's newest. Raises MoveRefused, Overtaken."""
    goal = check_undo(change.start, change.goal)
    lines = history(connection, question.id)
    if lines[-1].id != change.id or question.state is not change.goal:
        raise Overtaken(f"question {question.id} has been moved since")
    # The reason of a rejection comes back with it; a place in the queue is taken anew at its end.
    reason = next((line.reason for line in reversed(lines[:-1]) if line.goal is goal), None)
    position = last_position(connection, question.office_hour or "") + 1 if goal is State.QUEUED else None
    return _set(connection, question, goal, by, reason, {"position": position, "merged_into": None})


def take_back(connection: Connection, question: Question, *, by: str, position: int | None = None) -> Question:
    """What a change on air did to a question is undone within its seconds. Raises MoveRefused, Overtaken."""
    if question.state not in TAKING_BACK:
        raise MoveRefused(f"nothing is taken back of a question that is {question.state.value}")
    return _set(connection, question, TAKING_BACK[question.state], by, None, {"position": position})


def _set(
    connection: Connection, question: Question, goal: State, by: str, reason: Reason | None, values: dict[str, Any]
) -> Question:
    changed_at = now()
    try:
        with connection.begin_nested():
            changed = connection.execute(
                questions.update()
                .where(questions.c.id == question.id, questions.c.state == question.state)
                .values(state=goal, reason=reason, changed_at=changed_at, **values)
            )
    except IntegrityError as error:
        raise Overtaken("another question was put on air at the same moment") from error
    if changed.rowcount != 1:
        raise Overtaken(f"question {question.id} is no longer {question.state.value}")
    _remember(connection, question, by, question.state, goal, reason, changed_at)
    return get(connection, question.id)


def change(connection: Connection, question: Question, **values: Any) -> Question:
    """Store `values` without a move, unless somebody moved the question meanwhile. Raises Overtaken."""
    changed = connection.execute(
        questions.update()
        .where(questions.c.id == question.id, questions.c.changed_at == question.changed_at)
        .values(changed_at=now(), **values)
    )
    if changed.rowcount != 1:
        raise Overtaken(f"question {question.id} was changed by somebody else")
    fresh = get(connection, question.id)
    events.write(connection, "question", fresh.office_hour, question.id)
    return fresh


def of_sender(connection: Connection, sender: str) -> dict[str, Question]:
    """All mails of a sender."""
    found = rows_as(Question, connection, sa.select(questions).where(questions.c.sender == sender))
    return {question.id: question for question in found}


def merged_into(connection: Connection, question: str) -> list[Question]:
    """The questions that `question` speaks for."""
    return rows_as(Question, connection, sa.select(questions).where(questions.c.merged_into == question))


def merged_counts(connection: Connection, office_hour: str) -> dict[str, int]:
    """How many questions were merged into each of an office hour's, also by way of another; none are left out."""
    query = sa.select(questions.c.id, questions.c.merged_into).where(
        questions.c.office_hour == office_hour, questions.c.merged_into.is_not(None)
    )
    into = {row.id: row.merged_into for row in connection.execute(query)}
    counts: dict[str, int] = {}
    for speaker in into.values():
        seen = set()
        while speaker is not None and speaker not in seen:
            seen.add(speaker)
            counts[speaker] = counts.get(speaker, 0) + 1
            speaker = into.get(speaker)
    return counts


def last_change_by(connection: Connection, office_hour: str, by: str) -> Change | None:
    """The newest move somebody made in an office hour, or None."""
    query = (
        sa.select(question_changes)
        .join(questions, questions.c.id == question_changes.c.question)
        .where(questions.c.office_hour == office_hour, question_changes.c.by == by)
        .order_by(question_changes.c.id.desc())
        .limit(1)
    )
    return row_as(Change, connection, query)


def last_position(connection: Connection, office_hour: str) -> int:
    """The highest place in the queue of an office hour, 0 when it is empty."""
    query = sa.select(sa.func.max(questions.c.position)).where(questions.c.office_hour == office_hour)
    return connection.scalar(query) or 0


def history(connection: Connection, question: str) -> list[Change]:
    """Who moved a question, when and why, oldest first."""
    query = sa.select(question_changes).where(question_changes.c.question == question).order_by(question_changes.c.id)
    return rows_as(Change, connection, query)


def forget(connection: Connection, question: str) -> None:
    """Delete contact and original of a question."""
    for table in (question_contacts, question_originals):
        connection.execute(table.delete().where(table.c.question == question))


def sealed_contact(connection: Connection, question: str) -> str | None:
    """The asker's contact as sealed, or None when none was given or it is erased."""
    return connection.scalar(sa.select(question_contacts.c.sealed).where(question_contacts.c.question == question))


def sealed_original(connection: Connection, question: str) -> bytes | None:
    """The message as it came in, sealed, or None."""
    return connection.scalar(sa.select(question_originals.c.sealed).where(question_originals.c.question == question))


def _remember(
    connection: Connection,
    question: Question,
    by: str,
    start: State | None,
    goal: State,
    reason: Reason | None,
    at: datetime | None = None,
) -> None:
    connection.execute(
        question_changes.insert().values(
            question=question.id, at=at or now(), by=by, start=start, goal=goal, reason=reason
        )
    )
    events.write(connection, "question", question.office_hour, question.id)
