"""The address of a new database comes in, the database with all its tables goes out.

On SQLite a file with the tables is made once and copied from then on, and statements are turned into SQL once for all
databases of a process: both take longer than most tests do.
"""

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest.database import Database, metadata
from web.migrate import upgrade


def tabled(url: str) -> Database:
    """The tables as the code that has been imported describes them."""
    database = Database(url)
    if database.engine.dialect.name != "sqlite":
        metadata.create_all(database.engine)
        return database
    pattern = _described(frozenset(metadata.tables))
    _file_of(url).write_bytes(pattern.content)
    # Statements are kept by dialect, and each engine has one of its own.
    database.engine.dialect = pattern.dialect
    database.engine.update_execution_options(compiled_cache=pattern.compiled)
    return database


def migrate(url: str) -> None:
    """The tables as the migrations leave them; for an SQLite file that nobody has opened yet."""
    _file_of(url).write_bytes(_migrated())


@dataclass(frozen=True)
class _Pattern:
    """What is copied, how its database is spoken to, and what was ever said to such a one."""

    content: bytes
    dialect: sa.Dialect
    compiled: dict[Any, Any]


def _file_of(url: str) -> Path:
    return Path(sa.make_url(url).database or "")


@cache
def _described(tables: frozenset[str]) -> _Pattern:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "described.sqlite3"
        database = Database(f"sqlite:///{file}")
        metadata.create_all(database.engine)
        database.close()
        return _Pattern(file.read_bytes(), database.engine.dialect, {})


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "migrated.sqlite3"
        upgrade(f"sqlite:///{file}")
        return file.read_bytes()
