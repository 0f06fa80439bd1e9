"""Mails come into a real mailbox, when they stand on the page of somebody signed in goes out.

The whole product runs (`serve`: clock with its IDLE listener, broker, worker, site); the page is sent its list as a
browser is. And how many mails a second one process takes in from Dovecot, killed at fifty moments.
"""

import asyncio
import contextlib
import multiprocessing
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from ingest import store as ingest_store
from ingest.database import Database, metadata, now
from ingest.officehours import State
from ingest.secrets import open_safe
from questions import store
from questions.question import State as QuestionState
from web import sessions
from web import store as web_store
from web.benches import browsing
from web.benches.mailserver import USER, MailServer, mail_server
from web.benches.reading import read_mailbox
from web.house import open_house
from web.migrate import upgrade

ARRIVALS, FULL_ARRIVALS = 20, 100
MAILS, FULL_MAILS = 2500, 15_000
KILLS = 50
MORE = 500
READS_S = (0.01, 0.3)
"""After how long it is killed."""
PAUSE_S = (0.7, 1.9)
LONGEST_S, WARM_S = 20.0, 4.0


def arrivals(folder: Path, *, full: bool) -> dict[str, Any]:
    """`mails_per_s`, `board_p95_ms`; None where there is no Dovecot."""
    with mail_server() as server:
        if server is None:
            return {"mails_from": "maildir", "board_p95_ms": None}
        found = taken_in(folder / "intake", server, FULL_MAILS if full else MAILS)
    with mail_server() as server:
        assert server is not None
        times = asyncio.run(_to_the_board(folder / "serve", server, FULL_ARRIVALS if full else ARRIVALS))
    times.sort()
    p95 = times[min(int(0.95 * len(times)), len(times) - 1)]
    return found | {
        "mails_from": "dovecot",
        "board_p95_ms": round(1000 * p95, 1),
        "board_p50_ms": round(1000 * times[len(times) // 2], 1),
    }


def mail(number: int, words: str = "Wann kommt die Tram") -> bytes:
    head = f"From: Chris <c{number}@x.example>\nMessage-ID: <{number}@bench.example>\nSubject: Tram {number}\n"
    return f"{head}To: fragen@stadt.example\n\n{words} {number}?\n".encode()


# Mails a second


def taken_in(folder: Path, server: MailServer, count: int) -> dict[str, Any]:
    """A child process reads the mailbox and is killed again and again; each mail has to be there once in the end."""
    folder.mkdir(parents=True)
    for number in range(count):
        server.deliver(mail(number))
    database = Database(f"sqlite:///{folder / 'bench.sqlite3'}")
    metadata.create_all(database.engine)
    with database.transaction() as connection:
        hour = ingest_store.add_office_hour(
            connection, title="Bench", host_name="Ada", starts_at=now() + timedelta(days=1), state=State.OPEN
        )
    open_safe(folder / "secret.key")
    chance, worked_s, kills = random.Random(7), 0.0, 0  # noqa: S311
    # Fifty interpreters that start and import take a minute, and say nothing of reading: one does, and forks.
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["__main__", "web.benches.reading"])
    while True:
        told, tell = forks.Pipe(duplex=False)
        child = forks.Process(target=read_mailbox, args=(folder, server.port, server.password_file, tell))
        child.start()
        tell.close()
        told.recv()
        begun = time.monotonic()
        child.join(chance.uniform(*READS_S) if kills < KILLS else None)
        killed = child.is_alive()
        if killed:
            child.kill()
            kills += 1
        child.join()
        worked_s += time.monotonic() - begun
        if not killed and kills == KILLS:
            break
        if not killed:  # faster than was thought: there has to be something to be killed at
            for number in range(count, count + MORE):
                server.deliver(mail(number))
            count += MORE
    with database.reading() as connection:
        subjects = [each.subject for each in store.of_office_hour(connection, hour.id, [QuestionState.NEW])]
    database.close()
    return {
        "mails_per_s": round(count / worked_s, 1),
        "mails_kills": kills,
        "mails_lost": count - len(set(subjects)),
        "mails_doubled": len(subjects) - len(set(subjects)),
    }


# To the board


@contextlib.contextmanager
def product(folder: Path, server: MailServer) -> Iterator[tuple[int, str, str]]:
    """The whole product; its port, an office hour, the cookie of somebody signed in."""
    environment = os.environ | {
        "OFFICEHOURS_DATA": str(folder),
        "OFFICEHOURS_IMAP_HOST": "127.0.0.1", "OFFICEHOURS_IMAP_PORT": str(server.port),
        "OFFICEHOURS_IMAP_SECURITY": "none", "OFFICEHOURS_IMAP_USER": USER,
        "OFFICEHOURS_IMAP_PASSWORD_FILE": str(server.password_file), "OFFICEHOURS_FETCH_INTERVAL_S": "600",
        "OFFICEHOURS_OFFICE_NAME": "Bench", "OFFICEHOURS_IMPRINT": "Bench", "OFFICEHOURS_PRIVACY": "Bench",
        "OFFICEHOURS_STAFF_EMAIL": "bo@bench.example", "OFFICEHOURS_STAFF_PASSWORD": "a password of the bench",
    }  # fmt: skip
    folder.mkdir(parents=True)
    house = open_house(environment)
    upgrade(house.database.url)
    with house.database.transaction() as connection:
        hour = ingest_store.add_office_hour(
            connection, title="Bench", host_name="Ada", starts_at=now() + timedelta(days=1), state=State.OPEN
        )
        account = ingest_store.add_account(connection, email="eva@bench.example", name="Eva", password_hash="")
        until = now() + timedelta(hours=2)
        key = web_store.open_session(connection, account=account.id, person=None, expires_at=until)
    house.close()
    port = browsing.free_port()
    with (folder / "output").open("wb") as output:
        command = [sys.executable, "-m", "web", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        browsing.wait_for(port)
        yield port, hour.id, key
    finally:
        process.terminate()
        process.wait(30)


async def _to_the_board(folder: Path, server: MailServer, count: int) -> list[float]:
    with product(folder, server) as (port, hour, key):
        cookies, path = f"{sessions.COOKIE}={key}", f"/events?office_hour={hour}&list=sort%3Dnewest"
        shown: dict[int, float] = {}
        changed = asyncio.Event()

        async def look() -> None:
            async for kind, told, at in browsing.stream(port, path, cookies, asyncio.Semaphore(1)):
                if kind == b"part":
                    for number in re.findall(rb"Tram (\d+)\?", told):
                        shown.setdefault(int(number), at)
                    changed.set()

        async def stands_there(number: int) -> float:
            begun = time.monotonic()
            server.deliver(mail(number))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_S):
                    while number not in shown:
                        await changed.wait()
                        changed.clear()
            return shown.get(number, begun + LONGEST_S) - begun

        looking = asyncio.create_task(look())
        for number in range(9_000, 9_010):  # until listener and workers are there
            if await stands_there(number) < WARM_S:
                break
        chance = random.Random(7)  # noqa: S311
        times = []
        for number in range(1, count + 1):
            await asyncio.sleep(chance.uniform(*PAUSE_S))
            times.append(await stands_there(number))
        looking.cancel()
        return times
