"""What stands in for people and for time: sources that beep and flash each second, a clock that tests turn."""

import threading
from datetime import UTC, datetime, timedelta

import av
import numpy as np

from ingest.live.mix.source import SAMPLE_RATE, Samples
from ingest.live.mix.video import Scaler, planes_of
from ingest.live.room.programme import Programme

BEEP_S = 0.1
FLASH_S = 0.2


class FakeClock:
    """Time that passes only when both threads of a programme wait, one of them at a time: always the same order."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads
        self._now = 0.0
        self._limit = 0.0
        self._waiting: dict[str, float] = {}
        self._condition = threading.Condition()

    def now(self) -> float:
        return self._now

    def wall(self) -> datetime:
        return datetime(2026, 11, 23, 18, tzinfo=UTC) + timedelta(seconds=self._now)

    def wait_until(self, moment: float) -> None:
        name = threading.current_thread().name
        with self._condition:
            self._waiting[name] = moment
            self._condition.notify_all()
            self._condition.wait_for(lambda: self._turn_of(name))
            self._now = max(self._now, self._waiting.pop(name))

    def run_to(self, moment: float) -> None:
        """Let time pass up to `moment`, and wait until everything that is due by then is done."""
        with self._condition:
            self._limit = moment
            self._condition.notify_all()
            done = self._condition.wait_for(lambda: self._all_wait() and min(self._waiting.values()) > moment, 30)
            assert done, "the programme's threads did not come back to the clock"
            self._now = max(self._now, moment)

    def run_for(self, seconds: float) -> None:
        self.run_to(self._now + seconds)

    def jump(self, seconds: float) -> None:
        """The machine stands still for a while."""
        self._now += seconds
        self._limit = self._now

    def run_out(self) -> None:
        """Let time pass without a limit: threads that wait come to their end."""
        with self._condition:
            self._limit, self._threads = float("inf"), 0
            self._condition.notify_all()

    def _all_wait(self) -> bool:
        return len(self._waiting) >= self._threads

    def _turn_of(self, name: str) -> bool:
        if self._threads == 0:
            return True
        first = min(self._waiting, key=lambda each: (round(self._waiting[each], 9), each))
        return self._all_wait() and first == name and self._waiting[name] <= self._limit + 1e-9


class FakeSource:
    """A person whose picture flashes and whose microphone beeps at every full second of the clock."""

    def __init__(
        self, person: str, clock: FakeClock, *, hertz: float = 1000.0, size: tuple[int, int] = (320, 180)
    ) -> None:
        self.person = person
        self.clock = clock
        self.hertz = hertz
        self.gone = False
        self.dark, self.bright = grey(*size, 60), grey(*size, 235)
        self.pulled = 0

    def picture(self) -> av.VideoFrame | None:
        if self.gone:
            return None
        return self.bright if (self.clock.now() + 1e-6) % 1 < FLASH_S and self.clock.now() > 0.5 else self.dark

    def fitted(self, width: int, height: int) -> av.VideoFrame:
        return fitted(self.picture(), width, height)

    def sound(self, samples: int) -> Samples:
        self.pulled += samples
        if self.gone:
            return np.zeros(samples, np.float32)
        seconds = self.clock.now() + np.arange(samples) / SAMPLE_RATE + 1e-6
        on = (seconds % 1 < BEEP_S) & (seconds > 0.5)
        return (0.5 * on * np.sin(2 * np.pi * self.hertz * seconds)).astype(np.float32)


def fitted(frame: av.VideoFrame | None, width: int, height: int) -> av.VideoFrame:
    """What a source gives as its picture in this size."""
    assert frame is not None
    return Scaler().to(frame, width, height)


def grey(width: int, height: int, level: int) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, value in zip(planes_of(frame), (level, 128, 128), strict=True):
        plane[:] = value
    return frame


def stop(programme: Programme, clock: FakeClock) -> int:
    """`stop_recording` while time goes on; the last tick."""
    result: list[int] = []
    thread = threading.Thread(target=lambda: result.append(programme.stop_recording()))
    thread.start()
    while thread.is_alive():
        clock.run_for(0.02)
        thread.join(0.002)
    return result[0]
