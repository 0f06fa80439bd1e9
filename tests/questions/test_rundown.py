"""Guests and questions in one running order, whose parts stay in the order of their own lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import store as ingest_store
from ingest.database import Database
from ingest.officehours import OfficeHour
from ingest.people import Role, Seat
from ingest.store import Overtaken
from questions import queue, rundown
from tests.questions.conftest import Ask
from tests.questions.test_queue import queue_all

KEYS = ["guest:a", "guest:b", "question:x", "question:y"]


@pytest.fixture
def guests(database: Database, hour: OfficeHour) -> list[Seat]:
    with database.transaction() as connection:
        for name in ("Chris", "Dana"):
            ingest_store.add_person(connection, hour.id, name=name, role=Role.GUEST, topic=f"{name} fragt")
        return ingest_store.seats_of(connection, hour.id)


@given(st.dictionaries(st.sampled_from(KEYS), st.integers(0, 5)), st.lists(st.floats(0, 9), min_size=4, max_size=4))
def test_each_line_keeps_its_order_and_nothing_is_lost(places: dict[str, int], times: list[float]) -> None:
    guests, questions = list(zip(KEYS[:2], times[:2], strict=True)), list(zip(KEYS[2:], times[2:], strict=True))
    found = rundown.interleaved(places, guests, questions)
    assert sorted(found) == KEYS
    assert [key for key in found if key.startswith("guest")] == KEYS[:2]
    assert [key for key in found if key.startswith("question")] == KEYS[2:]


def test_what_has_no_place_comes_last_in_the_order_in_which_it_came() -> None:
    found = rundown.interleaved({"question:x": 0}, [("guest:a", 5.0)], [("question:x", 9.0), ("question:y", 4.0)])
    assert found == ["question:x", "question:y", "guest:a"]


def test_moving_an_item_moves_it_in_its_own_line_too(
    database: Database, hour: OfficeHour, ask: Ask, guests: list[Seat]
) -> None:
    one, two = queue_all(database, ask("Eins?"), ask("Zwei?"))
    with database.transaction() as connection:
        order = rundown.coming(connection, hour.id, guests)
        chris, dana = f"guest:{guests[0].person}", f"guest:{guests[1].person}"
        assert [item.key for item in order] == [chris, dana, f"question:{one.id}", f"question:{two.id}"]
        rundown.first(connection, hour.id, order, f"question:{two.id}")
        order = rundown.coming(connection, hour.id, guests)
        assert [item.key for item in order] == [f"question:{two.id}", chris, dana, f"question:{one.id}"]
        assert [question.id for question in queue.queued(connection, hour.id)] == [two.id, one.id]
        rundown.swap(connection, hour.id, order, dana, chris)
        seats = ingest_store.seats_of(connection, hour.id)
    assert [seat.person for seat in seats] == [guests[1].person, guests[0].person]


def test_who_saw_another_order_moves_nothing(
    database: Database, hour: OfficeHour, ask: Ask, guests: list[Seat]
) -> None:
    (one,) = queue_all(database, ask("Eins?"))
    with database.transaction() as connection:
        order = rundown.coming(connection, hour.id, guests)
        with pytest.raises(Overtaken):
            rundown.swap(connection, hour.id, order, f"question:{one.id}", f"guest:{guests[0].person}")
        with pytest.raises(Overtaken):
            rundown.first(connection, hour.id, order, "question:gone")
        with pytest.raises(Overtaken):
            rundown.arrange(connection, hour.id, order, [item.key for item in order[1:]])
