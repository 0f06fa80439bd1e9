"""Bo decides; every decision is kept with who, when and why."""

import pytest

from ingest import events
from ingest.database import Database
from ingest.officehours import OfficeHour
from ingest.store import Overtaken
from questions import moderation, queue, store
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


def test_a_merged_question_is_counted_with_the_one_that_speaks_for_it(
    database: Database, ask: Ask, hour: OfficeHour
) -> None:
    one, two, three = ask("Wann kommt die Tram?"), ask("Kommt die Tram?"), ask("Wann fährt die Tram?")
    with database.transaction() as connection:
        merged = moderation.merge(connection, three, two, by="bo")
        assert (merged.state, merged.merged_into) == (State.MERGED, two.id)
        moderation.merge(connection, two, one, by="bo")
        assert store.merged_counts(connection, hour.id) == {one.id: 2, two.id: 1}
        back = moderation.fetch_back(connection, merged, by="bo")
        assert (back.state, back.merged_into) == (State.NEW, None)
        assert store.merged_counts(connection, hour.id) == {one.id: 1}


def test_nothing_is_merged_into_itself_or_into_what_does_not_speak(database: Database, ask: Ask) -> None:
    one, two = ask("Eins?"), ask("Zwei?")
    with database.transaction() as connection:
        with pytest.raises(MoveRefused):
            moderation.merge(connection, one, one, by="bo")
        rejected = moderation.reject(connection, two, Reason.INSULT, by="bo")
        with pytest.raises(MoveRefused, match="rejected"):
            moderation.merge(connection, one, rejected, by="bo")


def test_the_last_move_can_be_undone_with_its_reason(database: Database, ask: Ask, hour: OfficeHour) -> None:
    question = ask()
    with database.transaction() as connection:
        moderation.reject(connection, question, Reason.OFF_TOPIC, by="bo")
        moderation.fetch_back(connection, store.get(connection, question.id), by="bo")
        change = moderation.last_move(connection, hour.id, "bo")
        assert change is not None
        undone = moderation.undo(connection, change, by="bo")
        assert (undone.state, undone.reason) == (State.REJECTED, Reason.OFF_TOPIC)
        with pytest.raises(Overtaken):
            moderation.undo(connection, change, by="bo")
        assert [line.goal for line in store.history(connection, question.id)] == [
            State.NEW, State.REJECTED, State.NEW, State.REJECTED,
        ]  # fmt: skip


def test_only_ones_own_newest_move_is_offered(database: Database, ask: Ask, hour: OfficeHour) -> None:
    question = ask()
    with database.transaction() as connection:
        assert moderation.last_move(connection, hour.id, "bo") is None
        approved = moderation.approve(connection, question, by="bo")
        moderation.reject(connection, approved, Reason.INSULT, by="ada")
        assert moderation.last_move(connection, hour.id, "bo") is None  # somebody else moved it since


def test_what_everybody_has_seen_is_not_undone(database: Database, ask: Ask, live_hour: OfficeHour) -> None:
    question = ask()
    with database.transaction() as connection:
        queue.put_on_air(connection, moderation.approve(connection, question, by="bo"), by="bo")
        assert moderation.last_move(connection, live_hour.id, "bo") is None


def test_a_changed_wording_is_marked(database: Database, ask: Ask) -> None:
    question = ask("Wan komt die Tram?")
    with database.transaction() as connection:
        same = moderation.reword(connection, question, text="Wan komt die Tram?")
        assert not same.reworded
        assert moderation.reword(connection, same, text="Wann kommt die Tram?").reworded


def test_what_a_colleague_has_written_meanwhile_is_not_lost(database: Database, ask: Ask) -> None:
    question = ask("Wan komt die Tram?")
    with database.transaction() as connection:
        seen = moderation.print_of(question.text)
        reworded = moderation.reword(connection, question, text="Wann kommt die Tram?", was=seen)
        with pytest.raises(Overtaken, match="reworded"):
            moderation.reword(connection, reworded, text="Kommt die Tram?", was=seen)


def test_a_question_is_looked_after_and_sorted(database: Database, ask: Ask) -> None:
    question = ask()
    with database.transaction() as connection:
        question = moderation.look_after(connection, question, "bo")
        question = moderation.sort(connection, question, topic=" Verkehr ", tags="#Tram, Nordstadt,tram\n")
    assert (question.owner, question.topic, question.tag_list) == ("bo", "Verkehr", ["tram", "nordstadt"])
