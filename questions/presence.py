"""Who looks at which question comes in, whom colleagues see there goes out; and whose pen a question is under.

A row per account and no more: it says where somebody is now, and is stale after some seconds without a sign of life.
While somebody writes in a question nobody else moves it or changes its words; an owner is somebody who said so, not
somebody who looks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import UtcDateTime, metadata, row_as, rows_as
from ingest.store import Overtaken, accounts

HERE_FOR = timedelta(seconds=20)
"""A page gives a sign of life every five seconds; four missed ones, and somebody has gone."""

question_presence = sa.Table(
    "question_presence",
    metadata,
    sa.Column("account", sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False, index=True),
    sa.Column("question", sa.ForeignKey("questions.id")),
    sa.Column("writing", sa.Boolean, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
)


class UnderAPen(Overtaken):
    """A colleague is writing in the question; `name` is who."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is writing in this question")
        self.name = name


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Where a member of staff is now."""

    account: str
    name: str
    office_hour: str
    question: str | None
    writing: bool
    seen_at: datetime


def here(
    connection: Connection, account: str, office_hour: str, question: str | None, *, writing: bool, at: datetime
) -> None:
    """A sign of life. Colleagues hear of it only when it changes what they see."""
    before = _of(connection, account)
    values = {"office_hour": office_hour, "question": question, "writing": writing and question is not None}
    mine = question_presence.c.account == account
    if not connection.execute(question_presence.update().where(mine).values(seen_at=at, **values)).rowcount:
        connection.execute(question_presence.insert().values(account=account, seen_at=at, **values))
    known = before is not None and at - before.seen_at < HERE_FOR
    if before is None or not known or (before.question, before.writing) != (values["question"], values["writing"]):
        events.write(connection, "presence", office_hour, account)


def gone(connection: Connection, account: str) -> None:
    """They left: nothing is under their pen any more."""
    before = _of(connection, account)
    if before is not None:
        connection.execute(question_presence.delete().where(question_presence.c.account == account))
        events.write(connection, "presence", before.office_hour, account)


def others(connection: Connection, office_hour: str, account: str, at: datetime) -> list[Presence]:
    """Colleagues who are at the questions of an office hour now."""
    query = _joined().where(
        question_presence.c.office_hour == office_hour,
        question_presence.c.account != account,
        question_presence.c.seen_at > at - HERE_FOR,
    )
    return rows_as(Presence, connection, query.order_by(accounts.c.name))


def check_free(connection: Connection, question: str, by: str, at: datetime) -> None:
    """Raises UnderAPen while a colleague writes in it."""
    query = _joined().where(
        question_presence.c.question == question,
        question_presence.c.writing,
        question_presence.c.account != by,
        question_presence.c.seen_at > at - HERE_FOR,
    )
    found = row_as(Presence, connection, query.limit(1))
    if found is not None:
        raise UnderAPen(found.name)


def _of(connection: Connection, account: str) -> Presence | None:
    return row_as(Presence, connection, _joined().where(question_presence.c.account == account))


def _joined() -> sa.Select[tuple[object, ...]]:
    return sa.select(*question_presence.c, accounts.c.name).join(accounts, accounts.c.id == question_presence.c.account)
