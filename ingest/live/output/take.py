"""Frames and blocks of a running programme come in; the stretch between two of its frames goes to a recorder.

Programme frames and samples count from the room's opening, media time from the first recorded frame. Both kinds are
cut at the same frame: sound may come a little before or after the picture it belongs to.
"""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from threading import Lock

import numpy as np

from ingest.live.cmaf.boxes import AAC_FRAME
from ingest.live.cmaf.segments import DiskStopped
from ingest.live.mix.audio import AacEncoder
from ingest.live.mix.source import SAMPLE_RATE, Samples
from ingest.live.output.recorder import Recorder

GATHERED = SAMPLE_RATE // 10  # a quarter of a part
NEEDED = 2 * AAC_FRAME  # behind its end, until the encoder has given the last frame that begins before it


class Take:
    """One recording: `picture` is called by the tick, `sound` by the sound's thread."""

    def __init__(self, recorder: Recorder, on_first_tick: Callable[[int], None]) -> None:
        self.recorder = recorder
        self.started: Future[int] = Future()
        self.ended: Future[int] = Future()
        self.start_frame: int | None = None
        self.end_frame: int | None = None
        self.failure: DiskStopped | None = None
        self.started.add_done_callback(lambda started: None if started.exception() else on_first_tick(started.result()))
        self._base_tick = recorder.next_tick
        self._samples_per_frame = SAMPLE_RATE // recorder.frame_rate
        # AAC frames lie on a grid from media time 0: after a crash sound goes on at the end of the last one.
        self._skip = recorder.next_sample - recorder.next_tick * self._samples_per_frame
        self._aac = AacEncoder(recorder.next_sample)
        self._blocks: list[Samples] = []
        self._encoded = recorder.next_sample
        self._left = {"picture", "sound"}
        self._lock = Lock()

    def prepare(self, parameter_sets: bytes) -> None:
        """Write what comes before the first frame. The caller sets `start_frame` to a frame not yet drawn or mixed."""
        self.recorder.begin(parameter_sets, self._aac.config)

    def media_tick(self, frame: int) -> int | None:
        """The media time of a programme frame; None outside the recording."""
        if self.start_frame is None or frame < self.start_frame:
            return None
        if self.end_frame is not None and frame >= self.end_frame:
            return None
        return self._base_tick + frame - self.start_frame

    def nearest_tick(self, frame: int) -> int:
        """The media time of a programme frame, moved into the recording where it lies outside; its end counts in."""
        first = frame if self.start_frame is None else max(frame, self.start_frame)
        last = first if self.end_frame is None else min(first, self.end_frame)
        return self._base_tick + (0 if self.start_frame is None else last - self.start_frame)

    def begun(self) -> None:
        """The first frame was drawn; it may take the broadcast delay until it is recorded."""
        if self.failure is None:
            self.started.set_result(self._base_tick)

    def picture(self, frame: int, data: bytes, keyframe: bool, wall: datetime) -> None:
        """The encoded picture of programme frame `frame`, drawn at `wall`."""
        if self.media_tick(frame) is not None and self.failure is None:
            self._guarded(lambda: self.recorder.picture(data, keyframe, wall))
        if self.end_frame is not None and frame >= self.end_frame - 1:
            self._finished("picture")

    def sound(self, position: int, samples: Samples) -> None:
        """Mixed sound; `position` is the programme sample it begins with."""
        if self.start_frame is None or "sound" not in self._left or self.failure is not None:
            return
        first = self.start_frame * self._samples_per_frame + self._skip
        wanted = samples[max(0, first - position) :]
        last = None if self.end_frame is None else self.end_frame * self._samples_per_frame
        if last is not None and position + len(samples) >= last:
            wanted = wanted[: max(0, len(wanted) - (position + len(samples) - last))]
            self._guarded(lambda: self._encode(wanted, flush=True))
            self._finished("sound")
        else:
            self._guarded(lambda: self._encode(wanted, flush=False))

    def _encode(self, samples: Samples, flush: bool) -> None:
        """Encode what has gathered, as soon as a part of the recording may need it: five blocks in a row cost half of
        five blocks one by one, each with a cold cache.
        """
        self._blocks.append(samples)
        end = self._encoded + sum(map(len, self._blocks))
        if not flush and (end - NEEDED) // GATHERED == (self._encoded - NEEDED) // GATHERED:
            return
        packets = self._aac.encode(np.concatenate(self._blocks))
        self._blocks, self._encoded = [], end
        for _, data in packets + (self._aac.flush() if flush else []):
            self.recorder.sound(data)

    def _guarded(self, write: Callable[[], None]) -> None:
        try:
            write()
        except DiskStopped as failure:
            self.failure = failure

    def _finished(self, kind: str) -> None:
        with self._lock:
            if kind not in self._left:
                return
            self._left.remove(kind)
            if self._left:
                return
        self.recorder.finish().add_done_callback(self._written)

    def _written(self, done: "Future[None]") -> None:
        if (failure := self.failure or done.exception()) is not None:
            self.ended.set_exception(failure)
        else:
            self.ended.set_result(self.recorder.next_tick - 1)
