"""Questions are handed to departments by a link without account; rows of what was asked, written and decided.

A briefing note is seen by host and staff. A draft answer waits for the host, who approves it on one page for all drafts
of an office hour; then it goes to all who asked (`answers.give`).
"""

import hashlib
import secrets
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events, steps
from ingest.database import EnumText, UtcDateTime, metadata, random_id, row_as, rows_as
from ingest.secrets import Safe
from ingest.store import Overtaken
from questions import answers, store
from questions.errand import (
    NAME_LENGTH,
    NOTE_LENGTH,
    TEXT_LENGTH,
    WAITING,
    Errand,
    ErrandRefused,
    Line,
    Notice,
    Purpose,
    State,
    check_move,
    needs_reminder,
)
from questions.letter import LetterState
from questions.question import Question, one_line, plain

ERRAND = "questions.errand"
DEPARTMENT, HOST, CLOCK = "department", "host", "clock"

errands = sa.Table(
    "errands",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("question", sa.ForeignKey("questions.id"), nullable=False, index=True),
    sa.Column("purpose", EnumText(Purpose), nullable=False),
    sa.Column("state", EnumText(State), nullable=False, index=True),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("sealed_link", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("remark", sa.Text, nullable=False),
    sa.Column("asked_by", sa.String(64), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("reminded_at", UtcDateTime),
    sa.Column("told", EnumText(LetterState)),
    sa.Column("notice", EnumText(Notice)),
    sa.Column("step", sa.String(32)),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
)
errand_lines = sa.Table(
    "errand_lines",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("errand", sa.ForeignKey("errands.id"), nullable=False, index=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("state", EnumText(State), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
host_desks = sa.Table(
    "host_desks",
    metadata,
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("sealed_link", sa.Text, nullable=False),
)


def ask(
    connection: Connection,
    question: Question,
    *,
    purpose: Purpose,
    department: str,
    address: str,
    due_on: date,
    note: str,
    by: str,
    safe: Safe,
    at: datetime,
) -> Errand:
    """Hand it over. With an address the department gets a mail, without one staff pass the link on."""
    id, token = random_id(), secrets.token_urlsafe(24)
    errand = Errand(
        id=id, question=question.id, purpose=purpose, state=State.ASKED,
        department=one_line(plain(department), NAME_LENGTH), sealed=safe.seal(address) if address else "",
        digest=_digest(token), sealed_link=safe.seal(token), note=plain(note)[:NOTE_LENGTH], due_on=due_on, text="",
        remark="", asked_by=by, asked_at=at, changed_at=at,
    )  # fmt: skip
    connection.execute(errands.insert().values(**asdict(errand)))
    _remember(connection, errand, by, State.ASKED, errand.note, at)
    _tell(connection, errand, Notice.ASKED, at)
    _news(connection, question)
    return get(connection, id)


def write(connection: Connection, errand: Errand, text: str, at: datetime) -> Errand:
    """The department has written, or writes anew. Raises ErrandRefused, Overtaken."""
    text = plain(text)[:TEXT_LENGTH]
    if not text:
        raise ErrandRefused("there are no words in it")
    return _move(connection, errand, State.WRITTEN, DEPARTMENT, text, at, text=text)


def approve(connection: Connection, errand: Errand, text: str, *, by: str, at: datetime) -> Question:
    """The host takes the draft, or own words for it: it goes to all who asked. Raises ErrandRefused, Overtaken."""
    text = plain(text)[:TEXT_LENGTH] or errand.text
    _move(connection, errand, State.APPROVED, by, text, at, text=text)
    return answers.give(connection, store.get(connection, errand.question), text, by=by, at=at)


def send_back(connection: Connection, errand: Errand, remark: str, *, by: str, at: datetime) -> Errand:
    """Not so: the department hears why. Raises ErrandRefused, Overtaken."""
    remark = plain(remark)[:NOTE_LENGTH]
    returned = _move(connection, errand, State.RETURNED, by, remark, at, remark=remark, reminded_at=None)
    _tell(connection, returned, Notice.RETURNED, at)
    return get(connection, errand.id)


def call_off(connection: Connection, errand: Errand, *, by: str, at: datetime) -> Errand:
    """It is no longer needed; the link says so. Raises ErrandRefused, Overtaken."""
    return _move(connection, errand, State.CALLED_OFF, by, "", at)


def remind_due(connection: Connection, today: date, at: datetime) -> int:
    """Write down the reminders that are due. Returns how many."""
    waiting = rows_as(Errand, connection, sa.select(errands).where(errands.c.state.in_(list(WAITING))))
    due = [errand for errand in waiting if needs_reminder(errand, today)]
    for errand in due:
        connection.execute(errands.update().where(errands.c.id == errand.id).values(reminded_at=at))
        _remember(connection, errand, CLOCK, errand.state, "", at)
        _tell(connection, errand, Notice.REMINDER, at)
    return len(due)


def get(connection: Connection, id: str) -> Errand:
    """Raises LookupError."""
    found = row_as(Errand, connection, sa.select(errands).where(errands.c.id == id))
    if found is None:
        raise LookupError(f"no errand {id}")
    return found


def behind(connection: Connection, token: str) -> Errand | None:
    """What a department's link belongs to."""
    return row_as(Errand, connection, sa.select(errands).where(errands.c.digest == _digest(token)))


def of_question(connection: Connection, question: str) -> list[Errand]:
    """All departments that were asked about a question, the newest first."""
    query = sa.select(errands).where(errands.c.question == question).order_by(errands.c.asked_at.desc())
    return rows_as(Errand, connection, query)


def of_office_hour(connection: Connection, office_hour: str, states: frozenset[State]) -> list[Errand]:
    """What is at departments about an office hour's questions, the first due first."""
    query = (
        sa.select(errands)
        .join(store.questions, store.questions.c.id == errands.c.question)
        .where(store.questions.c.office_hour == office_hour, errands.c.state.in_(list(states)))
        .order_by(errands.c.due_on, errands.c.asked_at)
    )
    return rows_as(Errand, connection, query)


def briefings(connection: Connection, question: str) -> list[Errand]:
    """What departments have written for host and staff, the newest first."""
    found = of_question(connection, question)
    return [each for each in found if each.purpose is Purpose.BRIEFING and each.state is State.WRITTEN]


def history(connection: Connection, errand: str) -> list[Line]:
    """Who did what when, the oldest first."""
    query = sa.select(errand_lines).where(errand_lines.c.errand == errand).order_by(errand_lines.c.id)
    return rows_as(Line, connection, query)


def forget(connection: Connection, question: str) -> None:
    """Whatever departments wrote about a question goes with it."""
    mine = sa.select(errands.c.id).where(errands.c.question == question)
    connection.execute(errand_lines.delete().where(errand_lines.c.errand.in_(mine)))
    connection.execute(errands.delete().where(errands.c.question == question))


# The host's one link to all drafts of an office hour


def desk_of(connection: Connection, office_hour: str, safe: Safe) -> str:
    """The secret text of the host's link, made at the first need."""
    query = sa.select(host_desks.c.sealed_link).where(host_desks.c.office_hour == office_hour)
    sealed = connection.scalar(query)
    if sealed:
        return safe.open(sealed)
    token = secrets.token_urlsafe(24)
    row = {"office_hour": office_hour, "digest": _digest(token), "sealed_link": safe.seal(token)}
    connection.execute(host_desks.insert().values(**row))
    return token


def known_desk(connection: Connection, office_hour: str, safe: Safe) -> str:
    """The same, or nothing before the first need."""
    sealed = connection.scalar(sa.select(host_desks.c.sealed_link).where(host_desks.c.office_hour == office_hour))
    return safe.open(sealed) if sealed else ""


def renew_desk(connection: Connection, office_hour: str, safe: Safe) -> str:
    """A new link; the one before stops working."""
    connection.execute(host_desks.delete().where(host_desks.c.office_hour == office_hour))
    return desk_of(connection, office_hour, safe)


def office_hour_behind(connection: Connection, token: str) -> str | None:
    """The office hour whose drafts a host's link opens."""
    return connection.scalar(sa.select(host_desks.c.office_hour).where(host_desks.c.digest == _digest(token)))


# How far the mail to the department is


def moved(
    connection: Connection, errand: Errand, start: tuple[LetterState, ...], goal: LetterState, **values: Any
) -> bool:
    """Compare and set how far the mail is; False when it is in none of the states `start`."""
    where = (errands.c.id == errand.id) & (errands.c.step == errand.step) & errands.c.told.in_(start)
    return bool(connection.execute(errands.update().where(where).values(told=goal, **values)).rowcount)


def _tell(connection: Connection, errand: Errand, notice: Notice, at: datetime) -> None:
    if not errand.sealed:
        return
    parameters = {"errand": errand.id, "notice": notice.value}
    step = steps.add(connection, kind=ERRAND, parameters=parameters, priority=4, again=at.isoformat())
    values = {"told": LetterState.WAITING, "notice": notice, "step": step, "tries": 0, "error": ""}
    connection.execute(errands.update().where(errands.c.id == errand.id).values(**values))


def _move(
    connection: Connection, errand: Errand, goal: State, by: str, said: str, at: datetime, **values: Any
) -> Errand:
    check_move(errand, goal)
    where = (errands.c.id == errand.id) & (errands.c.changed_at == errand.changed_at)
    if connection.execute(errands.update().where(where).values(state=goal, changed_at=at, **values)).rowcount != 1:
        raise Overtaken(f"errand {errand.id} was changed by somebody else")
    _remember(connection, errand, by, goal, said, at)
    _news(connection, store.get(connection, errand.question))
    return get(connection, errand.id)


def _remember(connection: Connection, errand: Errand, by: str, state: State, text: str, at: datetime) -> None:
    row = {"errand": errand.id, "at": at, "by": by, "state": state, "text": text}
    connection.execute(errand_lines.insert().values(**row))


def _news(connection: Connection, question: Question) -> None:
    events.write(connection, "question", question.office_hour, question.id)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
