"""A part of a page that many of staff look at comes in as how it is made; its text goes out to all of them.

Twenty pages that ask for the same list after each of twenty voices a second are eighty requests a second, each with its
session and its rights looked up. So a part is made once after a change, and sent by the stream of news that each page
has anyway. What was made and is the same as before is not sent.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field

import sqlalchemy.exc
from starlette.concurrency import run_in_threadpool

from ingest.store import NotFound
from web.news import News, Page

log = logging.getLogger(__name__)

PAUSE_S = 0.2
"""Between two looks; a change after a quiet moment is shown at once."""


@dataclass(eq=False)
class Room:
    """The pages that show one part, and its newest text as JSON."""

    pages: set[Page] = field(default_factory=set)
    text: str = ""


class Pushed:
    """Sends parts, for one process."""

    def __init__(self, news: News) -> None:
        self.news = news
        self.rooms: dict[Hashable, Room] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.contextmanager
    def to(self, page: Page, key: Hashable, office_hour: str, make: Callable[[], str]) -> Iterator[None]:
        """Meanwhile the page is shown the part `key`; `make` is called in a thread after what happens to its hour."""
        room = self.rooms.get(key) or self._open(key, office_hour, make)
        room.pages.add(page)
        if room.text:
            page.show(room.text)
        try:
            yield
        finally:
            room.pages.discard(page)

    def _open(self, key: Hashable, office_hour: str, make: Callable[[], str]) -> Room:
        room = self.rooms[key] = Room()
        task = asyncio.create_task(self._serve(key, room, office_hour, make), name=f"part {office_hour}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return room

    async def _serve(self, key: Hashable, room: Room, office_hour: str, make: Callable[[], str]) -> None:
        changes = self.news.changes(office_hour, PAUSE_S)
        try:
            async for changed in changes:
                if not room.pages:
                    break
                if changed:
                    try:
                        self._show(room, json.dumps(await run_in_threadpool(make), ensure_ascii=False))
                    except sqlalchemy.exc.SQLAlchemyError as error:
                        log.warning("a part of a page cannot be made: %s", error)
        except NotFound:
            log.info("the office hour of a part is gone")
        finally:
            self.rooms.pop(key, None)
            await changes.aclose()

    def _show(self, room: Room, text: str) -> None:
        if text != room.text:
            room.text = text
            for page in room.pages:
                page.show(text)

    async def close(self) -> None:
        """The site goes."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
