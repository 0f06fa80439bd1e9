"""Encoded pictures of everybody wait here; they are decoded in one go, once a tick.

Work that wakes up for a millisecond finds its code and tables pushed out of the processor's caches, and decoding is all
tables. So the cameras of a room share a thread, and it begins shortly before the tick that wants the pictures, as long
before as it took the last times: what one has loaded serves the next. Of each camera one picture is decoded in turn,
so that a group that is caught up with holds nobody up.
"""

import logging
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)
CAMERAS = 6  # a thread: at 720 lines a machine that can hold a room at all decodes them in half a tick
SPARE, SPARE_S = 1.25, 0.003  # a burst is given so much more than the longest of late took, and so many seconds
FORGET = 0.01  # of the longest burst with each that is shorter: three seconds until it is half forgotten


@dataclass(frozen=True)
class Beat:
    """`until_tick()`: seconds until pictures are wanted, every `period_s`. Called from the decoding threads."""

    until_tick: Callable[[], float]
    period_s: float

    def until_burst(self, took_s: float) -> float:
        """Seconds until a burst that takes so long has to begin; half a period before the tick at the earliest."""
        lead_s = min(SPARE * took_s + SPARE_S, self.period_s / 2)
        return (self.until_tick() - lead_s) % self.period_s


class Darkroom:
    """`beat`: when pictures are wanted; None if each is decoded at once."""

    def __init__(self, beat: Beat | None = None, threads: int | None = None) -> None:
        self._beat = beat
        self._most = threads or os.cpu_count() or 1
        self._lock = threading.Lock()
        self._benches: list[_Bench] = []

    def table(self, develop: Callable[[], bool]) -> "Table":
        """A place for one camera. `develop()` decodes its oldest picture and says whether there is one more."""
        with self._lock:
            bench = min(self._benches, key=lambda each: each.tables, default=None)
            if bench is None or (bench.tables >= CAMERAS and len(self._benches) < self._most):
                bench = _Bench(self._beat)
                self._benches.append(bench)
            bench.tables += 1
        return Table(self, bench, develop)

    def leave(self, bench: "_Bench") -> None:
        """One camera less; the thread of the last one ends by itself."""
        with self._lock:
            bench.tables -= 1
            if not bench.tables:
                self._benches.remove(bench)
                bench.waiting.put(None)


class Table:
    """One camera's place; see `Darkroom.table`."""

    def __init__(self, darkroom: Darkroom, bench: "_Bench", develop: Callable[[], bool]) -> None:
        self._darkroom = darkroom
        self._bench: _Bench | None = bench
        self._develop = develop

    def more(self) -> None:
        """There is a picture to decode. From any thread; never waits."""
        if bench := self._bench:
            bench.waiting.put(self)

    def leave(self) -> None:
        """The camera is gone. From any thread; never waits."""
        bench, self._bench = self._bench, None
        if bench:
            self._darkroom.leave(bench)

    def develop(self) -> bool:
        """Decode one; False when there is no more. A fault of our own ends this camera's pictures and no other's."""
        try:
            return self._develop()
        except Exception:
            log.critical("a camera's pictures cannot be decoded any more", exc_info=True)
            self.leave()
            return False


class _Bench(threading.Thread):
    """One thread, and the tables that it serves."""

    def __init__(self, beat: Beat | None) -> None:
        super().__init__(name="cameras", daemon=True)
        self.tables = 0
        # Never longer than what the cameras' own queues hold: they say `more` of what they took in only.
        self.waiting: queue.SimpleQueue[Table | None] = queue.SimpleQueue()
        self._beat = beat
        self._took_s = 0.0
        self.start()

    def run(self) -> None:
        open_ = True
        while open_:
            first = self.waiting.get()
            if first is not None and self._beat:
                time.sleep(self._beat.until_burst(self._took_s))
            began = time.monotonic()
            open_ = self._burst(first)
            took_s = time.monotonic() - began
            self._took_s = max(took_s, self._took_s + FORGET * (took_s - self._took_s))

    def _burst(self, first: Table | None) -> bool:
        """Decode all there is, and what comes meanwhile; False when the last camera has gone."""
        turns, open_ = deque([first] if first else []), first is not None
        while True:
            while not self.waiting.empty():
                table = self.waiting.get()
                open_ = open_ and table is not None
                if table is not None and table not in turns:
                    turns.append(table)
            if not turns:
                return open_
            table = turns.popleft()
            if table.develop():
                turns.append(table)
