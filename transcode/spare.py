"""How busy the machine was comes in; whether there is time for what nobody waits for goes out.

While an office hour is on air on this machine, its room comes first. A child at the lowest priority takes little from
it, but not nothing: caches are shared, and a core that is busy answers later. So nothing is begun unless a part of all
cores was idle for a moment.
"""

import time
from collections.abc import Callable
from pathlib import Path

STAT = Path("/proc/stat")
LOOK_S = 1.0
Times = tuple[float, float]
"""Idle time and all time of all cores together since the machine began."""


def times(text: str) -> Times:
    """From the text of /proc/stat (proc(5)): its first line has all cores, its fourth and fifth figure are idle."""
    figures = [float(each) for each in text.splitlines()[0].split()[1:9]]
    return figures[3] + figures[4], sum(figures)


def idle_share(before: Times, after: Times) -> float:
    """Which part of all cores was idle between two looks; all of it when no time has passed."""
    passed = after[1] - before[1]
    return (after[0] - before[0]) / passed if passed > 0 else 1.0


def spare(least: float, *, stat: Path = STAT, wait: Callable[[float], None] = time.sleep) -> bool:
    """Whether at least this part of the machine is idle now. Takes a second; True where nobody can say."""
    if not 0.0 < least <= 1.0:
        return least <= 0.0
    try:
        before = times(stat.read_text(encoding="ascii"))
        wait(LOOK_S)
        return idle_share(before, times(stat.read_text(encoding="ascii"))) >= least
    except (OSError, ValueError, IndexError):
        return True
