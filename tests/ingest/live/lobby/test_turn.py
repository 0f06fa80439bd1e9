"""`ingest/live/lobby/turn.py`: what rows say of a count, an end, a hidden person and a screen that is handed over."""

from datetime import timedelta

import pytest

from ingest import commands, store
from ingest.commands import Kind
from ingest.conduct import COUNT_S, UNDO_S
from ingest.database import Database, now
from ingest.live.lobby import turn, waiting
from ingest.live.lobby.turn import Hidden
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role, SeatState, may_share
from ingest.store import Overtaken
from tests.ingest.conftest import guest


def moved(database: Database, hour: OfficeHour, *states: State) -> OfficeHour:
    with database.transaction() as connection:
        for state in states:
            hour = store.move_office_hour(connection, hour.id, state)
    return hour


def test_a_count_stands_until_it_is_applied_or_called_off(database: Database, hour: OfficeHour) -> None:
    hour = moved(database, hour, State.OPEN, State.BACKSTAGE)
    with database.transaction() as connection:
        assert turn.counting(connection, hour, now()) is None
        waiting.start(connection, hour.id, {}, count_s=COUNT_S)
        begun = commands.waiting(connection, hour.id)[-1].created_at
        assert turn.counting(connection, hour, begun + timedelta(seconds=2)) == COUNT_S - 2
        assert turn.counting(connection, hour, begun + timedelta(seconds=9)) == 0
        turn.call_off(connection, hour, by="bo")
        assert turn.counting(connection, hour, begun) is None


def test_an_end_can_be_taken_back_for_as_long_as_the_room_says(database: Database, hour: OfficeHour) -> None:
    hour = moved(database, hour, State.OPEN, State.BACKSTAGE, State.ON_AIR)
    with database.transaction() as connection:
        assert turn.closing(connection, hour, now()) is None
        turn.end(connection, hour)
        asked = commands.waiting(connection, hour.id)[-1].created_at
        assert turn.closing(connection, hour, asked + timedelta(seconds=4)) == UNDO_S - 4
        assert turn.closing(connection, hour, asked + timedelta(seconds=30)) == 0
        turn.undo_end(connection, hour, by="bo")
        assert turn.closing(connection, hour, asked) is None


@pytest.fixture
def chris(database: Database, hour: OfficeHour) -> Person:
    """Let in, not on air."""
    with database.transaction() as connection:
        chris = guest(connection, hour.id)
        waiting.admit(connection, chris)
    return chris


def test_whoever_hides_is_hidden_until_they_are_back_or_off_air(
    database: Database, hour: OfficeHour, chris: Person
) -> None:
    with database.transaction() as connection:
        waiting.show(connection, chris)
        turn.hide(connection, hour.id, chris.id, on=True)
        assert turn.hidden(connection, hour.id) == {chris.id: Hidden.SELF}
        turn.hide(connection, hour.id, chris.id, on=False)
        assert turn.hidden(connection, hour.id) == {}
        turn.hide(connection, hour.id, chris.id, on=True)
        waiting.hide(connection, chris)
        assert turn.hidden(connection, hour.id) == {}


@pytest.mark.parametrize(("one", "other"), [(Hidden.SELF, Hidden.STAFF), (Hidden.STAFF, Hidden.SELF)])
def test_who_hid_somebody_shows_them_again_and_nobody_else(
    database: Database, hour: OfficeHour, chris: Person, one: Hidden, other: Hidden
) -> None:
    with database.transaction() as connection:
        waiting.show(connection, chris)
        turn.hide(connection, hour.id, chris.id, on=True, by=one)
        for on, by in ((False, other), (True, other), (True, one)):
            with pytest.raises(Overtaken):
                turn.hide(connection, hour.id, chris.id, on=on, by=by)
        turn.hide(connection, hour.id, chris.id, on=False, by=one)
        assert turn.hidden(connection, hour.id) == {}


def test_a_screen_is_handed_over_for_one_turn(database: Database, hour: OfficeHour, chris: Person) -> None:
    def may() -> bool:
        return may_share(Role.GUEST, store.seat(connection, chris.id))

    with database.transaction() as connection:
        assert not may()
        turn.give_screen(connection, hour.id, chris.id)
        assert may()
        waiting.show(connection, chris)
        assert may()
        waiting.hide(connection, chris)
        assert not may()
        turn.give_screen(connection, hour.id, chris.id)
        turn.take_screen(connection, hour.id, chris.id)
        assert not may()
        assert commands.waiting(connection, hour.id)[-1].kind is Kind.UNSHARE
        turn.give_screen(connection, hour.id, chris.id)
        waiting.hold(connection, chris)
        assert store.seat(connection, chris.id).state is SeatState.HELD
        assert not may()
        with pytest.raises(Overtaken):
            turn.give_screen(connection, hour.id, chris.id)
