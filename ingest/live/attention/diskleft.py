"""How much of the disk is free comes in, again and again; for how many minutes it lasts at this rate goes out. Pure.

The rate is what went in the last two minutes, whoever wrote it, and never less than the recording itself writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SHORT_MINUTES, WELL_MINUTES = 60, 75  # told below an hour, taken back above an hour and a quarter
MEMORY_S = 120.0  # segments are written each two seconds, derived files in bursts of some ten


@dataclass(frozen=True)
class DiskLeft:
    """Looks at the disk (seconds, free bytes), and how many minutes are told; None while there are enough."""

    looks: Sequence[tuple[float, int]] = ()
    minutes: int | None = None

    def after(self, free: int, now: float, least_rate: float) -> "DiskLeft":
        """What is known after one more look; `least_rate`: bytes a second that the recording writes."""
        looks = [(at, was) for at, was in (*self.looks, (now, free)) if now - at <= MEMORY_S]
        elapsed, first = now - looks[0][0], looks[0][1]
        rate = max(least_rate, (first - free) / elapsed if elapsed > MEMORY_S / 4 else 0.0, 1.0)
        left = free / rate / 60
        told = left < (SHORT_MINUTES if self.minutes is None else WELL_MINUTES)
        return DiskLeft(looks, _rounded(left) if told else None)


def _rounded(minutes: float) -> int:
    """Fives above ten: nobody decides anything by 43 instead of 40, and the page stands still."""
    return int(minutes) if minutes < 10 else int(minutes) // 5 * 5
