"""The migrations make exactly the tables that the code describes, from one head."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import web.house
import web.store  # noqa: F401
from ingest import store
from ingest.database import Database, metadata
from web.migrate import configuration, heads, is_current, upgrade

OLD_PERSON = (
    "INSERT INTO persons (id, office_hour, name, role, language, created_at)"
    " VALUES (:id, 'hour', :id, 'guest', 'de', :at)"
)
OLD_HOUR = (
    "INSERT INTO office_hours (id, title, host_name, host_role, language, starts_at, planned_minutes, state,"
    " visibility, release, recorded, consent_text, consent_version, question_mail, created_at)"
    " VALUES ('hour', '', '', '', 'de', :at, 60, 'open', 'held', 'by_hand', 1, '', 2, '', :at)"
)
OLD_CONSENT = "INSERT INTO consents (id, person, scope, text_version, given_at) VALUES (:id, :id, :scope, 2, :at)"


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


def test_old_consents_become_four_answers(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    command.upgrade(configuration(database.url), "0011")
    at = "2026-11-20 12:00:00.000000"
    with database.engine.begin() as connection:
        connection.execute(sa.text(OLD_HOUR), {"at": at})
        for name, scope in (("chris", "live_and_recording"), ("erika", "read_out")):
            values = {"id": name, "scope": scope, "at": at}
            connection.execute(sa.text(OLD_PERSON), values)
            connection.execute(sa.text(OLD_CONSENT), values)
    upgrade(database.url)
    with database.reading() as connection:
        said = {
            name: {(each.scope.value, each.given) for each in store.consents_of(connection, name)}
            for name in ("chris", "erika")
        }
        (first, *_) = store.consents_of(connection, "chris")
    assert said == {
        "chris": {("live", True), ("recording", True), ("outside", False), ("name", True)},
        "erika": {("live", False), ("recording", False), ("outside", False), ("name", True)},
    }
    assert (first.text_version, first.decided_at.isoformat()) == (2, "2026-11-20T12:00:00+00:00")
    command.downgrade(configuration(database.url), "0011")
    with database.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT person, scope FROM consents ORDER BY person")).all()
    assert [tuple(row) for row in rows] == [("chris", "live_and_recording"), ("erika", "read_out")]
    database.close()
