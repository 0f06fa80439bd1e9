"""Recordings are asked for and ended from any thread; the tick takes them up, at a frame whose sound is still to come.

Picture and sound are made by two threads, sound a little ahead of a busy tick. So that both are cut at the same frame,
what is recorded changes only under the lock under which `position` counts the sound.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future

from ingest.live.mix import audio
from ingest.live.mix.source import SAMPLE_RATE
from ingest.live.output.recorder import Recorder
from ingest.live.output.take import Take

log = logging.getLogger(__name__)


class Takes:
    """See the module. `current` is what is recorded now, `position` the sample of the programme that is mixed next."""

    def __init__(self, frame_rate: int, on_failure: Callable[[Exception], None] | None) -> None:
        self.current: Take | None = None
        self.position = -audio.LOOK_AHEAD
        self.lock = threading.Lock()
        self._asked: Take | None = None
        self._ending = False
        self._frame_rate, self._on_failure = frame_rate, on_failure

    @property
    def newest(self) -> Take | None:
        """The one that is asked for, or else the one that is recorded."""
        return self._asked or self.current

    def ask(self, recorder: Recorder, on_first_tick: Callable[[int], None], parameter_sets: bytes) -> "Future[int]":
        """Record from one of the next frames. Raises RuntimeError while something is, and what `begin` raises."""
        take = Take(recorder, on_first_tick)
        self.refuse_second()
        take.prepare(parameter_sets)  # before the lock: the tick must not wait for the disk
        with self.lock:
            self._asked, self._ending = take, False
        return take.started

    def end(self) -> "Future[int]":
        """What is drawn from the next frame on is not recorded. Raises RuntimeError when nothing is."""
        with self.lock:
            take = self.newest
            if take is None:
                raise RuntimeError("nothing is being recorded")
            self._ending = True
        return take.ended

    def refuse_second(self) -> None:
        """Raise RuntimeError while something is recorded or about to be."""
        with self.lock:
            if self._asked is not None or (self.current is not None and not self.current.ended.done()):
                raise RuntimeError("this programme is being recorded already")

    def turn(self, frame: int) -> None:
        """Begin and end what is due with this frame (the tick)."""
        with self.lock:
            # The first frame whose sound has not been mixed yet: sound runs a little ahead of a busy tick.
            free = max(frame, -(-self.position * self._frame_rate // SAMPLE_RATE))
            if self._asked is not None:
                self.current, self._asked = self._asked, None
                self.current.start_frame = free
                return
            if self._ending and self.current is not None and self.current.end_frame is None:
                self.current.end_frame = max(free, (self.current.start_frame or 0) + 1)
        take = self.current
        if take is not None and (take.failure is not None or take.ended.done()):
            self._leave(take)

    def fell(self, error: Exception) -> None:
        """The programme cannot go on: whoever waits for the end of a recording hears why."""
        take = self.newest
        if take is not None and not take.ended.done():
            take.ended.set_exception(error)

    def _leave(self, take: Take) -> None:
        with self.lock:
            self.current, self._ending = None, False
        if take.failure is not None:
            log.error("the recording stopped: %s", take.failure)
            take.recorder.finish()
            for future in (take.started, take.ended):
                if not future.done():
                    future.set_exception(take.failure)
            if self._on_failure:
                self._on_failure(take.failure)
