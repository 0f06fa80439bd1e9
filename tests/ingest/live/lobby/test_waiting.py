"""The waiting room is the only door, and nobody is called twice."""

import pytest

from ingest import commands, store
from ingest.database import Database
from ingest.live.lobby import waiting
from ingest.officehours import OfficeHour
from ingest.people import Role, SeatState
from tests.ingest.conftest import guest


def wishes(database: Database, hour: OfficeHour) -> list[tuple[str, str | None]]:
    with database.reading() as connection:
        return [(each.kind.value, each.payload.get("name")) for each in commands.waiting(connection, hour.id)]


def test_a_guest_waits_is_admitted_shown_and_sent_back(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        chris = guest(connection, hour.id)
        assert store.seat(connection, chris.id).state is SeatState.WAITING
        waiting.admit(connection, chris)
        waiting.show(connection, chris)
        waiting.hide(connection, chris)
        waiting.hold(connection, chris)
        assert store.seat(connection, chris.id).state is SeatState.HELD
    assert wishes(database, hour) == [("admit", "Chris"), ("show", "Chris"), ("hide", None), ("hold", None)]


def test_the_second_call_of_the_same_person_is_overtaken(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        chris = guest(connection, hour.id)
        waiting.admit(connection, chris)
    with pytest.raises(store.Overtaken), database.transaction() as connection:
        waiting.admit(connection, chris)
    assert wishes(database, hour) == [("admit", "Chris")]


def test_start_shows_the_host_but_not_a_guest_who_is_backstage(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
        chris = guest(connection, hour.id)
        waiting.admit(connection, chris)
        waiting.start(connection, hour.id, {Role.HOST: "Bürgermeisterin"})
    assert wishes(database, hour) == [("admit", "Chris"), ("show", "Ada"), ("start", None)]


def test_the_line_is_one_order(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        people = [guest(connection, hour.id, name) for name in ("Chris", "Dana", "Eve")]
        waiting.admit(connection, people[1])
        waiting.hold(connection, people[1])
        assert [seat.person for seat in waiting.line(store.seats_of(connection, hour.id))] == [p.id for p in people]
