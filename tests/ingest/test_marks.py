"""Marks stay open until somebody has looked at them."""

from datetime import timedelta

import pytest

from ingest import commands, marks, store
from ingest.commands import State
from ingest.database import Database, now
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


def test_the_room_and_its_timeline_never_hear_the_reason(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        marks.note(connection, hour.id, by="bo", reason="Name eines Nachbarn")
        (command,) = commands.waiting(connection, hour.id)
    assert command.payload == {"by": "bo", "back_s": marks.BACK_S}


def test_reasons_and_notes_are_forgotten_in_their_time_and_the_moments_stay(
    database: Database, hour: OfficeHour
) -> None:
    at, before = now(), now() - timedelta(days=42)

    def said() -> list[tuple[str, str]]:
        return [(mark.reason, mark.note) for mark in marks.of_office_hour(connection, hour.id)]

    with database.transaction() as connection:
        id = marks.note(connection, hour.id, by="bo", reason="Name eines Nachbarn")
        store.change_office_hour(connection, hour.id, ended_at=at - timedelta(days=50))
        assert marks.forget(connection, before) == 0  # still open: whoever looks has to know why
        marks.settle(connection, hour.id, id, by="ada", note="Herr M. ist einverstanden")
        store.change_office_hour(connection, hour.id, released_at=at - timedelta(days=41))
        assert marks.forget(connection, before) == 0
        store.change_office_hour(connection, hour.id, released_at=at - timedelta(days=43))
        assert (marks.forget(connection, before), said()) == (1, [("", "")])
        assert marks.forget(connection, before) == 0
