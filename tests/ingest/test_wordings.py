"""What somebody agreed to can be shown as they read it."""

from ingest import store, wordings
from ingest.database import Database
from ingest.officehours import OfficeHour
from tests.ingest.conftest import NOON


def test_each_wording_keeps_its_version(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        store.change_office_hour(connection, hour.id, consent_text="Erste Fassung")
        store.change_office_hour(connection, hour.id, consent_text="Erste Fassung", title="Anders")
        store.change_office_hour(connection, hour.id, consent_text="Zweite Fassung")
        assert store.office_hour(connection, hour.id).consent_version == 3
        known = [wordings.wording(connection, hour.id, version) for version in (1, 2, 3, 4)]
    assert known == ["", "Erste Fassung", "Zweite Fassung", None]


def test_a_version_that_stands_is_never_rewritten(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        wordings.keep(connection, hour.id, 1, "anders", NOON)
        assert wordings.wording(connection, hour.id, 1) == ""
