"""Alembic's entry: every package's tables are known here."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

import ingest.live.lobby.guests
import ingest.live.lobby.notes  # noqa: F401
import web.store  # noqa: F401
from ingest.database import Database, metadata


def render(kind: str, value: Any, _: Any) -> str | Literal[False]:
    """Our own column types are written as what they are in the database."""
    if kind == "type":
        if type(value).__name__ == "UtcDateTime":
            return "sa.DateTime(timezone=True)"
        if type(value).__name__ == "EnumText":
            return "sa.String(32)"
    return False


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    assert url is not None
    database = Database(url)
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            render_item=render,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(7240512)"))
            context.run_migrations()
        connection.commit()
    database.close()


run()
