"""One person's Opus packets come in as they arrive; blocks of sound go out, pulled by the mixer's clock.

The position in the stream is a time, not a count: what has not come when its moment is played is concealed, and
the stream goes on. A position that drifts from the person's clock is led back between words, and within them by
stretching the sound a little; a large error is jumped over. `add` is called by the event loop, `pull` by the mixer's
thread.
"""

import logging
import math
import threading
from collections.abc import Callable

import numpy as np

from ingest.live.webrtc.clock import PersonClock
from ingest.live.webrtc.jitter import EncodedFrame
from ingest.live.webrtc.opus import Decoder, OpusError, Sound, repeats

log = logging.getLogger(__name__)
RATE = 48_000
PACKET = 960  # 20 ms, what browsers and ffmpeg send; others work as well
KEEP = RATE // 2  # sound that nobody pulls is kept for 0.5 s: more than the longest delay
JUMP = RATE * 120 // 1000  # an error above 120 ms is seen on the lips for longer than a jump is heard
LEAD = RATE * 5 // 1000  # the jitter of the mixer's own calls; below it nothing is corrected
ASTRAY = 10  # 200 ms: a mixer that stood still for a moment catches up by itself
SILENT = 0.01  # -40 dBFS: between words anything may be left out or put in
IN_SILENCE = 0.25
STRETCH = 0.06  # at most: a file sender that catches up after a stall is 5 % fast (ffmpeg's -re)
MOST = 256  # packets that wait: 5 s; only a sender whose times jump about has more
HEARD_S = 0.2  # ten blocks: a mixer that has not asked for so long has taken the person off air
FADE = 240  # 5 ms, long enough that a seam does not click


