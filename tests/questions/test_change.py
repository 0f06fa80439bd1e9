"""*Next* changes everything at once, or nothing; for ten seconds it can be taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import commands
from ingest import store as ingest_store
from ingest.commands import Kind as Wish
from ingest.database import Database, now
from ingest.live.lobby import waiting
from ingest.officehours import OfficeHour
from ingest.people import Person, Role, Scope, Seat, SeatState
from ingest.store import Overtaken
from questions import change, queue, rundown, store, turns
from questions.question import MoveRefused, Question, State
from questions.rundown import Item
from questions.turns import Kind, Turn
from tests.questions.conftest import Ask
from tests.questions.test_queue import queue_all


@pytest.fixture
def chris(database: Database, live_hour: OfficeHour) -> Person:
    """A guest who has been let in."""
    with database.transaction() as connection:
        person = ingest_store.add_person(connection, live_hour.id, name="Chris", role=Role.GUEST, topic="Der Radweg")
        ingest_store.answer_consent(connection, person.id, dict.fromkeys(Scope, True), 1)
        waiting.admit(connection, person)
        return person


@pytest.fixture
def asked(database: Database, ask: Ask, live_hour: OfficeHour) -> list[Question]:
    return queue_all(database, ask("Eins?"), ask("Zwei?"))


def guests(connection: Connection, hour: OfficeHour) -> list[Seat]:
    return ingest_store.seats_of(connection, hour.id)


def press(connection: Connection, hour: OfficeHour, item: Item | None = None, seen: str | None = None) -> Turn:
    """What staff's press does: by default with the first item, having seen how things stand."""
    order = rundown.coming(connection, hour.id, guests(connection, hour))
    turn = turns.current(connection, hour.id)
    seen = (turn.id if turn else "") if seen is None else seen
    item = item or (order[0] if order else None)
    return change.next_turn(connection, hour, item, seen=seen, by="bo", words={Role.GUEST: "fragt"}, left=len(order))


def undo(connection: Connection, hour: OfficeHour, turn: Turn) -> None:
    change.undo(connection, hour, turn.id, by="bo", words={})


def wished(connection: Connection, hour: OfficeHour) -> list[Wish]:
    return [command.kind for command in commands.waiting(connection, hour.id)]


def test_a_guest_goes_on_with_what_they_ask_and_off_with_the_next(
    database: Database, live_hour: OfficeHour, chris: Person, asked: list[Question]
) -> None:
    with database.transaction() as connection:
        turn = press(connection, live_hour)
        assert (turn.kind, turn.person) == (Kind.GUEST, chris.id)
        shown = queue.on_air(connection, live_hour.id)
        assert shown is not None
        assert (shown.text, shown.author, ingest_store.seat(connection, chris.id).state) == (
            "Der Radweg", "Chris", SeatState.ON_AIR,
        )  # fmt: skip
        press(connection, live_hour)
        assert ingest_store.seat(connection, chris.id).state is SeatState.ADMITTED
        assert store.get(connection, shown.id).state is State.ANSWERED
        assert queue.on_air(connection, live_hour.id) == store.get(connection, asked[0].id)
        left = [item.question for item in rundown.coming(connection, live_hour.id, guests(connection, live_hour))]
        assert left == [asked[1].id]
        assert wished(connection, live_hour)[-5:] == [Wish.SHOW, Wish.ON_AIR, Wish.HIDE, Wish.ANSWERED, Wish.ON_AIR]


def test_pressed_twice_it_changes_once(database: Database, live_hour: OfficeHour, asked: list[Question]) -> None:
    with database.transaction() as connection:
        press(connection, live_hour, seen="")
        with pytest.raises(Overtaken):
            press(connection, live_hour, seen="")
        assert [question.id for question in queue.queued(connection, live_hour.id)] == [asked[1].id]


def test_two_turns_never_go_on_at_once(database: Database, live_hour: OfficeHour, asked: list[Question]) -> None:
    with database.transaction() as connection:
        turn = press(connection, live_hour)
        with pytest.raises(Overtaken):
            turns.begin(connection, replace(turn, id="another"))


def test_who_is_not_in_the_room_is_not_put_on_air(database: Database, live_hour: OfficeHour) -> None:
    with database.transaction() as connection:
        ingest_store.add_person(connection, live_hour.id, name="Dana", role=Role.GUEST)
        with pytest.raises(change.NotReady, match="Dana"):
            press(connection, live_hour)


