"""What happened to questions comes in, letters to their askers are written down, each kind once a question.

A letter is a row and a step (`questions.letter`, done in `delivery.py`). Answers are asked for by who publishes:
`answered(connection, question, address)`; all else follows from the state of the question (`letter.due`).
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events, steps
from ingest import store as ingest_store
from ingest.database import EnumText, UtcDateTime, metadata, now, random_id, row_as, rows_as
from ingest.officehours import State as HourState
from questions import reach, store
from questions.letter import DAILY, FIRST, LATEST, Kind, Letter, LetterState, Reach, due, may_write, tells_of_move
from questions.question import Channel, Question, State

LETTER = "questions.letter"
NEED_STAFF = (LetterState.DOUBTFUL, LetterState.REFUSED)
"""What a person should look at."""

letters = sa.Table(
    "letters",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("question", sa.ForeignKey("questions.id"), nullable=False, index=True),
    sa.Column("kind", EnumText(Kind), nullable=False),
    sa.Column("state", EnumText(LetterState), nullable=False),
    sa.Column("step", sa.String(32), nullable=False, unique=True),
    sa.Column("link", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("wanted_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.UniqueConstraint("question", "kind"),
)


def answered(connection: Connection, question: Question, address: str, kind: Kind = Kind.ANSWERED) -> int:
    """The answer is at `address`: tell the asker and all whose questions this one speaks for, each once.

    Returns how many letters are new. An asker who did not confirm, stopped letters or gave no address gets none.
    """
    new = 0
    for each in [question, *spoken_for(connection, question)]:
        known = reach.of(connection, each.id)
        if known is not None and may_write(known, kind):
            new += want(connection, known, kind, link=address) is not None
    return new


def not_reached(connection: Connection, question: Question) -> int:
    """There was no time for it: tell those whose questions were merged into it. Returns how many letters are new.

    Its own asker hears it by the state of the question, as every decision.
    """
    new = 0
    for each in spoken_for(connection, question):
        known = reach.of(connection, each.id)
        if known is not None and may_write(known, Kind.NOT_REACHED):
            new += want(connection, known, Kind.NOT_REACHED) is not None
    return new


def spoken_for(connection: Connection, question: Question) -> list[Question]:
    """Everybody's questions that were merged into this one, also by way of another."""
    found: list[Question] = []
    left = [question.id]
    seen = {question.id}
    while left:
        for each in store.merged_into(connection, left.pop()):
            if each.id not in seen:
                seen.add(each.id)
                found.append(each)
                left.append(each.id)
    return found


def want(
    connection: Connection,
    to: Reach,
    kind: Kind,
    *,
    link: str = "",
    at: datetime | None = None,
    since: datetime | None = None,
) -> Letter | None:
    """Write a letter down, in the transaction of what it tells of; None when this kind was written already.

    One of before `since` tells of something else, and the new one takes its place.
    """
    mine = (letters.c.question == to.question, letters.c.kind == kind)
    if since is not None:
        connection.execute(letters.delete().where(*mine, letters.c.wanted_at < since))
    if connection.scalar(sa.select(letters.c.id).where(*mine)) is not None:
        return None
    id = random_id()
    letter = Letter(
        id=id, question=to.question, kind=kind, state=LetterState.WAITING, link=link, tries=0, error="",
        step=steps.add(connection, kind=LETTER, parameters={"letter": id}, priority=4),
        wanted_at=at or now(), ended_at=None,
    )  # fmt: skip
    connection.execute(letters.insert().values(**asdict(letter)))
    return letter


def want_due(connection: Connection, at: datetime, zone: ZoneInfo, *, mail: bool = True, posts: bool = True) -> int:
    """Write down all letters that are due now and have a way to go. Returns how many."""
    new = 0
    reaches = reach.writable(connection, at - LATEST, at)
    questions = store.by_ids(connection, [each.question for each in reaches])
    known = kinds_known(connection, questions)
    hours = {hour.id: hour for hour in ingest_store.office_hours_in(connection, frozenset(HourState))}
    for each in reaches:
        question = questions[each.question]
        if not (posts if question.channel is Channel.MASTODON else mail):
            continue
        hour = hours.get(question.office_hour or "")
        moved_at = hour.moved_at if hour is not None and tells_of_move(hour, at) else None
        told = known.get(question.id, set()) - ({Kind.MOVED} if moved_at else set())
        for kind in due(question, each, hour, told, at, zone):
            if kind in FIRST and first_ones(connection, each.address, at - timedelta(days=1)) >= DAILY:
                continue
            if kind is Kind.MOVED and moved_at and knows_of_move(connection, question, each.address, moved_at):
                continue
            new += want(connection, each, kind, at=at, since=moved_at if kind is Kind.MOVED else None) is not None
    return new


