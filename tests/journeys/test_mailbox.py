"""Questions out of a real Dovecot: each once, whatever becomes of lines, numbers, passwords and kills."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Semaphore, Thread

import pytest

from ingest import steps
from ingest.archive import Archive
from ingest.database import Database
from ingest.engine import Engine
from ingest.officehours import OfficeHour, State
from ingest.secrets import Safe
from ingest.store import move_office_hour
from ingest.work import Kind
from questions import freshness, intake, store, tasks
from questions.question import State as QuestionState
from questions.settings import Settings
from questions.sources import Arrival, listener
from questions.sources.mailbox import Mailbox
from tests.questions.conftest import database, hour, safe
from tests.standins.dovecot import PASSWORD, Dovecot, dovecot

pytestmark = [pytest.mark.journey, pytest.mark.beside]
__all__ = ["database", "hour", "safe"]
EVERY_STATE = list(QuestionState)


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def open_hour(database: Database, hour: OfficeHour) -> OfficeHour:
    with database.transaction() as connection:
        return move_office_hour(connection, hour.id, State.OPEN)


def mail(number: int) -> bytes:
    sender = f"From: Chris <c{number}@x.example>\nMessage-ID: <{number}@x.example>\nSubject: Tram {number}\n"
    return f"{sender}\nWann kommt die Tram {number}?\n".encode()


def box_of(server: Dovecot, database: Database, mail_bytes: int = 1_000_000) -> Mailbox:
    return Mailbox(server.account(), database, mail_bytes=mail_bytes)


def subjects(database: Database, hour: OfficeHour) -> list[str]:
    with database.reading() as connection:
        return sorted(each.subject for each in store.of_office_hour(connection, hour.id, EVERY_STATE))


def test_each_mail_is_taken_once_seen_or_not_and_after_a_renumbering(
    server: Dovecot, database: Database, safe: Safe, open_hour: OfficeHour
) -> None:
    server.deliver(*(mail(n) for n in range(5)))
    assert intake.fetch_all(box_of(server, database), database, safe) == 5
    assert intake.fetch_all(box_of(server, database), database, safe) == 0
    server.deliver(mail(5))
    for each in (server.mail / "new").iterdir():  # somebody reads it before us
        each.rename(server.mail / "cur" / f"{each.name}:2,S")
    assert intake.fetch_all(box_of(server, database), database, safe) == 1
    server.renumber()
    server.deliver(mail(6))
    assert intake.fetch_all(box_of(server, database), database, safe) == 1
    assert subjects(database, open_hour) == [f"Tram {n}" for n in range(7)]


class Killed(BaseException):
    """The worker dies here."""


class Dying(Mailbox):
    """A mailbox whose reader dies between the row and the cursor, or before the row, at a chosen mail."""

    dies_at = (0, False)
    seen = 0

    def fetch(self) -> Iterator[Arrival]:
        for arrival in super().fetch():
            if self.dies_at == (self.seen, False):
                raise Killed
            yield arrival

    def stored(self, arrival: Arrival) -> None:
        if self.dies_at == (self.seen, True):
            raise Killed
        self.seen += 1
        super().stored(arrival)


def test_nothing_is_lost_or_doubled_by_kills(
    server: Dovecot, database: Database, safe: Safe, open_hour: OfficeHour
) -> None:
    server.deliver(*(mail(n) for n in range(120)))
    for at in range(50):
        box = Dying(server.account(), database, mail_bytes=1_000_000)
        box.dies_at = (at % 5, at % 2 == 0)
        with pytest.raises(Killed):
            intake.fetch_all(box, database, safe)
    intake.fetch_all(box_of(server, database), database, safe)
    assert subjects(database, open_hour) == sorted(f"Tram {n}" for n in range(120))


def test_a_line_that_broke_while_it_listened_is_taken_up_again(server: Dovecot) -> None:
    rung, stopped = Semaphore(0), Event()

    def ring() -> bool:
        rung.release()
        return True

    account = server.account()
    listening = Thread(target=listener.listen, args=(account, ring, stopped), kwargs={"first_pause_s": 0.1})
    listening.start()
    assert rung.acquire(timeout=10)  # there is a line
    server.stop()
    server.deliver(mail(1))  # while nobody can be told
    server.start()
    assert rung.acquire(timeout=10)  # the new line asks for what came meanwhile
    stopped.set()
    server.deliver(mail(2))
    listening.join(15)  # told of what comes then, it hears that it shall stop
    assert not listening.is_alive()


def test_a_mail_that_is_too_large_is_marked_and_holds_up_no_other(
    server: Dovecot, database: Database, safe: Safe, open_hour: OfficeHour
) -> None:
    server.deliver(mail(1), mail(2) + b"x" * 50_000, mail(3))
    assert intake.fetch_all(box_of(server, database, mail_bytes=10_000), database, safe) == 3
    with database.reading() as connection:
        found = store.of_office_hour(connection, open_hour.id, EVERY_STATE)
    assert sorted((each.subject, each.unreadable) for each in found) == [
        ("", True),
        ("Tram 1", False),
        ("Tram 3", False),
    ]


def step_state(engine: Engine) -> tuple[steps.State, str]:
    with engine.database.transaction() as connection:
        id = steps.add(connection, kind=tasks.FETCH, again=str(time.monotonic()))
    engine.run(id)
    with engine.database.reading() as connection:
        step = steps.get(connection, id)
    return step.state, step.error_class


def engine_of(server: Dovecot, database: Database, safe: Safe, folder: Path, password: str) -> Engine:
    account = server.account(password)
    settings = Settings(
        imap_host=account.host, imap_port=account.port, imap_security="none", imap_user=account.user,
        imap_password_file=account.password_file,
    )  # fmt: skip
    kind = Kind(name=tasks.FETCH, queue="light", run=lambda work: tasks.fetch(work, settings, safe))
    return Engine(database, Archive(folder), [kind], lambda step, kind: None)


def test_a_refused_login_is_told_at_once_and_waits_and_a_server_that_is_away_is_tried_again(
    server: Dovecot, database: Database, safe: Safe, open_hour: OfficeHour, tmp_path: Path
) -> None:
    assert step_state(engine_of(server, database, safe, tmp_path, "wrong")) == (steps.State.PARKED, "resource")
    with database.reading() as connection:
        assert "refuses the login of fragen" in freshness.why_refused(connection)
    right = engine_of(server, database, safe, tmp_path, PASSWORD)
    assert step_state(right) == (steps.State.DONE, "")
    with database.reading() as connection:
        assert (freshness.why_refused(connection), freshness.nearly_full(connection)) == ("", "")
    server.stop()
    assert step_state(right) == (steps.State.PARKED, "transient")


def test_a_full_mailbox_is_read_and_told(database: Database, safe: Safe, open_hour: OfficeHour, tmp_path: Path) -> None:
    with dovecot(quota_kb=20) as server:
        server.deliver(mail(1), mail(2) + b"x" * 18_900)
        assert step_state(engine_of(server, database, safe, tmp_path, PASSWORD)) == (steps.State.DONE, "")
    assert subjects(database, open_hour) == ["Tram 1", "Tram 2"]
    with database.reading() as connection:
        assert freshness.nearly_full(connection) in {f"{share}%" for share in range(90, 110)}
