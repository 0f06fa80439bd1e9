"""`ingest/live/studio/attending.py`: what rooms say four times a second becomes few rows and events."""

from typing import Any

import pytest

from ingest import attention, events, store
from ingest.database import Database, now
from ingest.faults import Fault
from ingest.live.studio.attending import Attending
from ingest.officehours import OfficeHour
from tests.ingest.conftest import NOON

ECHO: dict[str, Any] = {"fault": "echo", "person": "chris", "for_s": 3}


@pytest.fixture
def office_hour(database: Database) -> str:
    with database.transaction() as connection:
        hour: OfficeHour = store.add_office_hour(connection, title="Sprechstunde", host_name="Ada", starts_at=NOON)
    return hour.id


def topics(database: Database) -> list[str]:
    with database.reading() as connection:
        return [each.topic for each in events.after(connection, 0, 100) if each.topic in ("alarm", "staff")]


def test_the_same_again_a_second_later_is_no_change(database: Database, office_hour: str) -> None:
    attending = Attending(database)
    assert attending.changed(office_hour, [ECHO], True)
    attending.keep(office_hour, [ECHO], True)
    assert not attending.changed(office_hour, [ECHO | {"for_s": 4}], True)
    assert attending.changed(office_hour, [], True)
    assert attending.changed(office_hour, [ECHO], False)


def test_alarms_become_rows_with_the_time_at_which_they_began(database: Database, office_hour: str) -> None:
    Attending(database).keep(office_hour, [ECHO], True)
    with database.reading() as connection:
        (row,) = attention.of_office_hour(connection, office_hour)
    assert (row.fault, row.person) == (Fault.ECHO, "chris")
    assert 3 <= (now() - row.since).total_seconds() < 4


def test_a_closed_room_and_a_new_studio_leave_nothing_behind(database: Database, office_hour: str) -> None:
    attending = Attending(database)
    attending.keep(office_hour, [ECHO], True)
    Attending(database).keep(office_hour, [], True)  # another process, which knows of nothing
    attending.keep(office_hour, [ECHO], True)
    attending.forget(office_hour)
    with database.reading() as connection:
        assert attention.of_office_hour(connection, office_hour) == []


def test_pages_hear_when_staff_have_gone(database: Database, office_hour: str) -> None:
    attending = Attending(database)
    attending.keep(office_hour, [], False)
    attending.keep(office_hour, [], True)
    assert topics(database) == []
    attending.keep(office_hour, [], False)
    assert topics(database) == ["staff"]
