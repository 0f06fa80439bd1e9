"""The public list as it changes goes out to every page that shows it: made once, sent to all.

A page per viewer that asked anew at each voice would be a thousand questions to the database for one answer. So the
lines of an office hour are read once after a change, compared with those before, and what is different is sent as it
is to everybody. A page that reads too slowly is let go: it comes back by itself and gets the whole list.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy.exc
from starlette.concurrency import run_in_threadpool

from web.news import News, TooManyPages

log = logging.getLogger(__name__)

PAUSE_S = 0.2
"""Between two messages; a change after a quiet moment goes out at once."""
WAITING = 20
"""Messages kept for a page that is slow to read, four seconds of a busy hour."""
PAGES = 3000


@dataclass(frozen=True, kw_only=True)
class Line:
    """One question as everybody may see it; `asked` is a phrase in the page's language, or empty."""

    text: str
    name: str
    asked: str
    support: int
    state: str
    language: str


Lines = dict[str, Line]
Key = tuple[str, str]


@dataclass(eq=False)
class Room:
    """All pages that show one list, and what they show."""

    pages: set["asyncio.Queue[bytes | None]"] = field(default_factory=set)
    lines: Lines = field(default_factory=dict)
    ready: asyncio.Event = field(default_factory=asyncio.Event)


class Fan:
    """Sends lists, for one process. `read(office_hour, language)` makes the lines, in a thread."""

    def __init__(self, news: News, read: Callable[[str, str], Lines]) -> None:
        self.news = news
        self.read = read
        self.rooms: dict[Key, Room] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def stream(self, office_hour: str, language: str) -> AsyncGenerator[bytes, None]:
        """What one page hears, as a stream of events: the whole list, then what changes. Raises TooManyPages."""
        if sum(len(room.pages) for room in self.rooms.values()) >= PAGES:
            raise TooManyPages(f"{PAGES} pages show a list already")
        key = (office_hour, language)
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING)
        room = self.rooms.get(key) or self._open(key)
        room.pages.add(queue)
        try:
            yield b"retry: 2000\n\n"
            await room.ready.wait()
            yield _message({"all": True, "lines": {id: asdict(line) for id, line in room.lines.items()}})
            while (told := await queue.get()) is not None:
                yield told
        finally:
            room.pages.discard(queue)

    def _open(self, key: Key) -> Room:
        room = self.rooms[key] = Room()
        task = asyncio.create_task(self._serve(key, room), name=f"lines {key[0]}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return room

    async def _serve(self, key: Key, room: Room) -> None:
        """Look after each change while somebody is there."""
        changes = self.news.changes(key[0], PAUSE_S)
        try:
            async for changed in changes:
                if not room.pages and room.ready.is_set():
                    break
                if changed:
                    try:
                        self._tell(room, await run_in_threadpool(self.read, *key))
                    except sqlalchemy.exc.SQLAlchemyError as error:
                        log.warning("the public list cannot be read: %s", error)
                else:
                    self._send(room, b": here\n\n")  # by the room: a clock of its own in each page costs a task each
        finally:
            self.rooms.pop(key, None)
            await changes.aclose()

    def _tell(self, room: Room, lines: Lines) -> None:
        found = changes(room.lines, lines)
        room.lines = lines
        if room.ready.is_set() and found:
            self._send(room, _message(found))
        room.ready.set()

    def _send(self, room: Room, text: bytes) -> None:
        for queue in room.pages:
            if queue.full():
                _let_go(queue)
            else:
                queue.put_nowait(text)

    async def close(self) -> None:
        """The site goes: so do all pages."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def changes(before: Lines, after: Lines) -> dict[str, Any]:
    """What has to be told to a page that shows `before`; nothing when it shows all."""
    changed = {id: asdict(line) for id, line in after.items() if before.get(id) != line}
    gone = [id for id in before if id not in after]
    return {"lines": changed, "gone": gone} if changed or gone else {}


def _let_go(queue: "asyncio.Queue[bytes | None]") -> None:
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(None)


def _message(told: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(told, ensure_ascii=False)}\n\n".encode()
