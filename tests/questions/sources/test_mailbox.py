"""How far a mailbox was read, in which parts it is asked, and what a bell does; with a real server: journeys."""

from threading import Event
from typing import Any

from ingest.database import Database
from questions.sources import cursor, listener
from questions.sources.cursor import Cursor
from questions.sources.mailbox import fullness, parts, sizes_above


class Answering:
    """A line that answers each command as a real server did."""

    capabilities = ("IMAP4REV1", "QUOTA")

    def __init__(self, *lines: Any) -> None:
        self.client = self
        self.lines = list(lines)

    def uid(self, *command: str) -> tuple[str, list[Any]]:
        return "OK", self.lines

    def getquotaroot(self, folder: str) -> tuple[str, list[Any]]:
        return "OK", [[b'INBOX "User quota"'], self.lines]


def test_a_cursor_holds_within_one_numbering(database: Database) -> None:
    with database.transaction() as connection:
        assert cursor.of(connection, "a") == Cursor()
        cursor.keep(connection, "a", Cursor(validity=7, uid=12))
        cursor.keep(connection, "a", Cursor(validity=7, uid=13))
        kept = cursor.of(connection, "a")
    assert (kept, kept.in_numbering(7), kept.in_numbering(8)) == (
        Cursor(validity=7, uid=13),
        Cursor(validity=7, uid=13),
        Cursor(validity=8, uid=0),
    )


def test_the_last_mail_that_a_server_always_names_is_not_new() -> None:
    box: Any = Answering(b"5 (UID 12 RFC822.SIZE 300)", b"6 (RFC822.SIZE 20 UID 13)", None)
    assert (sizes_above(box, 11), sizes_above(box, 12), sizes_above(box, 13)) == ({12: 300, 13: 20}, {13: 20}, {})


def test_large_mails_are_asked_for_alone() -> None:
    sizes = dict.fromkeys(range(1, 121), 1000) | {60: 30_000_000}
    assert [len(part) for part in parts(sorted(sizes), sizes)] == [50, 9, 1, 50, 10]


def test_how_full_a_mailbox_is() -> None:
    box: Any = Answering(b'"User quota" (STORAGE 45 60)')
    assert fullness(box) == 0.75
    box.capabilities = ("IMAP4REV1",)
    assert fullness(box) is None


def test_a_bell_is_rung_until_it_is_heard_or_the_house_closes() -> None:
    answers = [False, False, True]
    stopped = Event()
    stopped.wait = lambda timeout=None: False  # type: ignore[method-assign]
    assert listener.heard(lambda: answers.pop(0), stopped)
    stopped.wait = lambda timeout=None: True  # type: ignore[method-assign]
    assert (answers, listener.heard(lambda: False, stopped)) == ([], False)
