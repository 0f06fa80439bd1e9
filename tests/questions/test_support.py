"""Voices on the public list: one a person, in an order by chance, taken back by who gave them; and the outcome."""

from datetime import date

import pytest

from ingest.database import Database
from ingest.officehours import OfficeHour
from questions import answers, lists, moderation, queue, support
from questions.question import MoveRefused
from tests.ingest.conftest import NOON
from tests.questions.conftest import Ask


def test_a_person_has_one_voice_a_question(database: Database, ask: Ask, hour: OfficeHour) -> None:
    question = ask()
    chris, dana = support.digest("chris"), support.digest("dana")
    with database.transaction() as connection:
        with pytest.raises(MoveRefused):
            support.give(connection, question, chris, NOON)
        question = moderation.approve(connection, question, by="bo")
        given = [support.give(connection, question, who, NOON) for who in (chris, chris, dana)]
        assert (given, support.counts_in(connection, hour.id)) == ([True, False, True], {question.id: 2})
        assert [support.take_back(connection, question, chris) for _ in range(2)] == [True, False]
        assert support.of(connection, dana) == [question]
        assert (support.forget(connection, dana), support.counts(connection, [question.id])) == (1, {})


def test_everybody_has_an_order_of_their_own_that_stays() -> None:
    ids = [str(number) for number in range(20)]
    assert support.shuffled(ids, "chris") == support.shuffled(ids[::-1], "chris")
    assert len({tuple(support.shuffled(ids, str(seed))) for seed in range(30)}) == 30
    firsts = {support.shuffled(ids, str(seed))[0] for seed in range(200)}
    assert len(firsts) == 20


def test_the_outcome_counts_each_question_once(database: Database, ask: Ask, hour: OfficeHour) -> None:
    asked = [ask(f"Frage {number}?") for number in range(5)]
    with database.transaction() as connection:
        for question in asked[:3]:
            moderation.approve(connection, question, by="bo")
        moderation.merge(connection, asked[3], asked[0], by="bo")
        approved = moderation.approve(connection, asked[4], by="bo")
        answers.give(connection, approved, "Ja.", by="bo", at=NOON)
        queue.close(connection, hour.id, by="clock")
        lists.say(connection, lists.of(connection, hour.id), NOON, due_on=date(2026, 12, 5))
        found = lists.outcome(connection, hour.id)
    assert (found.answered, found.all, found.open, found.due_on) == (1, 4, 3, date(2026, 12, 5))


def test_a_list_is_shown_until_somebody_hides_it(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        assert not lists.of(connection, hour.id).hidden
        for hidden in (True, False, True):
            lists.say(connection, lists.of(connection, hour.id), NOON, hidden=hidden)
        assert lists.of(connection, hour.id).hidden
