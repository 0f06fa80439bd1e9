"""Which post on a platform a question was, and when it was looked at again; `posts.py` follows what becomes of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import UtcDateTime, metadata, rows_as
from questions import store
from questions.question import State

LOOKED_AT = 20
"""Posts looked at again in one look, those first that were looked at longest ago."""
OLDEST = timedelta(days=30)
OPEN = frozenset({State.NEW, State.APPROVED, State.QUEUED, State.SET_ASIDE})

question_posts = sa.Table(
    "question_posts",
    metadata,
    sa.Column("question", sa.ForeignKey("questions.id"), primary_key=True),
    sa.Column("post", sa.String(64), nullable=False),
    sa.Column("edited_at", UtcDateTime),
    sa.Column("looked_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class Post:
    """Where a question stands on its platform, and when we last looked."""

    question: str
    post: str
    edited_at: datetime | None
    looked_at: datetime


def note(connection: Connection, question: str, post: str, edited_at: datetime | None, at: datetime) -> None:
    """Remember where a question came from."""
    row = {"question": question, "post": post, "edited_at": edited_at, "looked_at": at}
    connection.execute(question_posts.insert().values(**row))


def of(connection: Connection, question: str) -> Post | None:
    """The post of a question, if it is one."""
    found = rows_as(Post, connection, sa.select(question_posts).where(question_posts.c.question == question))
    return found[0] if found else None


def forget(connection: Connection, question: str) -> None:
    connection.execute(question_posts.delete().where(question_posts.c.question == question))


def due(connection: Connection, at: datetime) -> list[Post]:
    """Posts to look at again now."""
    query = (
        sa.select(question_posts)
        .join(store.questions, store.questions.c.id == question_posts.c.question)
        .where(store.questions.c.state.in_(list(OPEN)), store.questions.c.asked_at > at - OLDEST)
        .order_by(question_posts.c.looked_at)
        .limit(LOOKED_AT)
    )
    return rows_as(Post, connection, query)


def looked_at(connection: Connection, question: str, at: datetime) -> None:
    """It was looked at again."""
    mine = question_posts.c.question == question
    connection.execute(question_posts.update().where(mine).values(looked_at=at))


def edited(connection: Connection, question: str, at: datetime) -> None:
    """Its author changed it then."""
    mine = question_posts.c.question == question
    connection.execute(question_posts.update().where(mine).values(edited_at=at))
