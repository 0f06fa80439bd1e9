"""From the queue on air, one at a time, with the room's command in the same transaction."""

import pytest

from ingest import commands
from ingest.database import Database
from ingest.officehours import OfficeHour
from questions import moderation, queue, store
from questions.question import MoveRefused, Question, State
from tests.questions.conftest import Ask


def queue_all(database: Database, *questions: Question) -> list[Question]:
    with database.transaction() as connection:
        approved = [moderation.approve(connection, question, by="bo") for question in questions]
        return [queue.queue(connection, question, by="bo") for question in approved]


def test_the_queue_keeps_its_order_and_can_be_arranged(database: Database, ask: Ask, hour: OfficeHour) -> None:
    one, two, three = queue_all(database, ask("Eins?"), ask("Zwei?"), ask("Drei?"))
    with database.transaction() as connection:
        assert queue.queued(connection, hour.id) == [one, two, three]
        queue.arrange(connection, hour.id, [three.id, one.id, two.id])
        assert [question.text for question in queue.queued(connection, hour.id)] == ["Drei?", "Eins?", "Zwei?"]
        queue.take_out(connection, store.get(connection, three.id), by="bo")
        after = queue.next_question(connection, hour.id)
        assert after is not None
        assert after.text == "Eins?"
        with pytest.raises(MoveRefused, match="changed"):
            queue.arrange(connection, hour.id, [three.id, one.id, two.id])


def test_on_air_moves_the_row_and_tells_the_room(database: Database, ask: Ask, live_hour: OfficeHour) -> None:
    (question,) = queue_all(database, ask("Wann kommt\ndie Tram?"))
    with database.transaction() as connection:
        shown = queue.put_on_air(connection, question, by="bo")
        assert queue.on_air(connection, live_hour.id) == shown
        (command,) = commands.waiting(connection, live_hour.id)
    assert (command.kind, command.payload) == (
        commands.Kind.ON_AIR,
        {"question": question.id, "text": "Wann kommt die Tram?", "author": "Chris"},
    )


def test_the_question_before_becomes_answered(database: Database, ask: Ask, live_hour: OfficeHour) -> None:
    one, two = queue_all(database, ask("Eins?"), ask("Zwei?"))
    with database.transaction() as connection:
        queue.put_on_air(connection, one, by="bo")
        queue.put_on_air(connection, two, by="bo")
        assert store.get(connection, one.id).state is State.ANSWERED
        kinds = [(each.kind.value, each.payload["question"]) for each in commands.waiting(connection, live_hour.id)]
        assert kinds == [("on_air", one.id), ("answered", one.id), ("on_air", two.id)]
        queue.answered(connection, store.get(connection, two.id), by="bo")
        assert queue.on_air(connection, live_hour.id) is None


def test_an_approved_question_goes_on_air_through_the_queue(
    database: Database, ask: Ask, live_hour: OfficeHour
) -> None:
    question = ask()
    with database.transaction() as connection:
        queue.put_on_air(connection, moderation.approve(connection, question, by="bo"), by="bo")
        goals = [line.goal for line in store.history(connection, question.id)]
    assert goals == [State.NEW, State.APPROVED, State.QUEUED, State.ON_AIR]


def test_a_new_question_cannot_go_on_air_and_leaves_the_one_shown(
    database: Database, ask: Ask, live_hour: OfficeHour
) -> None:
    (one,) = queue_all(database, ask("Eins?"))
    two = ask("Zwei?")
    with database.transaction() as connection:
        shown = queue.put_on_air(connection, one, by="bo")
        with pytest.raises(MoveRefused):
            queue.put_on_air(connection, two, by="bo")
        assert queue.on_air(connection, live_hour.id) == shown


def test_nothing_goes_on_air_without_a_programme(database: Database, ask: Ask) -> None:
    (question,) = queue_all(database, ask())
    with database.transaction() as connection, pytest.raises(MoveRefused, match="planned"):
        queue.put_on_air(connection, question, by="bo")


def test_the_end_closes_the_queue_and_twice_is_fine(database: Database, ask: Ask, live_hour: OfficeHour) -> None:
    one, two = queue_all(database, ask("Eins?"), ask("Zwei?"))
    new = ask("Drei?")
    with database.transaction() as connection:
        queue.put_on_air(connection, one, by="bo")
        assert [question.id for question in queue.close(connection, live_hour.id, by="end")] == [two.id]
        assert queue.close(connection, live_hour.id, by="end") == []
        states = [store.get(connection, id).state for id in (one.id, two.id, new.id)]
    assert states == [State.ANSWERED, State.NOT_REACHED, State.NEW]
