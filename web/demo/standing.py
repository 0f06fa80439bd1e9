"""What the running demo holds on to, and how it waits."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest import store
from ingest.officehours import OfficeHour
from ingest.people import Person
from web.demo.browser import Browser
from web.demo.progress import Bars
from web.demo.senders import Clip
from web.house import House


class DemoFailed(RuntimeError):
    """Something did not happen in its time; the message says what."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the demo was asked to do."""

    data: Path
    port: int | None
    host: Clip
    guest: Clip
    mails: tuple[Path, ...]
    once: bool


@dataclass
class Hour:
    """What the running demo holds on to."""

    plan: Plan
    house: House
    origin: str
    bars: Bars
    staff: Browser
    citizen: Browser
    hour: OfficeHour
    ada: Person
    chris: Person
    ended: float = 0.0
    figures: dict[str, Any] = field(default_factory=dict)

    def since_end(self) -> float:
        return round(time.monotonic() - self.ended, 2)


def state_of(it: Hour) -> OfficeHour:
    with it.house.database.reading() as connection:
        return store.office_hour(connection, it.hour.id)


async def until(
    holds: Callable[[], Any],
    what: str,
    limit_s: float,
    *,
    pause: float = 0.1,
    on_wait: Callable[[float], None] = lambda waited: None,
) -> None:
    """Look again and again until `holds`. Raises DemoFailed after `limit_s`."""
    begun = time.monotonic()
    while not await asyncio.to_thread(holds):
        waited = time.monotonic() - begun
        if waited > limit_s:
            raise DemoFailed(f"in {limit_s:.0f} s it did not happen that {what}")
        on_wait(waited)
        await asyncio.sleep(pause)
