"""Letters against a real mail server on loopback: friendly, busy, slow, and one that hangs up after the text."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from ingest import engine, steps
from ingest import store as ingest_store
from ingest.database import Database, now
from ingest.officehours import MOVE_STANDS, OfficeHour, Visibility
from ingest.officehours import State as HourState
from ingest.secrets import Safe
from questions import bounces, intake, letters, mail, mine, moderation, queue, reach, store
from questions.letter import GRACE, Kind, Letter, LetterState
from questions.question import Contact, Question, Reason, State
from questions.sources import form
from tests.questions.posting import BERLIN, SITE, send_waiting
from tests.standins.postbox import Postbox


def by_mail(
    database: Database, safe: Safe, hour: OfficeHour, sender: str = "chris@x.example", number: int = 1
) -> Question:
    raw = f"From: Chris <{sender}>\nMessage-ID: <{number}@x>\nSubject: Tram\n\nWann kommt die Tram {number} denn?\n"
    with database.transaction() as connection:
        if ingest_store.office_hour(connection, hour.id).state is HourState.PLANNED:
            ingest_store.move_office_hour(connection, hour.id, HourState.OPEN)
        question = intake.take(connection, mail.read(raw.encode(), received_at=now()), safe)
    assert question is not None
    return question


def by_form(database: Database, safe: Safe, hour: OfficeHour, address: str = "chris@x.example") -> Question:
    values = {"question": "Kaufen Sie bei spam.example!", "email": address, "consent": "yes"}
    with database.transaction() as connection:
        arrival = form.read(values, office_hour=hour.id, language="de", at=now())
        question = intake.take(connection, arrival, safe)
    assert question is not None
    return question


def post(office: engine.Engine, later: timedelta = timedelta(0)) -> list[Letter]:
    """Write what is due, deliver all that may go, and return every letter."""
    with office.database.transaction() as connection:
        letters.want_due(connection, now() + later, BERLIN)
    send_waiting(office)
    with office.database.reading() as connection:
        query = sa.select(letters.letters.c.id).order_by(letters.letters.c.wanted_at)
        return [letters.get(connection, id) for id in connection.scalars(query)]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_mail_gets_a_receipt_marked_as_automatic(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour
) -> None:
    question = by_mail(database, safe, hour)
    (letter,) = post(office)
    post(office)
    (message,) = box.mails
    page = f"{SITE}/mine/{reach.token_of(question.id, safe)}"
    assert {name: message[name] for name in ("Message-ID", "Auto-Submitted", "Precedence", "List-Unsubscribe")} == {
        "Message-ID": f"<{letter.step}@stadt.example>",
        "Auto-Submitted": "auto-replied",
        "Precedence": "bulk",
        "List-Unsubscribe": f"<{page}>",
    }
    assert (message["Subject"], page in text_of(message)) == ("Ihre Frage ist angekommen – Sprechstunde", True)
    assert f"{SITE}/test\r\n" in text_of(message)  # where to try one's camera, for who would rather speak
    with database.reading() as connection:
        assert mine.behind(connection, page.rpartition("/")[2]) == question
    back = mail.read(message.as_bytes(), received_at=now())
    assert back.set_aside is Reason.AUTO_REPLY  # so that our own letter, coming back, is answered by nobody


def test_an_address_in_the_form_gets_one_letter_without_the_words_of_a_stranger(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour
) -> None:
    question = by_form(database, safe, hour)
    with database.transaction() as connection:
        moderation.approve(connection, question, by="bo")
    assert post(office, GRACE) == []
    other = by_form(database, safe, hour)
    assert [letter.kind for letter in post(office)] == [Kind.CONFIRM]
    assert "spam.example" not in box.mails[0].as_string()
    with database.transaction() as connection:
        known = reach.behind(connection, reach.token_of(other.id, safe))
        assert known is not None
        reach.confirm(connection, known, now())
        moderation.approve(connection, other, by="bo")
    assert [letter.kind for letter in post(office, GRACE)] == [Kind.CONFIRM, Kind.APPROVED]


def test_a_form_cannot_fill_somebodys_mailbox(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour
) -> None:
    for _ in range(9):
        by_form(database, safe, hour, "Victim@x.example")
    assert len(post(office)) == 5


def test_a_rejection_says_its_reason_and_is_not_sent_when_it_was_undone(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour
) -> None:
    question = by_mail(database, safe, hour)
    post(office)
    with database.transaction() as connection:
        rejected = moderation.reject(connection, question, Reason.OFF_TOPIC, by="bo")
        letters.want_due(connection, now() + GRACE, BERLIN)
        moderation.fetch_back(connection, rejected, by="bo")
    assert [letter.state for letter in post(office)] == [LetterState.SENT, LetterState.DROPPED]
    again = by_mail(database, safe, hour, number=2)
    post(office)
    with database.transaction() as connection:
        moderation.reject(connection, again, Reason.OFF_TOPIC, by="bo")
    post(office, GRACE)
    assert "Grund:" in text_of(box.mails[-1])


def test_an_answer_reaches_all_who_asked_once_it_is_released(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour
) -> None:
    first, second = by_mail(database, safe, hour), by_mail(database, safe, hour, "dana@x.example", 2)
    post(office)
    with database.transaction() as connection:
        moderation.merge(connection, second, first, by="bo")
        spoken = queue.queue(connection, moderation.approve(connection, first, by="bo"), by="bo")
        for state in (HourState.BACKSTAGE, HourState.ON_AIR):
            ingest_store.move_office_hour(connection, hour.id, state)
        queue.answered(connection, queue.put_on_air(connection, spoken, by="bo"), by="bo")
        ingest_store.move_office_hour(connection, hour.id, HourState.ENDED)
        assert letters.unreleased(connection, hour.id) == 2
    with database.transaction() as connection:
        ingest_store.set_visibility(connection, hour.id, Visibility.RELEASED, now())
        answer = store.get(connection, first.id)
        assert [letters.answered(connection, answer, f"/q/{first.id}") for _ in range(2)] == [2, 0]
    box.recipients.clear()
    post(office)
    assert sorted(box.recipients) == ["chris@x.example", "dana@x.example"]
    assert all(f"{SITE}/q/{first.id}" in text_of(message) for message in box.mails[-2:])


def test_who_asked_long_ago_is_told_that_it_does_not_take_place(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour
) -> None:
    by_mail(database, safe, hour)
    post(office)
    with database.transaction() as connection:
        start = now() + timedelta(days=20)
        off = {"starts_at": start, "state": HourState.CANCELLED, "cancelled_note": "Ada ist krank."}
        connection.execute(ingest_store.office_hours.update().values(**off))
        connection.execute(store.questions.update().values(changed_at=now() - timedelta(days=30)))
    post(office)
    post(office)
    assert [message["Subject"] for message in box.mails[1:]] == ["Die Sprechstunde fällt aus – Sprechstunde"]
    (entry,) = box.mails[1].iter_attachments()
    assert "STATUS:CANCELLED" in str(entry.get_content()).splitlines()
    assert "Ada ist krank." in text_of(box.mails[1])


def move_to(database: Database, hour: OfficeHour, days: int) -> OfficeHour:
    """Staff give it another day, long enough ago for it to stand."""
    with database.transaction() as connection:
        before = ingest_store.office_hour(connection, hour.id)
        start = now() + timedelta(days=days)
        values = {"moved_at": now() - 2 * MOVE_STANDS, "moved_from": before.starts_at}
        ingest_store.change_office_hour(connection, hour.id, starts_at=start, **values)
        return ingest_store.office_hour(connection, hour.id)


def test_each_address_hears_once_of_each_move_with_the_new_date_for_its_calendar(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour
) -> None:
    for number in (1, 2):
        by_mail(database, safe, hour, number=number)
    by_mail(database, safe, hour, "dana@x.example", 3)
    post(office)
    box.mails.clear()
    box.recipients.clear()
    moved = move_to(database, hour, 20)
    post(office)
    post(office)
    assert sorted(box.recipients) == ["chris@x.example", "dana@x.example"]
    (message, _) = box.mails
    assert message["Subject"] == "Die Sprechstunde ist zu einer anderen Zeit – Sprechstunde"
    (entry,) = message.iter_attachments()
    lines = str(entry.get_content()).splitlines()
    assert {"METHOD:PUBLISH", f"SEQUENCE:{moved.revision}", f"UID:{hour.id}@officehours"} <= set(lines)
    assert f"DTSTART:{moved.starts_at:%Y%m%dT%H%M%S}Z" in lines
    assert "Nicht mehr am" in text_of(message)
    with database.transaction() as connection:
        connection.execute(letters.letters.update().values(wanted_at=now() - timedelta(days=1)))  # time goes by
    again = move_to(database, moved, 30)
    post(office)
    assert len(box.mails) == 4
    assert again.revision == moved.revision + 1


def test_a_move_that_does_not_hold_any_more_is_not_told(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour
) -> None:
    by_mail(database, safe, hour)
    post(office)
    box.mails.clear()
    move_to(database, hour, 20)
    with database.transaction() as connection:
        letters.want_due(connection, now(), BERLIN)
        ingest_store.move_office_hour(connection, hour.id, HourState.CANCELLED)
    post(office)
    assert [message["Subject"] for message in box.mails] == ["Die Sprechstunde fällt aus – Sprechstunde"]


def test_the_day_comes_with_an_entry_for_the_calendar(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour
) -> None:
    with database.transaction() as connection:
        noon = now().astimezone(BERLIN).replace(hour=23, minute=59, second=59)
        table = ingest_store.office_hours
        connection.execute(table.update().values(starts_at=noon, title="Frage, und\r\nBcc: a@b.example; Antwort"))
    by_mail(database, safe, hour)
    post(office, noon - timedelta(minutes=1) - now())
    (message,) = [each for each in box.mails if "heute" in each["Subject"]]
    (entry,) = message.iter_attachments()
    lines = str(entry.get_content()).splitlines()
    assert (entry.get_content_type(), entry.get_filename()) == ("text/calendar", "office-hour.ics")
    assert r"SUMMARY:Frage\, und Bcc: a@b.example\; Antwort" in lines
    assert (message["Bcc"], box.recipients[-1]) == (None, "chris@x.example")


@pytest.mark.parametrize(
    ("manners", "letter", "step", "texts"),
    [
        ("busy", LetterState.WAITING, steps.State.PARKED, 0),
        ("hangs up early", LetterState.WAITING, steps.State.PARKED, 0),
        ("unknown", LetterState.REFUSED, steps.State.DONE, 0),
        ("unwelcome", LetterState.REFUSED, steps.State.FAILED, 0),
        ("slow", LetterState.DOUBTFUL, steps.State.FAILED, 1),
        ("hangs up", LetterState.DOUBTFUL, steps.State.FAILED, 1),
    ],
)
def test_what_the_server_answers_decides(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour,
    manners: str, letter: LetterState, step: steps.State, texts: int,
) -> None:  # fmt: skip
    question = by_mail(database, safe, hour)
    box.manners = manners
    (found,) = post(office)
    with database.reading() as connection:
        ended = steps.get(connection, found.step)
        known = reach.of(connection, question.id)
    assert known is not None
    assert (found.state, ended.state, box.texts, known.dead_at is not None) == (
        letter,
        step,
        texts,
        manners == "unknown",
    )
    box.manners = "friendly"
    post(office)
    assert box.texts == texts  # nothing goes a second time by itself


def test_a_busy_server_is_asked_again_and_a_doubtful_letter_only_by_staff(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour
) -> None:
    by_mail(database, safe, hour)
    box.manners = "busy"
    post(office)
    office.clock = lambda: now() + timedelta(minutes=3)
    box.manners = "hangs up"
    office.reconcile()
    (doubtful,) = post(office)
    assert (doubtful.state, doubtful.tries) == (LetterState.DOUBTFUL, 1)
    box.manners = "friendly"
    with database.transaction() as connection:
        assert letters.send_again(connection, doubtful)
    (sent,) = post(office)
    assert (sent.state, len(box.mails)) == (LetterState.SENT, 1)


def test_a_worker_that_died_after_the_text_leaves_a_doubt_and_no_second_letter(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour
) -> None:
    by_mail(database, safe, hour)
    with database.transaction() as connection:
        letters.want_due(connection, now(), BERLIN)
        connection.execute(letters.letters.update().values(state=LetterState.SENDING))
    (letter,) = post(office)
    assert (letter.state, box.texts) == (LetterState.DOUBTFUL, 0)


def test_stopped_and_erased_means_no_letter(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour
) -> None:
    question = by_mail(database, safe, hour)
    with database.transaction() as connection:
        known = reach.of(connection, question.id)
        assert known is not None
        letters.want_due(connection, now(), BERLIN)
        reach.stop(connection, known, now())
    assert [letter.state for letter in post(office)] == [LetterState.DROPPED]
    later = by_form(database, safe, hour)
    assert len(post(office)) == 1
    with database.transaction() as connection:
        assert mine.erase_everything(connection, known) == 2
        found = store.by_ids(connection, [question.id, later.id])
        assert [found[question.id].state, found[later.id].state] == [State.TAKEN_BACK, State.NEW]
        contacts = [intake.contact_of(connection, id, safe) for id in found]
        assert (contacts, reach.of_address(connection, known.address)) == ([None, None], [])


BOUNCE = """From: MAILER-DAEMON@x.example
Subject: Undelivered Mail
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Action: {action}
Status: {status}

