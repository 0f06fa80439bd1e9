"""A monotonic clock comes in, the moments at which frames and blocks of sound are due come out.

Picture and sound count from one epoch, so that frame `n` and sample `n * 48000 / frame_rate` belong together.
"""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The outside world's time; tests bring their own."""

    def now(self) -> float:
        """Seconds that never go back."""

    def wait_until(self, moment: float) -> None:
        """Return when `now()` has reached `moment`."""

    def wall(self) -> datetime:
        """The time of day, aware and in UTC."""


class RealClock:
    """The machine's clock."""

    def now(self) -> float:
        return time.monotonic()

    def wait_until(self, moment: float) -> None:
        left = moment - time.monotonic()
        if left > 0:
            time.sleep(left)

    def wall(self) -> datetime:
        return datetime.now(UTC)


class Epoch:
    """The moment of frame 0 and sample 0; moved on when the machine stood still for too long."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._start = clock.now()
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Frame 0 and sample 0 are due now."""
        self._start = self.clock.now()

    def due(self, seconds: float) -> float:
        """When the thing that lies `seconds` after the epoch is due, on the clock."""
        return self._start + seconds

    def late(self, seconds: float) -> float:
        """By how many seconds the thing that lies `seconds` after the epoch is late; negative when early."""
        return self.clock.now() - self.due(seconds)

    def skip(self, seconds: float, limit: float) -> bool:
        """Move the epoch on if the thing at `seconds` is late by more than `limit`; say whether it was moved.

        Media time goes on without a gap then; only its distance to the time of day grows.
        """
        with self._lock:
            late = self.late(seconds)
            if late <= limit:
                return False
            self._start += late
            return True


@dataclass(frozen=True)
class Figures:
    """What the ticks have cost so far, in seconds of their thread; `late`: how many began over half a tick late."""

    ticks: int = 0
    late: int = 0
    compose_s: float = 0.0
    encode_s: float = 0.0

    def with_tick(self, late: bool, compose_s: float, encode_s: float) -> "Figures":
        """One tick more."""
        return Figures(self.ticks + 1, self.late + late, self.compose_s + compose_s, self.encode_s + encode_s)
