"""A number of seconds comes in and something is done when they have passed, unless it is taken back before.

The five seconds before a programme begins, and the ten in which its end can be undone.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable


class Count:
    """One count at a time. Belongs to the event loop; `sleep` and `now` come in for tests."""

    def __init__(
        self, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.of = ""
        """The command that is waited for."""
        self._sleep, self._now = sleep, now
        self._until = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def left_s(self) -> float | None:
        """Seconds until zero, None while nothing is counted."""
        return None if self._task is None else max(0.0, round(self._until - self._now(), 2))

    def begin(self, of: str, seconds: float, then: Callable[[], Awaitable[None]]) -> None:
        """Count for the command `of`; at zero it can no longer be taken back, and `then` is done."""
        self.take_back()
        self.of, self._until = of, self._now() + seconds
        self._task = asyncio.create_task(self._run(seconds, then))

    def take_back(self) -> bool:
        """Whether there was a count; it is over then, and nothing is done."""
        task, self._task, self.of = self._task, None, ""
        if task is not None:
            task.cancel()
        return task is not None

    async def _run(self, seconds: float, then: Callable[[], Awaitable[None]]) -> None:
        await self._sleep(seconds)
        self._keep = self._task  # a task that nobody holds may be collected while it runs
        self._task = None
        await then()
