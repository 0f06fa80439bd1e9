"""A database address comes in; short transactions and reads go out.

Synchronous SQLAlchemy Core everywhere; async code calls it in threads. On SQLite a transaction is
BEGIN IMMEDIATE: a deferred one that reads first fails at once under several writers.
Rows come out as the frozen values of the package that owns the table (`rows_as`, `row_as`).
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
T = TypeVar("T")
AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError)
"""What is raised while the database restarts or cannot be reached."""
UNHEARD = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""A host that is cut off is told nothing: without these a query waits a quarter of an hour for its answer (libpq)."""


class NotFound(LookupError):
    """There is no such row; the message says which."""


class Overtaken(RuntimeError):
    """Somebody else changed the row first; look again and decide anew."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time was given: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[Enum]):
    """An Enum stored as its value, in a text column."""

    impl = sa.String(32)
    cache_ok = True

    def __init__(self, kind: type[Enum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Enum | None, dialect: sa.Dialect) -> Any:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Enum | None:
        return None if value is None else self.kind(value)


def random_id() -> str:
    """A public identifier: 128 random bits, safe in addresses and file names, never counted."""
    return secrets.token_hex(16)


def now() -> datetime:
    """The wall clock, aware, in UTC. Tests pass their own."""
    return datetime.now(UTC)


class Database:
    """One database, usable from any thread; `transaction()` to write, `reading()` to look."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A short write; committed at the end, undone on any error. No network or file work inside."""
        with self.engine.connect() as connection:
            with connection.begin():
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent look; nothing is written."""
        with self.engine.connect() as connection:
            reader = connection.execution_options(officehours_reading=True)
            with reader.begin():
                yield reader

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    address = sa.make_url(url)
    if address.get_backend_name() != "sqlite":
        patience = UNHEARD if address.get_backend_name() == "postgresql" else {}
        return sa.create_engine(address, pool_pre_ping=True, connect_args=patience)
    engine = sa.create_engine(address, connect_args={"timeout": 30, "check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def configure(raw: Any, record: Any) -> None:
        raw.isolation_level = None  # we send BEGIN ourselves
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", "busy_timeout=30000"):
            raw.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("officehours_reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def rows_as(kind: type[T], connection: Connection, query: sa.Select[Any]) -> list[T]:
    """All rows of `query`, each as the frozen value `kind` (fields named like the columns)."""
    return [kind(**row) for row in connection.execute(query).mappings()]


def row_as(kind: type[T], connection: Connection, query: sa.Select[Any]) -> T | None:
    """The first row of `query` as `kind`, or None."""
    row = connection.execute(query).mappings().first()
    return None if row is None else kind(**row)
