"""Marks stay open until somebody has looked at them."""

import pytest

from ingest import commands, marks
from ingest.commands import State
from ingest.database import Database
from ingest.officehours import OfficeHour
from ingest.store import NotFound, Overtaken


def test_a_mark_is_open_until_somebody_has_looked_at_it(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        id = marks.note(connection, hour.id, by="bo", reason="Name eines Nachbarn")
        (command,) = commands.waiting(connection, hour.id)
        commands.finish(connection, command.id, State.DONE, tick=450)
        (mark,) = marks.unsettled(connection, hour.id)
        assert (mark.id, mark.tick, mark.reason) == (id, 450, "Name eines Nachbarn")
        marks.settle(connection, hour.id, id, by="ada", note="war nur der Vorname")
        assert marks.unsettled(connection, hour.id) == []
        (mark,) = marks.of_office_hour(connection, hour.id)
        assert (mark.open, mark.settled_by, mark.note) == (False, "ada", "war nur der Vorname")
        with pytest.raises(Overtaken):
            marks.settle(connection, hour.id, id, by="bo")


def test_what_the_room_refused_is_no_mark(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        marks.note(connection, hour.id, by="bo")
        (command,) = commands.waiting(connection, hour.id)
        commands.finish(connection, command.id, State.REFUSED, reason="not begun")
        waiting = marks.note(connection, hour.id, by="bo")
        assert [mark.id for mark in marks.unsettled(connection, hour.id)] == [waiting]


def test_only_a_mark_of_this_office_hour_is_settled(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection, pytest.raises(NotFound):
        marks.settle(connection, hour.id, "another", by="bo")
