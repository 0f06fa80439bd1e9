"""A part of the machine comes in; whether so much of it is spare goes out.

Two who work beside a live room ask. What is heard on air (`ahead`) is not begun unless a part of all cores was idle for
a moment: a child at the lowest priority takes little, but not nothing: caches are shared, and a core that is busy
answers later. Every other heavy child stands still (`Resting`) while a room is live here and those that do not give
way, the room among them, have nearly all of the machine.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from ingest import here

STAT = Path("/proc/stat")
LOOK_S = 1.0
Times = tuple[float, float]
"""Spare time and all time of all cores together since the machine began."""


def times(text: str, *, nice: bool = False) -> Times:
    """From the text of /proc/stat (proc(5)): its first line has all cores, its fourth and fifth figure are idle.

    With `nice` the second is spare as well: what was done by those that give way.
    """
    figures = [float(each) for each in text.splitlines()[0].split()[1:9]]
    return figures[3] + figures[4] + (figures[1] if nice else 0.0), sum(figures)


def spare_share(before: Times, after: Times) -> float:
    """Which part of all cores was spare between two looks; all of it when no time has passed."""
    passed = after[1] - before[1]
    return (after[0] - before[0]) / passed if passed > 0 else 1.0


def spare(least: float, *, stat: Path = STAT, wait: Callable[[float], None] = time.sleep) -> bool:
    """Whether at least this part of the machine is idle now. Takes a second; True where nobody can say."""
    if not 0.0 < least <= 1.0:
        return least <= 0.0
    try:
        before = times(stat.read_text(encoding="ascii"))
        wait(LOOK_S)
        return spare_share(before, times(stat.read_text(encoding="ascii"))) >= least
    except (OSError, ValueError, IndexError):
        return True


class Resting:
    """Whether heavy children have to stand still; asked each second by whoever follows one, from any thread.

    They do while a room of the archive in `root` is live on this machine and less than `least` of it is spare; what
    they themselves use counts as spare, so that they go on when the room leaves more. Never where nobody can say.
    """

    def __init__(
        self, root: Path, least: float, *, stat: Path = STAT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._root, self._least, self._stat, self._clock = root, least, stat, clock
        self._looked_at = float("-inf")
        self._before: Times | None = None
        self._rests = False
        self._lock = threading.Lock()

    def __call__(self) -> bool:
        with self._lock:
            if self._clock() - self._looked_at >= LOOK_S:
                self._looked_at = self._clock()
                self._rests = self._look()
            return self._rests

    def _look(self) -> bool:
        if self._least <= 0.0 or not here.is_live(self._root):
            self._before = None
            return False
        try:
            before, self._before = self._before, times(self._stat.read_text(encoding="ascii"), nice=True)
        except (OSError, ValueError, IndexError):
            return False
        return before is not None and spare_share(before, self._before) < self._least


def never() -> bool:
    """Nobody has to stand still."""
    return False
