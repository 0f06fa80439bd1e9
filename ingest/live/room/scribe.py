"""Events of a room come in from the event loop; they stand in the timeline in that order, synced to the disk."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ingest.timeline import Event, Kind, Writer


class Scribe:
    """Writes the timeline in a thread of its own, in order, because each line is synced to the disk."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._thread = ThreadPoolExecutor(1, "timeline")

    @property
    def events(self) -> list[Event]:
        return self._writer.events

    def write(self, kind: Kind, tick: int, command: str | None = None, **values: Any) -> "asyncio.Future[Event]":
        """Append an event. Ticks that come from several threads may arrive in another order: they never go back."""
        return asyncio.wrap_future(self._thread.submit(self._append, kind, tick, command, values))

    def _append(self, kind: Kind, tick: int, command: str | None, values: dict[str, Any]) -> Event:
        last = self._writer.events[-1].tick if self._writer.events and kind is not Kind.RESUMED else 0
        return self._writer.append(kind, max(tick, last), command=command, **values)

    def close(self) -> None:
        """Finish what is waiting. Blocks."""
        self._thread.shutdown()
        self._writer.close()
