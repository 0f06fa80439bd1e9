"""A database address comes in; its tables are brought to the newest shape (Alembic, one head)."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"


def configuration(url: str) -> Config:
    """Alembic's configuration, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str) -> None:
    """Bring the database to the head; nothing happens when it is there."""
    command.upgrade(configuration(url), "head")


def heads() -> list[str]:
    """The revisions nobody builds on; more than one is an error of ours."""
    return list(ScriptDirectory(str(MIGRATIONS)).get_heads())


def is_current(engine: sa.Engine) -> bool:
    """True when the database stands at the head."""
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == set(heads())


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Only one process of a data folder migrates at a time; the others wait."""
    with (data / "migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