--b
Content-Type: message/rfc822

Message-ID: <{step}@stadt.example>
--b--
"""


@pytest.mark.parametrize(("action", "status", "dead"), [("failed", "5.1.1", True), ("delayed", "4.4.1", False)])
def test_a_letter_that_came_back_marks_its_address(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour,
    action: str, status: str, dead: bool,
) -> None:  # fmt: skip
    question = by_mail(database, safe, hour)
    (letter,) = post(office)
    raw = BOUNCE.format(step=letter.step, action=action, status=status).encode()
    with database.transaction() as connection:
        intake.take(connection, mail.read(raw, received_at=now()), safe)
        assert bounces.take(connection, raw.replace(letter.step.encode(), b"0" * 32), now()) == 0
        known = reach.of(connection, question.id)
    assert known is not None
    assert (known.dead_at is not None) is dead


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "a b@c.example"])
def test_no_header_gets_into_a_letter(
    office: engine.Engine, box: Postbox, database: Database, safe: Safe, hour: OfficeHour, address: str
) -> None:
    question = by_mail(database, safe, hour)
    with database.transaction() as connection:
        sealed = intake.seal_contact(safe, Contact(name="Chris", address=address))
        connection.execute(store.question_contacts.update().values(sealed=sealed))
    assert [letter.state for letter in post(office)] == [LetterState.REFUSED]
    assert (box.texts, question.state) == (0, State.NEW)