class Voice:
    """See the module. `concealed` counts samples made up, `recovered` those that the next packet repeated,
    `decoded` packets, `late` those that came after their moment, `jumps` how often the position was set anew."""

    def __init__(self, clock: PersonClock, now: Callable[[], float]) -> None:
        self.concealed = 0
        self.decoded = 0
        self.recovered = 0
        self.late = 0
        self.jumps = 0
        self._clock = clock
        self._now = now
        self._lock = threading.Lock()
        self._packets: dict[int, bytes] = {}
        self._decoder = Decoder()
        self._ready: Sound = np.zeros(0, np.float32)
        self._end: int | None = None  # RTP time after the last sample of `_ready`
        self._error = 0.0
        self._astray = 0
        self._made_up = 0
        self._fade = 0.0  # how much of the made up sound was left at last
        self._level = 0.0
        self._pulled = -1e9

    @property
    def level(self) -> float:
        """Root mean square of the last block, 0 to 1; 0 while nobody listens."""
        return self._level if self._now() - self._pulled < HEARD_S else 0.0

    @property
    def position(self) -> float | None:
        """The RTP time of the next sample that is pulled; None before the first sound."""
        return None if self._end is None else self._end - len(self._ready)

    def add(self, frame: EncodedFrame) -> None:
        """Take a packet; the oldest are dropped when nobody pulls."""
        self._clock.late("audio", frame.rtp, frame.arrived)
        with self._lock:
            if self._end is not None and frame.rtp < self._end:
                self.late += 1
                return
            self._packets[frame.rtp] = frame.data
            for rtp in [rtp for rtp in self._packets if rtp < frame.rtp - KEEP]:
                del self._packets[rtp]
            while len(self._packets) > MOST:
                del self._packets[min(self._packets)]

    def pull(self, samples: int) -> Sound:
        """The next `samples` of sound, float32 mono at 48 kHz; silence while there is nothing."""
        self._pulled = self._now()
        target = self._clock.rtp_at("audio", self._pulled)
        with self._lock:
            block = np.zeros(samples, np.float32) if target is None else self._next_block(samples, target)
        self._level = math.sqrt(float(np.dot(block, block)) / samples) if samples else 0.0
        return block

    def _next_block(self, samples: int, target: float) -> Sound:
        if self._end is None:
            if not self._packets or min(self._packets) > target + samples:
                return np.zeros(samples, np.float32)
            self._jump(target)
        error = self._measured(target)
        for limit in (IN_SILENCE, STRETCH):
            step = round(min(max(error, -limit * samples), limit * samples))
            if limit == STRETCH:
                step = round(min(max(error / RATE, -limit), limit) * samples)  # the error is halved each 0.7 s
            block = self._peek(samples + step)
            if step == 0 or limit == STRETCH or float(np.abs(block).max()) < SILENT:
                break
        self._ready = self._ready[samples + step :]
        self._error -= step
        return _stretched(block, samples)

    def _measured(self, target: float) -> float:
        """How many samples the position is behind, 0 when not worth correcting; jumps where that is better."""
        assert self._end is not None
        error = target - (self._end - len(self._ready))
        self._astray = self._astray + 1 if abs(error) > JUMP else 0
        if self._astray >= ASTRAY:
            self._jump(target)
        self._error += (error - self._error) * 0.05
        return self._error if abs(self._error) > LEAD else 0.0

    def _peek(self, samples: int) -> Sound:
        while len(self._ready) < samples:
            self._decode_next(samples - len(self._ready))
        return self._ready[:samples]

    def _jump(self, target: float) -> None:
        self._ready = np.zeros(0, np.float32)
        self._end = round(target)
        self._error, self._astray = 0.0, 0
        self.jumps += 1

    def _decode_next(self, needed: int) -> None:
        """Append at least one sample to `_ready`: from the next packet or, where it is missing, made up."""
        assert self._end is not None
        for rtp in [rtp for rtp in self._packets if rtp <= self._end - PACKET * 6]:
            del self._packets[rtp]  # before the position by more than the longest Opus packet (120 ms)
        first = min(self._packets, default=None)
        if first is None or first > self._end:
            self._fill(needed, None if first is None else first - self._end, self._packets.get(first or 0))
            return
        sound = self._decoded(self._packets.pop(first))
        skipped = self._end - first  # a jump may land inside a packet
        self._append(sound[skipped:], real=True)

    def _decoded(self, data: bytes) -> Sound:
        try:
            self.decoded += 1
            return self._decoder.decode(data)
        except OpusError as error:
            log.info("an Opus packet could not be decoded: %s", error)
            return np.zeros(0, np.float32)

    def _fill(self, needed: int, hole: int | None, following: bytes | None) -> None:
        """Fill a hole: from the packet behind it, if that repeats what is missing, or else made up."""
        if hole is None or hole > PACKET:
            self._conceal(needed if hole is None else min(needed, hole - PACKET))
        elif following is None or not repeats(following):
            self._conceal(min(needed, hole))
        else:
            try:
                sound = self._decoder.missing(hole, following)
            except OpusError:
                self._conceal(min(needed, hole))
                return
            self.recovered += len(sound)
            self._append(sound, real=True)

    def _conceal(self, samples: int) -> None:
        """As the decoder thinks that it went on, for 40 ms; fading within as much again, then silence."""
        fade = np.clip(2 - (self._made_up + np.arange(samples)) / (2 * PACKET), 0, 1).astype(np.float32)
        sound = np.zeros(samples, np.float32)
        if self.decoded and fade[0] > 0:
            self.concealed += samples
            known = self._decoder.missing(samples)
            sound[: len(known)] = known
        elif self.decoded:
            self.concealed += samples
        self._made_up += samples
        self._fade = float(fade[-1])
        self._append(sound * fade, real=False)

    def _append(self, sound: Sound, *, real: bool) -> None:
        assert self._end is not None
        if real and self._made_up and len(sound):
            self._made_up = 0
            ramp = min(FADE, len(sound))
            sound[:ramp] *= np.linspace(self._fade, 1, ramp, dtype=np.float32)
        self._ready = np.concatenate([self._ready, sound])
        self._end += len(sound)


def _stretched(block: Sound, samples: int) -> Sound:
    if len(block) == samples:
        return block.copy()
    at = np.linspace(0, len(block) - 1, samples)
    return np.interp(at, np.arange(len(block)), block).astype(np.float32)