def test_nothing_changes_before_the_hour_is_on_air(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection, pytest.raises(MoveRefused):
        press(connection, hour)


def test_when_nothing_follows_everything_goes_off(database: Database, live_hour: OfficeHour, chris: Person) -> None:
    with database.transaction() as connection:
        press(connection, live_hour)
        assert press(connection, live_hour).kind is Kind.NOTHING
        assert queue.on_air(connection, live_hour.id) is None
        assert ingest_store.seat(connection, chris.id).state is SeatState.ADMITTED


def test_a_change_taken_back_leaves_everything_as_it_was(
    database: Database, live_hour: OfficeHour, chris: Person, asked: list[Question]
) -> None:
    with database.transaction() as connection:
        first = press(connection, live_hour)
        shown = queue.on_air(connection, live_hour.id)
        wrong = press(connection, live_hour)
        undo(connection, live_hour, wrong)
        assert turns.current(connection, live_hour.id) == first
        assert queue.on_air(connection, live_hour.id) is not None
        assert shown is not None
        assert store.get(connection, shown.id).state is State.ON_AIR
        assert ingest_store.seat(connection, chris.id).state is SeatState.ON_AIR
        assert [question.id for question in queue.queued(connection, live_hour.id)] == [one.id for one in asked]
        assert wished(connection, live_hour)[-2:] == [Wish.TAKE_BACK, Wish.SHOW]
        (taken,) = [each for each in commands.waiting(connection, live_hour.id) if each.kind is Wish.TAKE_BACK]
        assert taken.payload == {"question": asked[0].id, "again": shown.id}


def test_a_guest_whose_turn_was_taken_back_comes_next_with_the_same_question(
    database: Database, live_hour: OfficeHour, chris: Person, asked: list[Question]
) -> None:
    with database.transaction() as connection:
        turn = press(connection, live_hour)
        undo(connection, live_hour, turn)
        order = rundown.coming(connection, live_hour.id, guests(connection, live_hour))
        assert [(item.person, item.question) for item in order] == [
            (chris.id, turn.question), (None, asked[0].id), (None, asked[1].id),
        ]  # fmt: skip
        assert press(connection, live_hour).question == turn.question


def test_after_its_seconds_a_change_stays(database: Database, live_hour: OfficeHour, asked: list[Question]) -> None:
    with database.transaction() as connection:
        turn = press(connection, live_hour)
        late = now() - timedelta(seconds=turns.UNDO_S + turns.GRACE_S + 1)
        connection.execute(sa.update(turns.turns).values(began_at=late))
        with pytest.raises(Overtaken):
            undo(connection, live_hour, turn)


def test_only_the_newest_change_is_taken_back_and_only_once(
    database: Database, live_hour: OfficeHour, asked: list[Question]
) -> None:
    with database.transaction() as connection:
        first, second = press(connection, live_hour), press(connection, live_hour)
        with pytest.raises(Overtaken):
            undo(connection, live_hour, first)
        undo(connection, live_hour, second)
        with pytest.raises(Overtaken):
            undo(connection, live_hour, second)
        assert turns.current(connection, live_hour.id) == first


def test_the_opening_card_comes_first_and_goes_with_the_first_change(
    database: Database, live_hour: OfficeHour, asked: list[Question]
) -> None:
    with database.transaction() as connection:
        for _ in range(2):
            change.open_with(connection, live_hour, "Wird aufgezeichnet.", "Stadt Lindenau", by="bo")
        turn = press(connection, live_hour)
        undo(connection, live_hour, turn)
        found = [
            (each.kind, each.payload.get("again", each.payload["question"]))
            for each in commands.waiting(connection, live_hour.id)
        ]
    assert found == [
        (Wish.ON_AIR, "opening"), (Wish.ANSWERED, "opening"), (Wish.ON_AIR, asked[0].id), (Wish.TAKE_BACK, "opening"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("left_s", "items", "budget"),
    [(1800, 6, 300), (1799, 6, 270), (0, 3, 60), (-500, 1, 60), (9000, 2, 600), (90, 0, 90)],
)
def test_the_time_left_is_shared_in_half_minutes(left_s: float, items: int, budget: int) -> None:
    assert turns.budget_s(left_s, items) == budget
