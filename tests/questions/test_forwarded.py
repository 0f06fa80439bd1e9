"""A forwarded mail is recognised in the ways of the usual programs; only staff bring somebody else's question so."""

import time
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from ingest import store as ingest_store
from ingest.database import Database
from ingest.officehours import OfficeHour
from ingest.secrets import Safe
from questions import forwarded, intake, mail, moderation, reach, store
from questions.forwarded import Forwarded, person
from questions.question import Contact, MoveRefused, Question
from tests.ingest.conftest import NOON

ASKED = "wann wird der Radweg an der Elbe fertig?"
INNER = f"Guten Tag,\n\n{ASKED}\n\nMit freundlichen Grüßen\nErika Mustermann\n"
HEAD = "Von: Erika Mustermann <erika@x.example>\n{sent}An: bo@stadt.example\nBetreff: Radweg\n\n"
SENT = "Gesendet: Montag, 23. November 2026 10:11\n"
GMAIL = (
    "Bitte aufnehmen.\n\n---------- Forwarded message ---------\nVon: Erika Mustermann <erika@x.example>\n"
    f"Date: Mo., 23. Nov. 2026 um 10:11 Uhr\nSubject: Radweg\nTo: Bo <bo@stadt.example>\n\n\n{INNER}"
)
OUTLOOK = f"Bitte aufnehmen.\n\n{HEAD.format(sent=SENT)}{INNER}"
OLD_OUTLOOK = (
    "Bitte aufnehmen.\n\n-----Ursprüngliche Nachricht-----\nVon: Mustermann, Erika [mailto:erika@x.example]\n"
    f"Gesendet: Montag\nAn: Bo\nBetreff: Radweg\n\n{INNER}"
)
THUNDERBIRD = (
    "Bitte aufnehmen.\n\n-------- Weitergeleitete Nachricht --------\nBetreff: \tRadweg\nDatum: \tMon, 23 Nov 2026\n"
    f"Von: \tErika Mustermann <erika@x.example>\nAn: \tbo@stadt.example\n\n\n{INNER}"
)
APPLE = "Bitte aufnehmen.\n\n> Anfang der weitergeleiteten Nachricht:\n> \n" + "".join(
    f"> {line}\n" for line in (HEAD.format(sent="Datum: 23. November 2026\n") + INNER).splitlines()
)
GMX = (
    f'Bitte aufnehmen.\n\n{SENT}Von: "Erika Mustermann" <erika@x.example>\nAn: bo@x.example\nBetreff: Radweg\n\n{INNER}'
)
PROGRAMS = {
    "gmail": GMAIL,
    "outlook": OUTLOOK,
    "old outlook": OLD_OUTLOOK,
    "thunderbird": THUNDERBIRD,
    "apple": APPLE,
    "gmx": GMX,
}
OURS = "mx.stadt.example"


def raw(
    body: str,
    *,
    sender: str = "Bo <bo@stadt.example>",
    checks: str = "dmarc=pass",
    subject: str = "WG: Radweg",
    head: str = "",
) -> bytes:
    lines = f"Authentication-Results: {OURS}; {checks}\n" if checks else ""
    text = f"{lines}From: {sender}\nMessage-ID: <1@x>\nSubject: {subject}\n{head}"
    return f"{text}Content-Type: text/plain; charset=utf-8\n\n{body}".encode()


Take = Callable[[bytes], Question]


@pytest.fixture
def take(database: Database, safe: Safe, hour: OfficeHour) -> Take:
    """Bo works here; a mail is taken in."""
    with database.transaction() as connection:
        ingest_store.add_account(connection, email="bo@stadt.example", name="Bo", password_hash="")

    def take(content: bytes) -> Question:
        with database.transaction() as connection:
            arrival = mail.read(content, received_at=NOON)
            question = intake.take(connection, arrival, safe, checks_by=OURS)
        assert question is not None
        return question

    return take


def contact(database: Database, question: Question, safe: Safe) -> Contact | None:
    with database.reading() as connection:
        return intake.contact_of(connection, question.id, safe)


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_staff_forward_is_the_question_of_whom_they_forward_it_for(
    program: str, take: Take, database: Database, safe: Safe
) -> None:
    question = take(raw(PROGRAMS[program]))
    assert (question.text, question.author, question.subject) == (ASKED, "Erika", "Radweg")
    assert contact(database, question, safe) == Contact(
        name="Mustermann, Erika" if program == "old outlook" else "Erika Mustermann", address="erika@x.example"
    )
    with database.reading() as connection:
        (line,) = store.history(connection, question.id)
        bo = ingest_store.account_by_email(connection, "bo@stadt.example")
        known = reach.of(connection, question.id)
        assert intake.forwarded_in(connection, question, safe) is None
    assert bo is not None
    assert line.by == bo.id
    assert known is not None
    assert known.confirmed_at is not None
    assert question.sender == safe.fingerprint("erika@x.example")


