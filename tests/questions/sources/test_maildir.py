"""A Maildir is read once, whatever happens between the row and the move."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingest import engine, steps
from ingest import store as ingest_store
from ingest.archive import Archive
from ingest.database import Database
from ingest.officehours import OfficeHour
from ingest.officehours import State as HourState
from ingest.secrets import Safe
from ingest.work import Kind
from questions import intake, listing, moderation, store, tasks
from questions.question import Contact, Question, Reason, State
from questions.settings import Settings
from questions.sources.maildir import Maildir
from web.words import say

MAIL = b"""From: Chris =?utf-8?q?=C3=96zt=C3=BCrk?= <chris@example.org>
To: Fragen <fragen@sprechstunde.example>
Subject: Tram
Message-ID: <1@example.org>
Date: Mon, 05 Oct 2026 09:12:00 +0200
Content-Type: text/plain; charset=utf-8

Guten Tag,

wann kommt die Tram?

Mit freundlichen Gr\xc3\xbc\xc3\x9fen
Chris \xc3\x96zt\xc3\xbcrk, Hauptstra\xc3\x9fe 7
"""
ENCRYPTED = b"""Subject: ...
Content-Type: multipart/encrypted; boundary="b"

--b
Content-Type: application/octet-stream

hQEMA
--b--
"""


@pytest.fixture
def box(tmp_path: Path) -> Maildir:
    return Maildir(tmp_path / "mail", mail_bytes=100_000)


def deliver(box: Maildir, content: bytes, name: str = "1.host") -> None:
    (box.path / "new" / name).write_bytes(content)


def all_questions(database: Database, hour: str | None) -> list[Question]:
    with database.reading() as connection:
        return store.of_office_hour(connection, hour, State)


@pytest.fixture
def open_hour(database: Database, hour: OfficeHour) -> OfficeHour:
    with database.transaction() as connection:
        return ingest_store.move_office_hour(connection, hour.id, HourState.OPEN)


def test_a_mail_becomes_a_question(box: Maildir, database: Database, safe: Safe, open_hour: OfficeHour) -> None:
    deliver(box, MAIL)
    assert intake.fetch_all(box, database, safe) == 1
    (question,) = all_questions(database, open_hour.id)
    assert (question.text, question.author, question.subject, question.state) == (
        "wann kommt die Tram?",
        "Chris",
        "Tram",
        State.NEW,
    )
    assert question.original_text.endswith("Chris Öztürk, Hauptstraße 7")
    assert [file.name for file in (box.path / "cur").iterdir()] == ["1.host:2,S"]
    assert list((box.path / "new").iterdir()) == []


def test_contact_and_original_are_kept_sealed(
    box: Maildir, database: Database, safe: Safe, open_hour: OfficeHour
) -> None:
    deliver(box, MAIL)
    intake.fetch_all(box, database, safe)
    (question,) = all_questions(database, open_hour.id)
    with database.reading() as connection:
        assert intake.contact_of(connection, question.id, safe) == Contact(
            name="Chris Öztürk", address="chris@example.org"
        )
        assert intake.original_of(connection, question.id, safe) == MAIL
        assert b"chris@example.org" not in (store.sealed_original(connection, question.id) or b"")
        assert "chris@example.org" not in (store.sealed_contact(connection, question.id) or "")


def test_twice_is_fine(box: Maildir, database: Database, safe: Safe, open_hour: OfficeHour) -> None:
    deliver(box, MAIL)
    assert intake.fetch_all(box, database, safe) == 1
    assert intake.fetch_all(box, database, safe) == 0
    deliver(box, b"Received: by another way\n" + MAIL, "2.host")
    assert intake.fetch_all(box, database, safe) == 0
    assert len(all_questions(database, open_hour.id)) == 1
    assert len(list((box.path / "cur").iterdir())) == 2


def test_a_crash_between_the_row_and_the_move_brings_nothing_in_twice(
    box: Maildir, database: Database, safe: Safe, open_hour: OfficeHour
) -> None:
    deliver(box, MAIL)
    (arrival,) = box.fetch()
    with database.transaction() as connection:
        assert intake.take(connection, arrival, safe) is not None
    afterwards = Maildir(box.path, mail_bytes=box.mail_bytes)
    assert intake.fetch_all(afterwards, database, safe) == 0
    assert len(all_questions(database, open_hour.id)) == 1
    assert list((box.path / "new").iterdir()) == []


def test_a_crash_before_the_row_leaves_the_mail(
    box: Maildir, database: Database, safe: Safe, open_hour: OfficeHour
) -> None:
    deliver(box, MAIL)
    assert len(list(box.fetch())) == 1
    assert intake.fetch_all(Maildir(box.path, mail_bytes=1000), database, safe) == 1


def test_the_address_finds_the_office_hour(box: Maildir, database: Database, safe: Safe, open_hour: OfficeHour) -> None:
    with database.transaction() as connection:
        other = ingest_store.add_office_hour(
            connection,
            title="Andere",
            host_name="Ada",
            starts_at=open_hour.starts_at + timedelta(days=7),
            question_mail="Fragen@Sprechstunde.example",
        )
    deliver(box, MAIL)
    intake.fetch_all(box, database, safe)
    assert len(all_questions(database, other.id)) == 1
    assert all_questions(database, open_hour.id) == []


def test_a_mail_that_fits_no_office_hour_waits_for_a_moderator(
    box: Maildir, database: Database, safe: Safe, hour: OfficeHour
) -> None:
    deliver(box, MAIL)
    intake.fetch_all(box, database, safe)
    (question,) = all_questions(database, None)
    with database.transaction() as connection:
        assert listing.first(connection, hour.id, [State.NEW], 10) == [question]
        moderation.assign(connection, question, hour.id)
    assert len(all_questions(database, hour.id)) == 1


@pytest.mark.parametrize("content", [b"", b"\x00\xff\x8f" * 300, b"\n\n\n", ENCRYPTED])
def test_what_cannot_be_read_is_marked_and_kept(
    content: bytes, box: Maildir, database: Database, safe: Safe, open_hour: OfficeHour
) -> None:
    deliver(box, content)
    assert intake.fetch_all(box, database, safe) == 1
    (question,) = all_questions(database, open_hour.id)
    assert (question.unreadable, question.state) == (True, State.NEW)
    with database.reading() as connection:
        assert (intake.original_of(connection, question.id, safe) or b"") == content


def test_a_mail_that_is_too_large_is_marked(
    box: Maildir, database: Database, safe: Safe, open_hour: OfficeHour
) -> None:
    deliver(box, MAIL + b"x" * 100_000)
    intake.fetch_all(box, database, safe)
    (question,) = all_questions(database, open_hour.id)
    assert question.unreadable


def test_a_mail_that_cannot_be_opened_holds_up_no_other(
    box: Maildir, database: Database, safe: Safe, open_hour: OfficeHour, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(box, b"locked", "0.host")
    deliver(box, MAIL)
    read_bytes = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == "0.host":
            raise PermissionError(path)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert intake.fetch_all(box, database, safe) == 1
    assert [file.name for file in (box.path / "new").iterdir()] == ["0.host"]


def test_an_automatic_mail_is_set_aside_and_can_be_fetched_back(
    box: Maildir, database: Database, safe: Safe, open_hour: OfficeHour
) -> None:
    deliver(box, b"Auto-Submitted: auto-replied\n" + MAIL)
    intake.fetch_all(box, database, safe)
    (question,) = all_questions(database, open_hour.id)
    assert (question.state, question.reason) == (State.SET_ASIDE, Reason.AUTO_REPLY)
    with database.transaction() as connection:
        assert moderation.fetch_back(connection, question, by="bo").state is State.NEW


def test_the_step_fetches_and_an_unreadable_folder_is_tried_again(
    tmp_path: Path, box: Maildir, database: Database, safe: Safe, open_hour: OfficeHour
) -> None:
    deliver(box, MAIL)
    kind = tasks.kinds(Settings(maildir=box.path), safe, say, str, ZoneInfo("UTC"))[0]
    house = engine.Engine(database, Archive(tmp_path / "archive"), [kind], ring, in_flight=4, lease_s=60)
    with database.transaction() as connection:
        id = steps.add(connection, kind=kind.name)
    house.dispatch()
    house.run(id)
    assert len(all_questions(database, open_hour.id)) == 1
    (box.path / "new").rmdir()
    (box.path / "new").write_text("no folder")
    with database.transaction() as connection:
        again = steps.add(connection, kind=kind.name, again="2")
    house.dispatch()
    house.run(again)
    with database.reading() as connection:
        step = steps.get(connection, again)
    assert (step.state, step.error_class) == (steps.State.PARKED, "transient")


def ring(step: steps.Step, kind: Kind) -> None:
    """Nobody has to be woken: the test runs the step itself."""
