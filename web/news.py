"""Rows of `ingest.events` come in by polling, server-sent events go out to every open page.

One task polls for the whole process, in a thread; each page has a short queue and hears at most four times a
second. A page that hears sees again what it shows: an event carries a topic and an id, nothing of what changed.
Whoever comes back after a pause names the last id heard (Last-Event-ID) and is told at once that there was news.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator
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
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, event: Event) -> None:
        if self.office_hour is None or event.office_hour in (None, self.office_hour):
            self.topics.add(event.topic)
            self.objects.add(event.object)
            self.newest = event.id
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

    async def stream(self, office_hour: str | None, last_id: int | None, *, asked: bool = False) -> AsyncIterator[str]:
        """What a page of `office_hour` hears, as the text of an event stream. Raises TooManyPages.

        `asked`: each five seconds the page is asked whether somebody is there, and answers by a request of its own. So
        a computer that was closed counts as gone, although its connection stands.
        """
        if len(self.pages) >= PAGES:
            raise TooManyPages(f"{PAGES} pages listen already")
        page = Page(office_hour)
        self.pages.add(page)
        try:
            yield "retry: 1000\n\n"
            asked_at = float("-inf")
            if last_id is not None:
                for event in await run_in_threadpool(self._since, last_id, office_hour):
                    page.tell(event)
            while True:
                if asked and time.monotonic() - asked_at >= ASKED_EACH_S:
                    asked_at = time.monotonic()
                    yield "event: here\ndata: ?\n\n"
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(page.rung.wait(), ASKED_EACH_S if asked else SIGN_OF_LIFE_S)
                yield _message(page) if page.rung.is_set() else ": here\n\n"
                await asyncio.sleep(1 / PER_SECOND)
        finally:
            self.pages.discard(page)


def _message(page: Page) -> str:
    topics, page.topics = sorted(page.topics), set()
    objects, page.objects = sorted(page.objects), set()
    page.rung.clear()
    told = {"topics": topics, "objects": objects if len(objects) <= NAMED else []}
    return f"id: {page.newest}\ndata: {json.dumps(told)}\n\n"
