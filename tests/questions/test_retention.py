"""What nobody needs any more is erased after its term, by a clock that is passed in; counts and public words stay."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from ingest import store as ingest_store
from ingest.database import Database, now
from ingest.officehours import OfficeHour
from ingest.officehours import State as HourState
from ingest.secrets import Safe
from questions import again, intake, lists, mail, mine, moderation, queue, reach, retention, store, support
from questions.question import Question, Reason, State
from questions.retention import Terms
from tests.ingest.conftest import NOON

TERMS = Terms(originals_days=30, askers_days=90)
DAY = timedelta(days=1)


@pytest.fixture
def mailed(database: Database, safe: Safe, hour: OfficeHour) -> list[Question]:
    """Three mails: one answered, one rejected, one not reached; the office hour is over."""
    with database.transaction() as connection:
        found = []
        for number in range(3):
            raw = f"From: Chris C <c{number}@x.example>\nMessage-ID: <{number}@x>\nSubject: Tram\n\nWann {number}?\n"
            question = intake.take(connection, mail.read(raw.encode(), received_at=NOON), safe)
            assert question is not None
            found.append(moderation.assign(connection, question, hour.id) if not question.office_hour else question)
        for question in (found[0], found[2]):
            question = moderation.approve(connection, question, by="bo")
            for voter in ("ada", "dana"):
                support.give(connection, question, support.digest(voter), now())
        moderation.reject(connection, found[1], Reason.OFF_TOPIC, by="bo")
        for state in (HourState.BACKSTAGE, HourState.ON_AIR):
            ingest_store.move_office_hour(connection, hour.id, state)
        queue.put_on_air(connection, store.get(connection, found[0].id), by="bo")
        ingest_store.move_office_hour(connection, hour.id, HourState.ENDED, ended_at=now())
        queue.close(connection, hour.id, by="clock")
    return found


def look(database: Database, at: datetime) -> int:
    """What the clock does at this moment."""
    with database.transaction() as connection:
        return retention.erase(connection, retention.due(connection, at, TERMS), at)


def test_nothing_goes_before_its_term(database: Database, mailed: list[Question]) -> None:
    with database.reading() as connection:
        assert retention.due(connection, now() + 29 * DAY, TERMS).empty


def test_messages_as_they_came_in_go_first(database: Database, safe: Safe, mailed: list[Question]) -> None:
    assert look(database, now() + 31 * DAY) == 3
    with database.reading() as connection:
        for question in mailed:
            assert intake.original_of(connection, question.id, safe) is None
            assert intake.contact_of(connection, question.id, safe) is not None
        assert retention.due(connection, now() + 31 * DAY, TERMS).empty


def test_then_who_asked_and_what_was_not_public(database: Database, safe: Safe, mailed: list[Question]) -> None:
    at = now() + 91 * DAY
    with database.transaction() as connection:
        mine.link(connection, mailed[0].id, "secret")
    assert look(database, at) == 3
    with database.reading() as connection:
        answered, rejected, open_one = (store.get(connection, question.id) for question in mailed)
        assert (answered.state, rejected.state, open_one.state) == (State.ANSWERED, State.REJECTED, State.NOT_REACHED)
        assert (answered.text, rejected.text, open_one.text) == ("Wann 0?", "", "Wann 2?")
        for question in (answered, rejected, open_one):
            assert question.forgotten_at == at
            assert (question.author, question.original_text, question.subject, question.sender) == ("", "", "", None)
            assert intake.contact_of(connection, question.id, safe) is None
            assert reach.of(connection, question.id) is None
        assert mine.behind(connection, "secret") is None
        assert support.counts(connection, [open_one.id]) == {open_one.id: 2}
        assert support.of(connection, support.digest("ada")) == []
        assert retention.due(connection, at, TERMS).empty


def test_the_same_mail_is_not_taken_in_again(database: Database, safe: Safe, mailed: list[Question]) -> None:
    look(database, now() + 91 * DAY)
    raw = b"From: Chris C <c0@x.example>\nMessage-ID: <0@x>\nSubject: Tram\n\nWann 0?\n"
    with database.transaction() as connection:
        assert intake.take(connection, mail.read(raw, received_at=NOON), safe) is None


def test_who_is_promised_something_is_known_until_then(database: Database, safe: Safe, mailed: list[Question]) -> None:
    """A promised day for the whole office hour, and the wish to be asked again."""
    with database.transaction() as connection:
        known = lists.of(connection, mailed[0].office_hour or "")
        lists.say(connection, known, now(), due_on=(now() + 60 * DAY).date())
        again.wish(connection, store.get(connection, mailed[2].id), now())
    look(database, now() + 91 * DAY)
    with database.reading() as connection:
        assert [store.get(connection, question.id).forgotten_at for question in mailed] == [None] * 3
    look(database, now() + 152 * DAY)
    with database.reading() as connection:
        found = [store.get(connection, question.id).forgotten_at is not None for question in mailed]
        assert found == [True, True, False]
    look(database, now() + 366 * DAY)
    with database.reading() as connection:
        assert store.get(connection, mailed[2].id).forgotten_at is not None
        assert again.open_ones(connection) == []


def test_a_question_of_no_office_hour_has_its_own_term(database: Database, safe: Safe, mailed: list[Question]) -> None:
    with database.transaction() as connection:
        moved = store.questions.update().values(office_hour=None)
        connection.execute(moved.where(store.questions.c.id == mailed[1].id))
        connection.execute(sa.update(ingest_store.office_hours).values(ended_at=now() + 200 * DAY))
    assert look(database, now() + 91 * DAY) == 1


def test_an_answer_given_late_begins_the_term_anew(database: Database, mailed: list[Question]) -> None:
    with database.transaction() as connection:
        later = store.questions.update().values(changed_at=now() + 80 * DAY)
        connection.execute(later.where(store.questions.c.id == mailed[2].id))
    assert look(database, now() + 91 * DAY) == 2
