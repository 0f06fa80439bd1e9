"""What rooms report comes in; commands are answered in their rows, and whoever is concerned hears of the rest.

Nothing of it is lost: each report is tried until it works, in threads, so what is called may be called twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from fractions import Fraction
from typing import Any

from ingest import commands
from ingest.database import Database

log = logging.getLogger(__name__)
AGAIN_S = 2.0  # between two tries to tell the database what happened

Started = Callable[[str, datetime, Fraction], None]
Paused = Callable[[str, bool], None]
Ended = Callable[[str, int], None]
Vacant = Callable[[str], None]
InThread = Callable[[Callable[[], Any]], Awaitable[Any]]


class Reports:
    """See the module. `in_thread` runs what touches the database."""

    def __init__(
        self,
        database: Database,
        in_thread: InThread,
        *,
        on_started: Started,
        on_paused: Paused,
        on_ended: Ended,
        on_vacant: Vacant,
    ) -> None:
        self._database, self._in_thread = database, in_thread
        self._on_started, self._on_paused, self._on_ended = on_started, on_paused, on_ended
        self._on_vacant = on_vacant

    async def keep(self, office_hour: str, message: dict[str, Any]) -> None:
        """Tell the database, or whoever is concerned, what a room said; tried until it works."""
        while True:
            try:
                await self._in_thread(lambda: self._told(office_hour, message))
                return
            except Exception:
                # The room goes on meanwhile, and whatever went wrong here must not lose what it reported.
                log.exception("what the room reported cannot be kept yet: %.200s", message)
                await asyncio.sleep(AGAIN_S)

    def _told(self, office_hour: str, message: dict[str, Any]) -> None:
        match message:
            case {"tell": "done", "id": id, "tick": tick}:
                self._finish(id, commands.State.DONE, tick=tick)
            case {"tell": "refused", "id": id, "reason": reason}:
                self._finish(id, commands.State.REFUSED, reason=reason)
            case {"tell": "started", "wall": wall, "tick_duration": duration}:
                self._on_started(office_hour, datetime.fromisoformat(wall), Fraction(duration))
            case {"tell": "paused", "paused": paused}:
                self._on_paused(office_hour, paused)
            case {"tell": "ended", "ticks": ticks}:
                self._on_ended(office_hour, ticks)
            case {"tell": "vacant"}:
                self._on_vacant(office_hour)

    def _finish(self, id: str, state: commands.State, **values: Any) -> None:
        with self._database.transaction() as connection:
            commands.finish(connection, id, state, **values)
