"""How far a mailbox was read, in which parts it is asked, and what a bell does; with a real server: journeys."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Semaphore, Thread
from typing import Any

import pytest

from ingest.database import Database
from ingest.officehours import OfficeHour
from ingest.secrets import Safe
from questions import intake, store
from questions.question import State
from questions.sources import cursor, listener
from questions.sources.cursor import Cursor
from questions.sources.mailbox import Mailbox, fullness, parts, sizes_above
from questions.sources.mailserver import Account, Away, LoginRefused, opened
from tests.standins.imap import Folder, imap

HEARD_WITHIN_S = 30.0
"""On a machine with other work; what is lost would be heard after nine minutes."""


@pytest.fixture
def folder() -> Iterator[Folder]:
    with imap() as found:
        yield found


def account(folder: Folder, tmp_path: Path, typed: str = "right") -> Account:
    file = tmp_path / typed
    file.write_text(f"{typed}\n")
    return Account(host="127.0.0.1", port=folder.port, security="none", user="fragen", password_file=file, timeout_s=30)


def mail(number: int) -> bytes:
    sender = f"From: C <c{number}@x.example>\r\nMessage-ID: <{number}@x>\r\nSubject: Tram {number}\r\n"
    return f"{sender}\r\nWann kommt die Tram {number}?\r\n".encode()


def test_each_mail_once_also_when_the_folder_is_renumbered(
    folder: Folder, database: Database, safe: Safe, hour: OfficeHour, tmp_path: Path
) -> None:
    box = Mailbox(account(folder, tmp_path), database, mail_bytes=1000)
    folder.mails = {7: mail(1), 9: mail(2)}
    taken = [intake.fetch_all(box, database, safe) for _ in range(2)]
    folder.mails[12] = mail(3) + b"x" * 2000
    taken.append(intake.fetch_all(box, database, safe))
    folder.validity, folder.mails = 2, {1: mail(1), 2: mail(2), 3: mail(4)}
    taken += [intake.fetch_all(box, database, safe) for _ in range(2)]
    assert (taken, box.fullness) == ([2, 0, 1, 1, 0], 0.95)
    with database.reading() as connection:
        found = store.of_office_hour(connection, None, State)
        assert cursor.of(connection, box.name) == Cursor(validity=2, uid=3)
    assert sorted((each.subject, each.unreadable) for each in found) == [
        ("", True),
        ("Tram 1", False),
        ("Tram 2", False),
        ("Tram 4", False),
    ]
    assert not [each for each in folder.commands if each.startswith(("SELECT", "UID STORE"))]


def test_a_refused_login_is_no_server_that_is_away(folder: Folder, database: Database, tmp_path: Path) -> None:
    with pytest.raises(LoginRefused, match="refuses the login of fragen"), opened(account(folder, tmp_path, "wrong")):
        pass
    with pytest.raises(Away), opened(replace(account(folder, tmp_path), port=1)):
        pass


def test_news_ring(folder: Folder, tmp_path: Path) -> None:
    rung, stopped = Semaphore(0), Event()

    def ring() -> bool:
        rung.release()
        return True

    thread = Thread(target=listener.listen, args=(account(folder, tmp_path), ring, stopped))
    thread.start()
    assert rung.acquire(timeout=HEARD_WITHIN_S)  # there is a line
    assert folder.waiting.wait(HEARD_WITHIN_S)
    stopped.set()  # before the news, so that it does not wait for more
    folder.news.set()
    assert rung.acquire(timeout=HEARD_WITHIN_S)
    thread.join(HEARD_WITHIN_S)
    assert not thread.is_alive()


def test_news_that_come_with_the_servers_consent_ring_too(folder: Folder, tmp_path: Path) -> None:
    folder.hasty, stopped, rings = True, Event(), list[bool]()

    def ring() -> bool:
        rings.append(folder.waiting.is_set())
        if len(rings) == 2:
            stopped.set()
        return True

    # Were they not heard, it would ring only when IDLE is renewed.
    thread = Thread(target=listener.listen, args=(account(folder, tmp_path), ring, stopped))
    thread.start()
    thread.join(HEARD_WITHIN_S)
    assert (thread.is_alive(), rings) == (False, [False, True])


def test_a_server_that_tells_nothing_is_left_to_the_clock(folder: Folder, tmp_path: Path) -> None:
    folder.capabilities = "IMAP4rev1"
    listener.listen(account(folder, tmp_path), lambda: True, Event())


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