def kinds_known(connection: Connection, questions: Iterable[str]) -> dict[str, set[Kind]]:
    """Which letters were written about each question."""
    found: dict[str, set[Kind]] = {}
    query = sa.select(letters.c.question, letters.c.kind).where(letters.c.question.in_(list(questions)))
    for row in connection.execute(query):
        found.setdefault(row.question, set()).add(row.kind)
    return found


def knows_of_move(connection: Connection, question: Question, address: str, moved_at: datetime) -> bool:
    """Whether an address has its one letter about this move, for whichever of its questions."""
    reached = reach.question_reach
    about = (store.questions.c.id == letters.c.question, reached.c.question == letters.c.question)
    query = (
        sa.select(letters.c.id)
        .where(*about, store.questions.c.office_hour == question.office_hour, reached.c.address == address)
        .where(letters.c.kind == Kind.MOVED, letters.c.wanted_at >= moved_at)
    )
    return connection.scalar(query.limit(1)) is not None


def first_ones(connection: Connection, address: str, since: datetime) -> int:
    """Confirmations and receipts written to an address since then."""
    query = (
        sa.select(sa.func.count())
        .select_from(letters.join(reach.question_reach, reach.question_reach.c.question == letters.c.question))
        .where(reach.question_reach.c.address == address, letters.c.kind.in_(FIRST), letters.c.wanted_at >= since)
    )
    return connection.scalar(query) or 0


def get(connection: Connection, id: str) -> Letter:
    """Raises LookupError."""
    letter = row_as(Letter, connection, sa.select(letters).where(letters.c.id == id))
    if letter is None:
        raise LookupError(f"no letter {id}")
    return letter


def by_steps(connection: Connection, ids: Iterable[str]) -> list[Letter]:
    """Letters whose Message-ID was made of one of these steps."""
    return rows_as(Letter, connection, sa.select(letters).where(letters.c.step.in_(list(ids))))


def move(
    connection: Connection, letter: Letter, start: Iterable[LetterState], goal: LetterState, **values: Any
) -> bool:
    """Compare and set; False when the letter is in none of the states `start`."""
    where = (letters.c.id == letter.id) & letters.c.state.in_(list(start))
    if not connection.execute(letters.update().where(where).values(state=goal, **values)).rowcount:
        return False
    events.write(connection, "letter", store.get(connection, letter.question).office_hour, letter.id)
    return True


def forget_errors(connection: Connection, question: str) -> None:
    """What mail servers said of the letters about a question names the address they were for."""
    mine = letters.c.question == question
    connection.execute(letters.update().where(mine).values(error=""))
    steps.forget_errors(connection, list(connection.scalars(sa.select(letters.c.step).where(mine))))


def of_office_hour(connection: Connection, office_hour: str, states: Iterable[LetterState]) -> list[Letter]:
    """Letters about an office hour's questions in one of these states, the newest first."""
    query = (
        sa.select(letters)
        .join(store.questions, store.questions.c.id == letters.c.question)
        .where(store.questions.c.office_hour == office_hour, letters.c.state.in_(list(states)))
        .order_by(letters.c.wanted_at.desc())
    )
    return rows_as(Letter, connection, query)


def send_again(connection: Connection, letter: Letter) -> bool:
    """Staff take the risk that a letter arrives twice, or think that what refused it is mended."""
    again = move(connection, letter, NEED_STAFF, LetterState.WAITING, error="", tries=0, ended_at=None, wanted_at=now())
    return again and steps.retry(connection, letter.step)


def unreleased(connection: Connection, office_hour: str) -> int:
    """Askers whose answer was given but is not public: they hear nothing until it is released."""
    found = 0
    for question in store.of_office_hour(connection, office_hour, [State.ANSWERED]):
        for each in [question, *spoken_for(connection, question)]:
            known = reach.of(connection, each.id)
            found += known is not None and may_write(known, Kind.ANSWERED)
    return found
