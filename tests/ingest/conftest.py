"""An empty database and the usual cast."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from ingest import store
from ingest.consent import ALL
from ingest.database import Database
from ingest.officehours import OfficeHour
from ingest.people import Person, Role, Scope
from tests.standins.tables import tabled

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = tabled(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    yield database
    database.close()


@pytest.fixture
def hour(database: Database) -> OfficeHour:
    with database.transaction() as connection:
        return store.add_office_hour(connection, title="Sprechstunde", host_name="Ada", starts_at=NOON)


def guest(connection: Connection, office_hour: str, name: str = "Chris", agrees: frozenset[Scope] = ALL) -> Person:
    """Somebody who waits, and was asked what they agree to."""
    person = store.add_person(connection, office_hour, name=name, role=Role.GUEST)
    store.answer_consent(connection, person.id, {scope: scope in agrees for scope in Scope}, text_version=1)
    return person
