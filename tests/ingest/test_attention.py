"""`ingest/attention.py`: alarms of a room as rows and events; whether staff are there."""

from datetime import timedelta

import pytest

from ingest import attention, events, store
from ingest.attention import Alarm
from ingest.database import Database
from ingest.faults import Fault
from tests.ingest.conftest import NOON


@pytest.fixture
def hour(database: Database) -> str:
    with database.transaction() as connection:
        return store.add_office_hour(connection, title="Sprechstunde", host_name="Ada", starts_at=NOON).id


def told(database: Database, topic: str) -> int:
    with database.reading() as connection:
        return sum(1 for event in events.after(connection, 0, 100) if event.topic == topic)


def test_alarms_come_go_and_keep_their_time(database: Database, hour: str) -> None:
    echo = Alarm(office_hour=hour, fault=Fault.ECHO, person="chris", since=NOON)
    gone = Alarm(office_hour=hour, fault=Fault.GONE, person="ada", since=NOON + timedelta(seconds=9))
    later = Alarm(office_hour=hour, fault=Fault.ECHO, person="chris", since=NOON + timedelta(seconds=5))
    with database.transaction() as connection:
        assert attention.keep(connection, hour, [echo]) is True
        assert attention.keep(connection, hour, [later]) is False
        assert attention.keep(connection, hour, [later, gone]) is True
        assert attention.of_office_hour(connection, hour) == [gone, echo]
        assert attention.keep(connection, hour, []) is True
        assert attention.of_office_hour(connection, hour) == []
    assert told(database, "alarm") == 3


def test_the_minutes_of_a_disk_are_kept_up_to_date(database: Database, hour: str) -> None:
    with database.transaction() as connection:
        for minutes in (40, 35, 35):
            attention.keep(connection, hour, [Alarm(office_hour=hour, fault=Fault.DISK, since=NOON, minutes=minutes)])
        assert [each.minutes for each in attention.of_office_hour(connection, hour)] == [35]
    assert told(database, "alarm") == 2


def test_events_of_alarms_name_nobody(database: Database, hour: str) -> None:
    with database.transaction() as connection:
        attention.keep(connection, hour, [Alarm(office_hour=hour, fault=Fault.ECHO, person="chris", since=NOON)])
        (event,) = [each for each in events.after(connection, 0, 100) if each.topic == "alarm"]
    assert event.object == hour


def test_staff_are_gone_twenty_seconds_after_their_last_sign(database: Database, hour: str) -> None:
    with database.transaction() as connection:
        assert attention.staff_there(connection, hour, NOON) is False
        for seconds in (0, 5, 10, 40):
            attention.staff_seen(connection, hour, NOON + timedelta(seconds=seconds))
        assert attention.staff_there(connection, hour, NOON + timedelta(seconds=59)) is True
        assert attention.staff_there(connection, hour, NOON + timedelta(seconds=60)) is False
    assert told(database, "staff") == 2  # when they came, and when they came back
