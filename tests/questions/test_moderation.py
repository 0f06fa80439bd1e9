"""Bo decides; every decision is kept with who, when and why."""

import pytest

from ingest import events
from ingest.database import Database
from ingest.officehours import OfficeHour
from ingest.store import NotFound, Overtaken
from questions import moderation, store
from questions.question import MoveRefused, Reason, State
from tests.questions.conftest import Ask


def test_a_question_is_approved_once(database: Database, ask: Ask) -> None:
    question = ask()
    with database.transaction() as connection:
        assert moderation.approve(connection, question, by="bo").state is State.APPROVED
    with database.transaction() as connection, pytest.raises(Overtaken):
        moderation.reject(connection, question, Reason.OFF_TOPIC, by="bo")


def test_a_rejection_has_a_reason_of_the_list_and_can_be_taken_back(database: Database, ask: Ask) -> None:
    question = ask()
    with database.transaction() as connection:
        with pytest.raises(MoveRefused, match="bounce"):
            moderation.reject(connection, question, Reason.BOUNCE, by="bo")
        rejected = moderation.reject(connection, question, Reason.OFF_TOPIC, by="bo")
        assert (rejected.state, rejected.reason) == (State.REJECTED, Reason.OFF_TOPIC)
        assert moderation.fetch_back(connection, rejected, by="bo").reason is None
        history = store.history(connection, question.id)
    assert [(line.by, line.start, line.goal, line.reason) for line in history] == [
        ("form", None, State.NEW, None),
        ("bo", State.NEW, State.REJECTED, Reason.OFF_TOPIC),
        ("bo", State.REJECTED, State.NEW, None),
    ]


def test_each_move_tells_the_pages(database: Database, ask: Ask, hour: OfficeHour) -> None:
    question = ask()
    with database.transaction() as connection:
        newest = events.newest(connection)
        moderation.approve(connection, question, by="bo")
        told = events.after(connection, newest)
    assert [(event.topic, event.office_hour, event.object) for event in told] == [("question", hour.id, question.id)]


def test_rewording_leaves_the_original(database: Database, ask: Ask) -> None:
    question = ask("Wan komt die Tram?")
    with database.transaction() as connection:
        reworded = moderation.reword(connection, question, text=" Wann kommt die Tram? ", author="C.")
        assert (reworded.text, reworded.original_text, reworded.author) == (
            "Wann kommt die Tram?",
            "Wan komt die Tram?",
            "C.",
        )
        with pytest.raises(Overtaken):
            moderation.reword(connection, question, text="Wann kommt der Bus?")


def test_the_board_shows_all_by_state(database: Database, ask: Ask, hour: OfficeHour) -> None:
    new, approved = ask("Eins?"), ask("Zwei?")
    with database.transaction() as connection:
        approved = moderation.approve(connection, approved, by="bo")
        board = moderation.board(connection, hour.id)
        assert (board[State.NEW], board[State.APPROVED], board[State.QUEUED]) == ([new], [approved], [])
        with pytest.raises(NotFound):
            store.get(connection, "nobody")
