"""A thousand open pages come in, how long each change needs to be on all of them goes out.

One site process on loopback over SQLite; everything else in this one. 1,000 viewers hold the public list, 20 members of
staff the page of questions with its list; 20 voices a second are given, each by a form as a browser sends it.
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
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from ingest import store as ingest_store
from ingest.database import Database, now
from ingest.officehours import State
from ingest.secrets import Safe
from questions import intake, moderation
from questions.question import Channel
from questions.sources import Arrival
from web import sessions
from web import store as web_store
from web.house import open_house
from web.migrate import upgrade
from web.pages import public_list

VIEWERS, STAFF, A_SECOND, LISTED = 1000, 20, 20, 40
SECONDS, FULL_SECONDS = 20, 120
COALESCE_S = 0.15
"""As the page does (`static/parts.js`)."""
STARTED_WITHIN_S = 30.0
SLOWEST_S = 10.0


@dataclass
class Board:
    """What was pressed when, and after how long each page showed it."""

    pressed: dict[tuple[str, int], float] = field(default_factory=dict)
    on_lists: list[float] = field(default_factory=list)
    on_staff: list[float] = field(default_factory=list)


def fanout(folder: Path, *, full: bool) -> dict[str, float | int]:
    """`fanout_p99_ms` over all pages, and each kind of page by itself."""
    with site(folder) as place:
        board = asyncio.run(_measure(place, FULL_SECONDS if full else SECONDS))
    expected = len(board.pressed) * VIEWERS
    every = sorted([*board.on_lists, *board.on_staff])
    return {
        "fanout_p99_ms": _quantile(every, 0.99),
        "fanout_p50_ms": _quantile(every, 0.5),
        "fanout_list_p99_ms": _quantile(sorted(board.on_lists), 0.99),
        "fanout_staff_p99_ms": _quantile(sorted(board.on_staff), 0.99),
        "fanout_changes": len(board.pressed),
        "fanout_missed": expected - len(board.on_lists),
    }


def _quantile(values: list[float], share: float) -> float:
    return round(1000 * values[min(int(share * len(values)), len(values) - 1)], 1) if values else float("nan")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A running site: its port, an office hour, the staff's cookies, and the installation's keys."""

    port: int
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
            yield Place(port=port, hour=hour, keys=keys, safe=safe)
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
    ready = [asyncio.Event() for _ in range(VIEWERS + STAFF)]
    pages = [asyncio.create_task(_viewer(port, hour, board, opened, each)) for each in ready[:VIEWERS]]
    pages += [
        asyncio.create_task(_moderator(port, hour, key, board, opened, each))
        for key, each in zip(keys, ready[VIEWERS:], strict=True)
    ]
    await asyncio.gather(*(each.wait() for each in ready))
    await _press(place, board, seconds)
    deadline = time.monotonic() + SLOWEST_S
    while len(board.on_lists) < len(board.pressed) * VIEWERS and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    for page in pages:
        page.cancel()
    await asyncio.gather(*pages, return_exceptions=True)
    return board


async def _press(place: Place, board: Board, seconds: int) -> None:
    """Voices, evenly in time: each of a browser of its own, for one question after the other."""
    ids = await _ids(place.port, place.hour)
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
    async for text in stream(port, f"/office-hours/{hour}/questions/news", "", opened):
        at = time.monotonic()
        for question, count in _voices(text):
            for number in range(seen.get(question, 0) + 1, count + 1):
                if (question, number) in board.pressed:
                    board.on_lists.append(at - board.pressed[question, number])
            seen[question] = max(count, seen.get(question, 0))
        ready.set()


_understood: dict[str, list[tuple[str, int]]] = {}


def _voices(text: str) -> list[tuple[str, int]]:
    if text not in _understood:
        if len(_understood) > 50:
            _understood.clear()
        _understood[text] = [(id, line["support"]) for id, line in json.loads(text)["lines"].items()]
    return _understood[text]


VOICES = re.compile(r"(\d+) (?:Stimmen?|voices?)\b")


async def _moderator(
    port: int, hour: str, key: str, board: Board, opened: asyncio.Semaphore, ready: asyncio.Event
) -> None:
    """The page of questions: it hears that something happened, waits a moment as the script does, and asks again."""
    cookies, path = f"{sessions.COOKIE}={key}", f"/staff/office-hours/{hour}/questions?view=listed&part=list"
    seen: dict[str, int] = {}

    async def look() -> None:
        _, page = await ask(port, "GET", path, cookies, "")
        at = time.monotonic()
        for row in page.split('id="row-')[1:]:
            question, found = row[:32], VOICES.search(row)
            count = int(found[1]) if found else 0
            for number in range(seen.get(question, 0) + 1, count + 1):
                if (question, number) in board.pressed:
                    board.on_staff.append(at - board.pressed[question, number])
            seen[question] = max(count, seen.get(question, 0))

    await look()
    ready.set()
    heard = asyncio.Event()

    async def listen() -> None:
        async for _ in stream(port, f"/events?office_hour={hour}", cookies, opened):
            heard.set()

    listening = asyncio.create_task(listen())
    try:
        while True:
            await heard.wait()
            await asyncio.sleep(COALESCE_S)
            heard.clear()
            await look()
    finally:
        listening.cancel()


async def stream(port: int, path: str, cookies: str, opened: asyncio.Semaphore) -> AsyncIterator[str]:
    """The data of a stream of events, in HTTP/1.1 chunks."""
    async with opened:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookies}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head:
        raise RuntimeError(f"{path} answered {head.splitlines()[0]!r}")
    try:
        while line := await reader.readline():
            if line.startswith(b"data: "):
                yield line[6:].decode().strip()
    finally:
        writer.close()


async def ask(port: int, method: str, path: str, cookies: str, body: str) -> tuple[str, str]:
    """Head and body of one answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [
        f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Origin: http://127.0.0.1:{port}", "Connection: close",
        f"Cookie: {cookies}", "Accept: application/json" if method == "POST" else "Accept: text/html",
        "Accept-Language: de", "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
    ]  # fmt: skip
    writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
    answer = (await reader.read()).decode(errors="replace")
    writer.close()
    head, _, rest = answer.partition("\r\n\r\n")
    return head, rest


async def _ids(port: int, hour: str) -> list[str]:
    _, page = await ask(port, "GET", f"/office-hours/{hour}/questions", "", "")
    return sorted(set(re.findall(r'data-line="(\w{32})"', page)))


def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int) -> None:
    import socket

    deadline = time.monotonic() + STARTED_WITHIN_S
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if time.monotonic() > deadline:
            raise TimeoutError("the site did not start")
        time.sleep(0.1)
