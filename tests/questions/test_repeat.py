"""Chris says by link that the question shall be asked again; it is, once, when the next office hour takes questions."""

from datetime import timedelta

import pytest

from ingest import store as ingest_store
from ingest.database import Database
from ingest.officehours import OfficeHour
from ingest.officehours import State as Hour
from ingest.secrets import Safe
from questions import again, intake, moderation, queue, reach, repeat, store
from questions.question import Channel, Contact, MoveRefused, Question, State
from questions.sources import Arrival
from tests.ingest.conftest import NOON
from tests.questions.conftest import Ask


@pytest.fixture
def open_one(database: Database, hour: OfficeHour, safe: Safe) -> Question:
    arrival = Arrival(
        channel=Channel.MAIL, message="1", asked_at=NOON, office_hour=hour.id, text="Wann kommt die Tram?",
        original_text="Wann kommt die Tram?", author="Chris",
        contact=Contact(name="Chris C.", address="chris@x.example"),
    )  # fmt: skip
    with database.transaction() as connection:
        question = intake.take(connection, arrival, safe)
        assert question is not None
        moderation.approve(connection, question, by="bo")
        (left,) = queue.close(connection, hour.id, by="clock")
        return left


def test_it_waits_for_an_office_hour_and_is_asked_once(database: Database, open_one: Question, safe: Safe) -> None:
    with database.transaction() as connection:
        for _ in range(2):
            again.wish(connection, open_one, NOON)
        assert repeat.ask_due(connection, safe, NOON) == []
        starts_at = NOON + timedelta(days=30)
        following = ingest_store.add_office_hour(
            connection, title="Januar", host_name="Ada", starts_at=starts_at, state=Hour.OPEN
        )
        (new,) = repeat.ask_due(connection, safe, NOON)
        assert repeat.ask_due(connection, safe, NOON) == []
        wish, known = again.of(connection, open_one.id), reach.of(connection, new.id)
        contact = intake.contact_of(connection, new.id, safe)
        assert store.get(connection, open_one.id).state is State.NOT_REACHED
    assert (new.office_hour, new.state, new.text) == (following.id, State.NEW, "Wann kommt die Tram?")
    assert wish is not None
    assert known is not None
    assert contact is not None
    assert (wish.became, known.confirmed_at is not None, contact.address) == (new.id, True, "chris@x.example")


def test_a_wish_is_taken_back_or_refused(database: Database, open_one: Question, ask: Ask) -> None:
    other = ask("Etwas anderes?")
    with database.transaction() as connection:
        again.wish(connection, open_one, NOON)
        assert [again.drop(connection, open_one) for _ in range(2)] == [True, False]
        with pytest.raises(MoveRefused):
            again.wish(connection, other, NOON)
