"""A thousand open pages come in, how long each change needs to be on all of them goes out.

One site process on loopback over SQLite; everything else in this one. 1,000 viewers hold the public list, 20 members of
staff the page of questions with its list and a question open; 20 voices a second are given, each by a form as a browser
sends it. How much of a core either process took stands beside it: both run on the machine that is measured.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvloop

from ingest import store as ingest_store
from ingest.database import Database, now
from ingest.officehours import State
from ingest.secrets import Safe
from questions import intake, moderation
from questions.question import Channel
from questions.sources import Arrival
from web import sessions
from web import store as web_store
from web.benches.browsing import ask, free_port, stream, wait_for
from web.house import open_house
from web.migrate import upgrade
from web.pages import public_list

VIEWERS, STAFF, A_SECOND, LISTED = 1000, 20, 20, 40
SECONDS, FULL_SECONDS = 20, 120
COALESCE_S = 0.15
"""As the page does (`static/parts.js`)."""
HERE_S = 5.0
"""As the page of questions does (`static/questions.js`)."""
OPENED_WITHIN_S = 60.0
SLOWEST_S = 10.0


@dataclass
class Board:
    """What was pressed when, and after how long each page showed it."""

    pressed: dict[tuple[str, int], float] = field(default_factory=dict)
    on_lists: list[float] = field(default_factory=list)
    on_staff: list[float] = field(default_factory=list)
    cores: tuple[float, float] = (0.0, 0.0)
    """How much of a core the site took, and this process."""


def fanout(folder: Path, *, full: bool) -> dict[str, float | int]:
    """`fanout_p99_ms` over all pages, and each kind of page by itself."""
    with site(folder) as place:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            board = runner.run(_measure(place, FULL_SECONDS if full else SECONDS))
    expected = len(board.pressed) * (VIEWERS + STAFF)
    every = sorted([*board.on_lists, *board.on_staff])
    return {
        "fanout_p99_ms": _quantile(every, 0.99),
        "fanout_p50_ms": _quantile(every, 0.5),
        "fanout_list_p99_ms": _quantile(sorted(board.on_lists), 0.99),
        "fanout_staff_p99_ms": _quantile(sorted(board.on_staff), 0.99),
        "fanout_changes": len(board.pressed),
        "fanout_missed": expected - len(every),
        "fanout_site_cores": board.cores[0],
        "fanout_pages_cores": board.cores[1],
    }


def _quantile(values: list[float], share: float) -> float:
    return round(1000 * values[min(int(share * len(values)), len(values) - 1)], 1) if values else float("nan")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A running site: its port, an office hour, the staff's cookies, and the installation's keys."""

    port: int
    process: int
    hour: str
    keys: list[str]
    safe: Safe


@contextlib.contextmanager
def site(folder: Path) -> Iterator[Place]:
    """A site of its own with an office hour and staff signed in."""
    environment = {
        "OFFICEHOURS_DATA": str(folder),
        "OFFICEHOURS_POSTS_PER_MINUTE": "1000000",
        "OFFICEHOURS_EVENTS_INTERVAL_S": "0.1",
    }
    house = open_house(os.environ | environment)
    upgrade(house.database.url)
    hour, keys = furnish(house.database, house.safe)
    safe = house.safe
    house.close()
    port = free_port()
    command = [sys.executable, "-m", "web", "site", "--port", str(port)]
    with subprocess.Popen(command, env=os.environ | environment) as process:
        try:
            wait_for(port)
            yield Place(port=port, process=process.pid, hour=hour, keys=keys, safe=safe)
        finally:
            process.terminate()
            process.wait(10)


def furnish(database: Database, safe: Safe) -> tuple[str, list[str]]:
    """One office hour with approved questions, and a session for each member of staff."""
    with database.transaction() as connection:
        hour = ingest_store.add_office_hour(
            connection, title="Bench", host_name="Ada", starts_at=now() + timedelta(days=1), state=State.OPEN
        )
        for number in range(LISTED):
            text = f"Wann kümmert sich die Stadt um Radweg {number}?"
            arrival = Arrival(
                channel=Channel.FORM, message=hashlib.sha256(text.encode()).hexdigest(), asked_at=now(),
                office_hour=hour.id, text=text, original_text=text, language="de",
            )  # fmt: skip
            question = intake.take(connection, arrival, safe)
            assert question is not None
            moderation.approve(connection, question, by="bench")
        keys = []
        for number in range(STAFF):
            account = ingest_store.add_account(
                connection, email=f"{number}@bench.example", name=f"Bo {number}", password_hash=""
            )
            until = now() + timedelta(hours=2)
            keys.append(web_store.open_session(connection, account=account.id, person=None, expires_at=until))
    return hour.id, keys


async def _measure(place: Place, seconds: int) -> Board:
    port, hour, keys, board = place.port, place.hour, place.keys, Board()
    opened = asyncio.Semaphore(50)
    ids = await _ids(port, hour)
    ready = [asyncio.Event() for _ in range(VIEWERS + STAFF)]
    pages = [asyncio.create_task(_viewer(port, hour, board, opened, each)) for each in ready[:VIEWERS]]
    pages += [
        asyncio.create_task(_moderator(port, hour, key, board, opened, each, ids[number % len(ids)]))
        for number, (key, each) in enumerate(zip(keys, ready[VIEWERS:], strict=True))
    ]
    opening = asyncio.gather(*(each.wait() for each in ready))
    waiting: set[asyncio.Future[Any]] = {opening, *pages}
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED, timeout=OPENED_WITHIN_S)
    if opening not in done:
        raise RuntimeError(f"a page did not open: {[each.exception() for each in pages if each.done()]}")
    begun, before = time.monotonic(), [_worked_s(place.process), _worked_s(os.getpid())]
    await _press(place, board, ids, seconds)
    took = time.monotonic() - begun
    site, own = (_worked_s(each) - was for each, was in zip((place.process, os.getpid()), before, strict=True))
    board.cores = (round(site / took, 2), round(own / took, 2))
    deadline = time.monotonic() + SLOWEST_S
    expected = len(board.pressed) * (VIEWERS + STAFF)
    while len(board.on_lists) + len(board.on_staff) < expected and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    for page in pages:
        page.cancel()
    await asyncio.gather(*pages, return_exceptions=True)
    return board


