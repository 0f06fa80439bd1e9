"""A question goes to a department by link; its note is for host and staff, its draft goes out once approved."""

from datetime import date, timedelta

import pytest

from ingest.database import Database
from ingest.engine import Engine
from ingest.officehours import OfficeHour
from ingest.secrets import Safe
from questions import answers, errands, moderation, store
from questions.errand import Errand, ErrandRefused, Notice, Purpose, State, check_move, is_overdue, needs_reminder
from questions.letter import LetterState
from questions.question import Question
from questions.question import State as QuestionState
from tests.ingest.conftest import NOON
from tests.questions.conftest import Ask
from tests.questions.posting import SITE, send_waiting
from tests.standins.postbox import Postbox

DAY = date(2026, 12, 5)


def handed(
    database: Database, question: Question, safe: Safe, purpose: Purpose = Purpose.ANSWER, address: str = ""
) -> Errand:
    with database.transaction() as connection:
        return errands.ask(
            connection, question, purpose=purpose, department="Tiefbauamt", address=address, due_on=DAY,
            note="Bitte kurz.", by="bo", safe=safe, at=NOON,
        )  # fmt: skip


@pytest.fixture
def question(database: Database, ask: Ask) -> Question:
    question = ask("Wann kommt der Radweg?")
    with database.transaction() as connection:
        return moderation.approve(connection, question, by="bo")


def test_a_draft_is_written_sent_back_and_approved(
    database: Database, question: Question, safe: Safe, hour: OfficeHour
) -> None:
    errand = handed(database, question, safe)
    token = safe.open(errand.sealed_link)
    with database.transaction() as connection:
        known = errands.behind(connection, token)
        assert known == errand
        written = errands.write(connection, errand, "Bald.", NOON + timedelta(hours=1))
        returned = errands.send_back(connection, written, "Wann genau?", by=errands.HOST, at=NOON + timedelta(hours=2))
        written = errands.write(connection, returned, "Im April.", NOON + timedelta(hours=3))
        assert errands.of_office_hour(connection, hour.id, frozenset({State.WRITTEN})) == [written]
        done = errands.approve(connection, written, "", by=errands.HOST, at=NOON + timedelta(hours=4))
        answer, lines = answers.of(connection, question.id), errands.history(connection, errand.id)
    assert answer is not None
    assert (done.state, answer.text) == (QuestionState.IN_WRITING, "Im April.")
    assert [(line.by, line.state) for line in lines] == [
        ("bo", State.ASKED), ("department", State.WRITTEN), ("host", State.RETURNED), ("department", State.WRITTEN),
        ("host", State.APPROVED),
    ]  # fmt: skip


def test_a_note_is_for_host_and_staff_and_needs_no_approval(database: Database, question: Question, safe: Safe) -> None:
    errand = handed(database, question, safe, Purpose.BRIEFING)
    with database.transaction() as connection:
        assert errands.briefings(connection, question.id) == []
        written = errands.write(connection, errand, "Die Mittel sind bewilligt.", NOON)
        assert [each.text for each in errands.briefings(connection, question.id)] == ["Die Mittel sind bewilligt."]
        with pytest.raises(ErrandRefused):
            errands.approve(connection, written, "", by=errands.HOST, at=NOON)
        assert store.get(connection, question.id).state is QuestionState.APPROVED


def test_what_is_called_off_is_not_written(database: Database, question: Question, safe: Safe) -> None:
    errand = handed(database, question, safe)
    with database.transaction() as connection:
        off = errands.call_off(connection, errand, by="bo", at=NOON)
        with pytest.raises(ErrandRefused):
            errands.write(connection, off, "Doch.", NOON)
        with pytest.raises(ErrandRefused, match="called_off"):
            check_move(off, State.APPROVED)


@pytest.mark.parametrize(
    ("today", "late", "reminded"),
    [(date(2026, 11, 23), False, False), (date(2026, 12, 2), False, False), (date(2026, 12, 3), False, True),
     (date(2026, 12, 6), True, True)],
)  # fmt: skip
def test_a_department_is_reminded_before_its_day(
    database: Database, question: Question, safe: Safe, today: date, late: bool, reminded: bool
) -> None:
    errand = handed(database, question, safe)
    assert (is_overdue(errand, today), needs_reminder(errand, today)) == (late, reminded)


def test_mails_go_to_the_department_each_once(
    database: Database, question: Question, safe: Safe, office: Engine, box: Postbox
) -> None:
    errand = handed(database, question, safe, address="tiefbau@stadt.example")
    send_waiting(office)
    with database.transaction() as connection:
        assert errands.get(connection, errand.id).told is LetterState.SENT
        assert [errands.remind_due(connection, DAY, NOON) for _ in range(2)] == [1, 0]
    send_waiting(office)
    with database.transaction() as connection:
        known = errands.get(connection, errand.id)
    assert (known.notice, known.told) == (Notice.REMINDER, LetterState.SENT)
    link = f"{SITE}/department/{safe.open(errand.sealed_link)}"
    texts = [message.get_content() for message in box.mails]
    assert [(link in text, "Bitte kurz." in text, "> Wann kommt der Radweg?" in text) for text in texts] == [
        (True, True, True), (True, True, True),
    ]  # fmt: skip
    assert box.recipients == ["tiefbau@stadt.example"] * 2


def test_the_hosts_link_stays_until_it_is_renewed(database: Database, hour: OfficeHour, safe: Safe) -> None:
    with database.transaction() as connection:
        first = errands.desk_of(connection, hour.id, safe)
        assert errands.desk_of(connection, hour.id, safe) == first
        assert errands.office_hour_behind(connection, first) == hour.id
        second = errands.renew_desk(connection, hour.id, safe)
        assert errands.office_hour_behind(connection, first) is None
        assert errands.office_hour_behind(connection, second) == hour.id
