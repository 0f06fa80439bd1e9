"""A stream of posts comes in, up to which of them it was read goes out. Numbers are the server's, and only compared
by it."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import UtcDateTime, metadata, now

social_cursors = sa.Table(
    "social_cursors",
    metadata,
    sa.Column("stream", sa.String(64), primary_key=True),
    sa.Column("newest", sa.String(64), nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)


def of(connection: Connection, stream: str) -> str:
    """The newest that was taken in; empty before the first look."""
    return connection.scalar(sa.select(social_cursors.c.newest).where(social_cursors.c.stream == stream)) or ""


def keep(connection: Connection, stream: str, newest: str) -> None:
    """Remember how far a stream was read."""
    values = {"newest": newest[:64], "changed_at": now()}
    if not connection.execute(
        social_cursors.update().where(social_cursors.c.stream == stream).values(**values)
    ).rowcount:
        connection.execute(social_cursors.insert().values(stream=stream, **values))