@pytest.mark.parametrize(
    ("sender", "checks"),
    [
        ("Dana <dana@x.example>", "dmarc=pass"),
        ("Bo <bo@stadt.example>", "spf=pass; dkim=pass"),
        ("Bo <bo@stadt.example>", "dmarc=fail"),
        ("Bo <bo@stadt.example>", ""),
        ('"Bo <bo@stadt.example>" <dana@x.example>', "dmarc=pass"),
    ],
)
def test_from_anybody_else_it_stays_the_senders(
    sender: str, checks: str, take: Take, database: Database, safe: Safe
) -> None:
    question = take(raw(OUTLOOK, sender=sender, checks=checks))
    known = contact(database, question, safe)
    assert known is not None
    assert known.address != "erika@x.example"
    assert question.text == "Bitte aufnehmen."
    with database.reading() as connection:
        assert intake.forwarded_in(connection, question, safe) == Forwarded(
            name="Erika Mustermann",
            address="erika@x.example",
            subject="Radweg",
            body=INNER.strip(),
            note="Bitte aufnehmen.",
        )


def test_staff_may_say_that_it_is_their_question_and_the_address_is_asked_first(
    take: Take, database: Database, safe: Safe
) -> None:
    question = take(raw(OUTLOOK, sender="Dana <dana@x.example>"))
    with database.transaction() as connection:
        fresh = intake.take_for(connection, question, safe, by="bo")
        known = reach.of(connection, question.id)
        assert intake.original_of(connection, question.id, safe)
        assert intake.forwarded_in(connection, fresh, safe) is None
    assert (fresh.text, fresh.author, fresh.owner) == (ASKED, "Erika", "bo")
    assert known is not None
    assert (known.address, known.confirmed_at) == (safe.fingerprint("erika@x.example"), None)
    assert contact(database, question, safe) == Contact(name="Erika Mustermann", address="erika@x.example")
    with database.transaction() as connection, pytest.raises(MoveRefused):
        intake.take_for(connection, fresh, safe, by="bo")


def test_what_was_decided_about_stays_as_it_is(take: Take, database: Database, safe: Safe) -> None:
    question = take(raw(OUTLOOK, sender="Dana <dana@x.example>"))
    with database.transaction() as connection:
        approved = moderation.approve(connection, question, by="bo")
        with pytest.raises(MoveRefused):
            intake.take_for(connection, approved, safe, by="bo")


def test_a_mail_forwarded_as_an_attachment_is_read(take: Take, database: Database, safe: Safe) -> None:
    inner, outer = EmailMessage(), EmailMessage()
    inner["From"], inner["Subject"] = "Erika Mustermann <erika@x.example>", "Radweg"
    inner.set_content(INNER)
    outer["Authentication-Results"] = f"{OURS}; dmarc=pass"
    outer["From"], outer["Subject"] = "Bo <bo@stadt.example>", "Radweg"
    outer.set_content("Siehe Anhang.")
    outer.add_attachment(inner)
    question = take(outer.as_bytes())
    assert (question.text, question.author) == (ASKED, "Erika")
    assert contact(database, question, safe) == Contact(name="Erika Mustermann", address="erika@x.example")


def test_an_answer_with_a_quote_is_nothing_forwarded(take: Take, database: Database, safe: Safe) -> None:
    question = take(raw(OUTLOOK, subject="AW: Radweg", head="In-Reply-To: <0@x>\n"))
    assert question.text == "Bitte aufnehmen."
    for subject, body in (
        ("Radweg", OUTLOOK),
        ("Re: Radweg", GMAIL),
        ("WG: Radweg", "Guten Tag, wann kommt die Tram?"),
    ):
        assert forwarded.within(subject, body, answers=False) is None


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Erika Mustermann <erika@x.example>", ("Erika Mustermann", "erika@x.example")),
        ('"Mustermann, Erika" <erika@x.example>', ("Mustermann, Erika", "erika@x.example")),
        ("Mustermann, Erika <erika@x.example>", ("Mustermann, Erika", "erika@x.example")),
        ("erika@x.example [mailto:erika@x.example]", ("", "erika@x.example")),
        ("Erika\u202e\0 <erika@x.example>\nBcc: all@x.example", ("Erika", "erika@x.example")),
        ("Erika Mustermann", ("Erika Mustermann", "")),
        ("", ("", "")),
    ],
)
def test_the_head_names_a_person(written: str, found: tuple[str, str]) -> None:
    assert person(written) == found


@pytest.mark.parametrize("hostile", ["Am schrieb " * 5000, "From: " * 5000, ">" * 30_000, "Von: x\n" * 5000, "_" * 32])
def test_what_is_made_to_be_slow_is_read_in_time(hostile: str) -> None:
    began = time.perf_counter()
    forwarded.within("WG: x", f"{hostile}\n{hostile}", answers=False)
    assert time.perf_counter() - began < 2.0
