"""Rows of `ingest.events` come in by polling, server-sent events go out to every open page.

One task polls for the whole process, in a thread; each page has a short queue and hears at most four times a
second. A page that hears sees again what it shows: an event carries a topic and an id, nothing of what changed.
A part that many look at is not asked for, it is made once and sent to them by the same stream (`pushed.py`).
Whoever comes back after a pause names the last id heard (Last-Event-ID) and is told at once that there was news.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

import sqlalchemy.exc
from starlette.concurrency import run_in_threadpool

from ingest import events
from ingest.database import Database
from ingest.events import Event

log = logging.getLogger(__name__)

PER_SECOND = 4
SIGN_OF_LIFE_S = 15.0
"""Proxies close a silent connection after 30 to 60 s; a comment each 15 s keeps it open."""
ASKED_EACH_S = 5.0
"""Staff count as gone after four of these (`ingest.attention.STAFF_GONE`)."""
PAGES = 2000
"""Open pages one process serves news to; the next is asked to come back later."""
REMEMBERED = 500
NAMED = 50
"""Of more objects than this a page is told nothing but that they changed."""


class TooManyPages(RuntimeError):
    """As many pages listen as one process can serve."""


@dataclass(eq=False)
class Page:
    """One open page: what it has to hear of, coalesced until it is sent."""

    office_hour: str | None
    topics: set[str] = field(default_factory=set)
    objects: set[str] = field(default_factory=set)
    newest: int = 0
    part: str = ""
    """The newest text of the part that is sent to this page, until it is."""
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, event: Event) -> None:
        if self.office_hour is None or event.office_hour in (None, self.office_hour):
            self.topics.add(event.topic)
            self.objects.add(event.object)
            self.newest = event.id
            self.rung.set()

    def show(self, part: str) -> None:
        """Send this text of its part; one that was not sent yet is left out."""
        self.part = part
        self.rung.set()


class News:
    """Polls and fans out, for one process."""

    def __init__(self, database: Database, interval_s: float) -> None:
        self.database = database
        self.interval_s = interval_s
        self.pages: set[Page] = set()
        self._newest = 0
        self._rung = asyncio.Event()
        self.begun = asyncio.Event()

    async def listen(self) -> None:
        """Poll, until cancelled; `begun` when it is known where the news begin: no page misses what follows."""
        self._newest = -1
        while True:
            try:
                for event in await run_in_threadpool(self._look):
                    for page in self.pages:
                        page.tell(event)
            except sqlalchemy.exc.SQLAlchemyError as error:
                log.warning("no news can be read: %s", error)
            finally:
                self.begun.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), self.interval_s)
            self._rung.clear()

    def ring(self) -> None:
        """This process has written something: look at once."""
        self._rung.set()

    def _look(self) -> list[Event]:
        with self.database.reading() as connection:
            if self._newest < 0:
                self._newest = events.newest(connection)
                return []
            found = events.after(connection, self._newest, REMEMBERED)
        self._newest = found[-1].id if found else self._newest
        return found

    def _since(self, id: int, office_hour: str | None) -> list[Event]:
        with self.database.reading() as connection:
            found = events.after(connection, id, REMEMBERED)
        return [event for event in found if office_hour is None or event.office_hour in (None, office_hour)]

    async def changes(self, office_hour: str, pause_s: float) -> AsyncGenerator[bool, None]:
        """True at once and after what happens to an office hour, with at least so long between two; False when nothing
        has for a sign of life."""
        page = Page(office_hour)
        self.pages.add(page)
        try:
            changed = True
            while True:
                page.rung.clear()
                yield changed
                await asyncio.sleep(pause_s)
                try:
                    await asyncio.wait_for(page.rung.wait(), SIGN_OF_LIFE_S)
                    changed = True
                except TimeoutError:
                    changed = False
        finally:
            self.pages.discard(page)

    async def stream(
        self,
        office_hour: str | None,
        last_id: int | None,
        *,
        asked: bool = False,
        follow: Callable[[Page], contextlib.AbstractContextManager[None]] | None = None,
    ) -> AsyncGenerator[str, None]:
        """What a page of `office_hour` hears, as the text of an event stream. Raises TooManyPages.

        `asked`: each five seconds the page is asked whether somebody is there, and answers by a request of its own. So
        a computer that was closed counts as gone, although its connection stands. `follow`: the page is shown a part.
        """
        if len(self.pages) >= PAGES:
            raise TooManyPages(f"{PAGES} pages listen already")
        page = Page(office_hour)
        self.pages.add(page)
        try:
            with follow(page) if follow else contextlib.nullcontext():
                yield "retry: 1000\n\n"
                if last_id is not None:
                    for event in await run_in_threadpool(self._since, last_id, office_hour):
                        page.tell(event)
                asked_at = told_at = float("-inf")
                while True:
                    page.rung.clear()
                    if page.part:
                        part, page.part = page.part, ""
                        yield f"event: part\ndata: {part}\n\n"
                    if asked and time.monotonic() - asked_at >= ASKED_EACH_S:
                        asked_at = time.monotonic()
                        yield "event: here\ndata: ?\n\n"
                    pause_s = told_at + 1 / PER_SECOND - time.monotonic()
                    if page.topics and pause_s <= 0:
                        told_at = time.monotonic()
                        yield _message(page)
                    quiet_s = ASKED_EACH_S if asked else SIGN_OF_LIFE_S
                    try:
                        await asyncio.wait_for(page.rung.wait(), max(pause_s, 0) if page.topics else quiet_s)
                    except TimeoutError:
                        if not page.topics:
                            yield ": here\n\n"
        finally:
            self.pages.discard(page)


def _message(page: Page) -> str:
    topics, page.topics = sorted(page.topics), set()
    objects, page.objects = sorted(page.objects), set()
    told = {"topics": topics, "objects": objects if len(objects) <= NAMED else []}
    return f"id: {page.newest}\ndata: {json.dumps(told)}\n\n"
