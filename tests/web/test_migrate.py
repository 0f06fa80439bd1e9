"""The migrations make exactly the tables that the code describes, from one head."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import web.house
import web.store  # noqa: F401
from ingest.database import Database, metadata
from web.migrate import heads, is_current, upgrade


def test_migrations_and_tables_agree(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert not is_current(database.engine)
    upgrade(database.url)
    upgrade(database.url)
    assert is_current(database.engine)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


def test_there_is_one_head() -> None:
    assert len(heads()) == 1