def _worked_s(process: int) -> float:
    """The processor's seconds that a process took (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _press(place: Place, board: Board, ids: list[str], seconds: int) -> None:
    """Voices, evenly in time: each of a browser of its own, for one question after the other."""
    counts = dict.fromkeys(ids, 0)
    begun = time.monotonic()
    presses = []
    for number in range(seconds * A_SECOND):
        await asyncio.sleep(max(0.0, begun + number / A_SECOND - time.monotonic()))
        question = ids[number % len(ids)]
        counts[question] += 1
        presses.append(asyncio.create_task(_support(place, question, counts[question], board)))
    await asyncio.gather(*presses)


async def _support(place: Place, question: str, count: int, board: Board) -> None:
    key = web_store.new_key()
    body = urlencode({"csrf": sessions.csrf_token(key), "do": "support", "question": question})
    cookies = f"{sessions.COOKIE}={key}; {public_list.COOKIE}={public_list.new_token(place.safe)}"
    board.pressed[question, count] = time.monotonic()
    head, _ = await ask(place.port, "POST", f"/office-hours/{place.hour}/questions", cookies, body)
    if " 204" not in head and " 303" not in head:
        raise RuntimeError(f"a voice was refused: {head.splitlines()[0]}")


async def _viewer(port: int, hour: str, board: Board, opened: asyncio.Semaphore, ready: asyncio.Event) -> None:
    """A page with the public list; what many get alike is understood once."""
    seen: dict[str, int] = {}
    path = f"/office-hours/{hour}/questions/news"
    async with contextlib.aclosing(stream(port, path, "", opened)) as heard:
        async for _, told, at in heard:
            _note(board, board.on_lists, seen, _voices(told), at)
            ready.set()


def _note(board: Board, times: list[float], seen: dict[str, int], found: list[tuple[str, int]], at: float) -> None:
    """What a page shows now that it did not show before."""
    for question, count in found:
        for number in range(seen.get(question, 0) + 1, count + 1):
            if (question, number) in board.pressed:
                times.append(at - board.pressed[question, number])
        seen[question] = max(count, seen.get(question, 0))


_understood: dict[bytes, list[tuple[str, int]]] = {}


def _voices(told: bytes) -> list[tuple[str, int]]:
    """The voices in what the public list was told."""
    return _once(told, lambda: [(id, line["support"]) for id, line in json.loads(told)["lines"].items()])


def _once(told: bytes, understand: Callable[[], list[tuple[str, int]]]) -> list[tuple[str, int]]:
    if told not in _understood:
        if len(_understood) > 50:
            _understood.clear()
        _understood[told] = understand()
    return _understood[told]


VOICES = re.compile(r"(\d+) (?:Stimmen?|voices?)\b")
TOKEN = re.compile(rb"[0-9a-f]{64}")


def _rows(part: bytes) -> list[tuple[str, int]]:
    """The voices in a list of staff, whose forms' tokens were taken out."""
    return _once(part, lambda: [_row(row) for row in json.loads(part).split('id="row-')[1:]])


def _row(row: str) -> tuple[str, int]:
    voices = VOICES.search(row)
    return row[:32], int(voices[1]) if voices else 0


async def _moderator(
    port: int, hour: str, key: str, board: Board, opened: asyncio.Semaphore, ready: asyncio.Event, at: str
) -> None:
    """The page of questions: its list is sent; the open question is asked for when something happened to it, after a
    moment as the script waits; and each five seconds the page says that somebody is there."""
    cookies, questions = f"{sessions.COOKIE}={key}", f"/staff/office-hours/{hour}/questions"
    path = f"/events?office_hour={hour}&list=view%3Dlisted"
    seen: dict[str, int] = {}
    changed = asyncio.Event()

    async def look() -> None:
        while True:
            await changed.wait()
            await asyncio.sleep(COALESCE_S)
            changed.clear()
            await ask(port, "GET", f"{questions}?view=listed&at={at}&part=one", cookies, "")

    async def say() -> None:
        body = urlencode({"csrf": sessions.csrf_token(key), "at": at, "writing": ""})
        while True:
            await ask(port, "POST", f"{questions}/here", cookies, body)
            await asyncio.sleep(HERE_S)

    besides = [asyncio.create_task(look()), asyncio.create_task(say())]
    try:
        async with contextlib.aclosing(stream(port, path, cookies, opened)) as heard:
            async for kind, told, when in heard:
                if kind == b"part":
                    _note(board, board.on_staff, seen, _rows(TOKEN.sub(b"", told)), when)
                    ready.set()
                elif not kind and at.encode() in told:
                    changed.set()
    finally:
        for task in besides:
            task.cancel()


async def _ids(port: int, hour: str) -> list[str]:
    _, page = await ask(port, "GET", f"/office-hours/{hour}/questions", "", "")
    return sorted(set(re.findall(r'data-line="(\w{32})"', page)))
