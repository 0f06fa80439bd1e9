"""A waiting guest is linked with the question they sent: on air with them, answered with them, and not asked twice."""

import pytest

from ingest import store as ingest_store
from ingest.database import Database
from ingest.live.lobby import waiting
from ingest.officehours import OfficeHour
from ingest.people import Person, Role, Scope, SeatState
from ingest.store import Overtaken
from questions import moderation, queue, rundown, store
from questions.question import MoveRefused, Question, Reason, State
from tests.questions.conftest import Ask
from tests.questions.test_change import guests, press
from tests.questions.test_queue import queue_all


@pytest.fixture
def chris(database: Database, live_hour: OfficeHour) -> Person:
    """A guest who waits."""
    with database.transaction() as connection:
        person = ingest_store.add_person(connection, live_hour.id, name="Chris", role=Role.GUEST, topic="Der Radweg")
        ingest_store.answer_consent(connection, person.id, dict.fromkeys(Scope, True), 1)
        return person


def link(database: Database, person: Person, question: Question) -> Question:
    with database.transaction() as connection:
        return rundown.link(connection, person.office_hour, person.id, question, by="bo")


@pytest.mark.parametrize("queued", [False, True])
def test_their_question_goes_on_air_with_them_and_is_answered(
    queued: bool, database: Database, ask: Ask, live_hour: OfficeHour, chris: Person
) -> None:
    question = ask("Wann wird der Radweg fertig?")
    (question,) = queue_all(database, question) if queued else (question,)
    linked = link(database, chris, question)
    assert linked.state is (State.QUEUED if queued else State.APPROVED)
    with database.transaction() as connection:
        (item,) = rundown.coming(connection, live_hour.id, guests(connection, live_hour))
        assert (item.person, item.question) == (chris.id, question.id)
        waiting.admit(connection, chris)
        press(connection, live_hour)
        shown = queue.on_air(connection, live_hour.id)
        assert shown is not None
        assert (shown.id, shown.text) == (question.id, "Wann wird der Radweg fertig?")
        press(connection, live_hour)
        assert store.get(connection, question.id).state is State.ANSWERED


def test_the_question_of_a_guest_who_does_not_come_is_read_out(
    database: Database, ask: Ask, live_hour: OfficeHour, chris: Person
) -> None:
    (question,) = queue_all(database, ask("Wann wird der Radweg fertig?"))
    link(database, chris, question)
    with database.transaction() as connection:
        (item,) = rundown.coming(connection, live_hour.id, [])
    assert (item.person, item.question) == (None, question.id)


def test_a_question_has_one_guest_and_can_be_given_back(
    database: Database, ask: Ask, live_hour: OfficeHour, chris: Person
) -> None:
    (question,) = queue_all(database, ask("Wann wird der Radweg fertig?"))
    with database.transaction() as connection:
        dana = ingest_store.add_person(connection, live_hour.id, name="Dana", role=Role.GUEST, topic="Tram")
    link(database, chris, question)
    link(database, dana, question)
    with database.transaction() as connection:
        assert rundown.guests_with(connection, live_hour.id) == {dana.id: question.id}
        rundown.unlink(connection, live_hour.id, question.id)
        assert rundown.guests_with(connection, live_hour.id) == {}
        order = rundown.coming(connection, live_hour.id, guests(connection, live_hour))
    assert {item.key for item in order} == {f"guest:{chris.id}", f"guest:{dana.id}", f"question:{question.id}"}


def test_what_has_been_dealt_with_is_linked_with_nobody(
    database: Database, ask: Ask, live_hour: OfficeHour, chris: Person
) -> None:
    question = ask("Wann?")
    with database.transaction() as connection:
        rejected = moderation.reject(connection, question, Reason.OFF_TOPIC, by="bo")
        with pytest.raises(MoveRefused):
            rundown.link(connection, live_hour.id, chris.id, rejected, by="bo")
    other = ask("Und wann die Tram?")
    with database.transaction() as connection:
        with pytest.raises(MoveRefused):
            rundown.link(connection, "another", chris.id, other, by="bo")
        ingest_store.move_seat(connection, chris.id, SeatState.WAITING, SeatState.LEFT)
        with pytest.raises(Overtaken):
            rundown.link(connection, live_hour.id, chris.id, other, by="bo")


@pytest.mark.parametrize("merged", [False, True])
def test_what_became_of_it_meanwhile_counts(
    merged: bool, database: Database, ask: Ask, live_hour: OfficeHour, chris: Person
) -> None:
    """Merged, the question that speaks for it goes on air; taken out, the guest's own words do."""
    question = link(database, chris, ask("Wann wird der Radweg fertig?"))
    (speaker,) = queue_all(database, ask("Radweg: wann?"))
    with database.transaction() as connection:
        if merged:
            moderation.merge(connection, question, speaker, by="bo")
        else:
            moderation.reject(connection, question, Reason.OFF_TOPIC, by="bo")
        waiting.admit(connection, chris)
        order = rundown.coming(connection, live_hour.id, guests(connection, live_hour))
        press(connection, live_hour, next(item for item in order if item.person == chris.id))
        shown = queue.on_air(connection, live_hour.id)
    assert shown is not None
    assert shown.text == ("Radweg: wann?" if merged else "Der Radweg")
