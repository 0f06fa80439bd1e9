"""An answer in writing stands on the question's page, and all who asked hear of it once."""

import pytest

from ingest.database import Database
from ingest.officehours import OfficeHour
from ingest.secrets import Safe
from questions import answers, letters, mine, moderation, queue, reach, store
from questions.letter import Kind
from questions.question import MoveRefused, Question, State
from tests.ingest.conftest import NOON
from tests.questions.conftest import Ask


def writable(database: Database, question: Question, address: str, safe: Safe) -> None:
    with database.transaction() as connection:
        reach.confirm(connection, reach.begin(connection, question, address, safe, NOON), NOON)


def test_all_who_asked_are_told_once(database: Database, ask: Ask, safe: Safe) -> None:
    one, two = ask("Wann kommt die Tram?"), ask("Kommt die Tram?")
    for question, address in ((one, "c@x.example"), (two, "d@x.example")):
        writable(database, question, address, safe)
    with database.transaction() as connection:
        moderation.merge(connection, two, one, by="bo")
        approved = moderation.approve(connection, one, by="bo")
        done = answers.give(connection, approved, " Im April.\0 ", by="bo", at=NOON)
        assert done.state is State.IN_WRITING
        assert answers.give(connection, done, "Im Mai.", by="bo", at=NOON).state is State.IN_WRITING
        known = letters.kinds_known(connection, [one.id, two.id])
        answer = answers.of(connection, one.id)
    assert known == {one.id: {Kind.WRITTEN}, two.id: {Kind.WRITTEN}}
    assert answer is not None
    assert (answer.text, answer.changed_at) == ("Im Mai.", NOON)


def test_only_what_is_on_the_list_is_answered_and_with_words(database: Database, ask: Ask) -> None:
    question = ask()
    with database.transaction() as connection:
        with pytest.raises(MoveRefused):
            answers.give(connection, question, "Im April.", by="bo", at=NOON)
        with pytest.raises(MoveRefused, match="words"):
            answers.give(connection, moderation.approve(connection, question, by="bo"), "\0 ", by="bo", at=NOON)


def test_a_text_beside_the_film_writes_no_letter(
    database: Database, ask: Ask, live_hour: OfficeHour, safe: Safe
) -> None:
    question = ask()
    writable(database, question, "c@x.example", safe)
    with database.transaction() as connection:
        shown = queue.put_on_air(connection, moderation.approve(connection, question, by="bo"), by="bo")
        done = queue.answered(connection, shown, by="bo")
        assert answers.give(connection, done, "Im April.", by="bo", at=NOON).state is State.ANSWERED
        assert letters.kinds_known(connection, [question.id]) == {}


def test_the_text_goes_with_the_question(database: Database, ask: Ask) -> None:
    question = ask()
    with database.transaction() as connection:
        approved = moderation.approve(connection, question, by="bo")
        mine.take_back(connection, answers.give(connection, approved, "Im April.", by="bo", at=NOON))
        assert answers.of(connection, question.id) is None
        assert store.get(connection, question.id).state is State.TAKEN_BACK


def test_there_was_no_time_for_those_who_asked_the_same_either(
    database: Database, ask: Ask, live_hour: OfficeHour, safe: Safe
) -> None:
    one, two = ask("Wann kommt die Tram?"), ask("Kommt die Tram?")
    writable(database, two, "d@x.example", safe)
    with database.transaction() as connection:
        moderation.merge(connection, two, one, by="bo")
        moderation.approve(connection, one, by="bo")
        queue.close(connection, live_hour.id, by="clock")
        assert letters.kinds_known(connection, [two.id]) == {two.id: {Kind.NOT_REACHED}}
