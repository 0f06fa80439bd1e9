"""One sender's mails come to rest at a cap, and a mailbox that has gone silent is told of."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from ingest.database import Database, now
from ingest.officehours import OfficeHour
from ingest.officehours import State as HourState
from ingest.secrets import Safe
from questions import freshness, intake, mail, store
from questions.question import Question, Reason, State
from tests.ingest.conftest import NOON


def mail_of(sender: str, number: int) -> bytes:
    return f"From: {sender}\nMessage-ID: <{number}@x>\nSubject: Tram\n\nWann kommt die Tram {number}?\n".encode()


def take(database: Database, safe: Safe, sender: str, number: int) -> Question:
    with database.transaction() as connection:
        arrival = mail.read(mail_of(sender, number), received_at=NOON)
        question = intake.take(connection, arrival, safe, per_sender=3)
    assert question is not None
    return question


def test_mails_beyond_the_cap_are_set_aside_and_others_are_not(
    database: Database, safe: Safe, hour: OfficeHour
) -> None:
    taken = [take(database, safe, "Bot <BOT@x.example>" if n % 2 else "bot@x.example", n) for n in range(5)]
    other = take(database, safe, "chris@x.example", 9)
    assert [(each.state, each.reason) for each in [*taken, other]] == [
        (State.NEW, None),
        (State.NEW, None),
        (State.NEW, None),
        (State.SET_ASIDE, Reason.TOO_MANY),
        (State.SET_ASIDE, Reason.TOO_MANY),
        (State.NEW, None),
    ]


def test_a_sender_is_stored_as_a_fingerprint_of_this_house(
    database: Database, safe: Safe, hour: OfficeHour, tmp_path: Path
) -> None:
    question = take(database, safe, "chris@x.example", 1)
    with database.reading() as connection:
        assert store.get(connection, question.id).sender == safe.fingerprint("chris@x.example")
    assert "chris" not in (question.sender or "")


def test_a_silent_mailbox_is_told_of_and_a_house_without_one_is_not(database: Database) -> None:
    at = now()
    with database.transaction() as connection:
        assert freshness.overdue(connection, at) is None
        freshness.begin(connection, at, 60)
        freshness.begin(connection, at + timedelta(minutes=9), 60)  # a second try promises nothing new
        assert freshness.overdue(connection, at + timedelta(minutes=9)) is None
        assert freshness.overdue(connection, at + timedelta(minutes=11)) == at + timedelta(minutes=10)
        freshness.promise(connection, at + timedelta(minutes=11), 1)
        assert freshness.overdue(connection, at + timedelta(minutes=15)) is None
        freshness.stop(connection)
        assert freshness.overdue(connection, at + timedelta(days=1)) is None


def test_a_mail_that_comes_too_late_is_for_the_next_office_hour_or_for_staff_to_assign(hour: OfficeHour) -> None:
    raw = b"From: chris@x.example\nTo: fragen@stadt.example\nSubject: Tram\n\nWann?\n"
    arrival = mail.read(raw, received_at=NOON)
    shut = replace(
        hour, state=HourState.OPEN, question_mail="fragen@stadt.example", questions_until=NOON - timedelta(hours=1)
    )
    following = replace(shut, id="next", state=HourState.PLANNED, questions_until=None)
    assert intake.meant(arrival, [shut, following], NOON - timedelta(hours=2)) == shut
    assert intake.meant(arrival, [shut, following], NOON) == following
    assert intake.meant(arrival, [shut], NOON) is None
