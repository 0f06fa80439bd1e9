"""Marks stay open until somebody has looked at them."""

import pytest

from ingest import commands, marks
from ingest.commands import Kind, State
from ingest.database import Database
from ingest.officehours import OfficeHour
from ingest.store import Overtaken


def test_a_mark_is_open_until_somebody_has_looked_at_it(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        id = commands.write(connection, hour.id, Kind.MARK, reason="Name eines Nachbarn")
        commands.finish(connection, id, State.DONE, tick=450)
        (mark,) = marks.unsettled(connection, hour.id)
        assert (mark.id, mark.tick, mark.reason) == (id, 450, "Name eines Nachbarn")
        settled = marks.settle(connection, hour.id, id, by="bo", note="war nur der Vorname")
        assert marks.unsettled(connection, hour.id) == []
        assert [each.settled for each in marks.of_office_hour(connection, hour.id)] == [settled]
        with pytest.raises(Overtaken):
            marks.settle(connection, hour.id, id, by="bo")


def test_what_the_room_refused_is_no_mark(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        commands.finish(connection, commands.write(connection, hour.id, Kind.MARK), State.REFUSED, reason="not begun")
        waiting = commands.write(connection, hour.id, Kind.MARK)
        assert [mark.id for mark in marks.unsettled(connection, hour.id)] == [waiting]


def test_only_a_mark_of_this_office_hour_is_settled(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection, pytest.raises(LookupError):
        marks.settle(connection, hour.id, commands.write(connection, hour.id, Kind.PAUSE), by="bo")
