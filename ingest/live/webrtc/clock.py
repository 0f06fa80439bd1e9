"""RTP times, arrivals and sender reports of one person come in; the local time each moment belongs to goes out.

Local time is the monotonic clock of this process, in seconds. A `TrackClock` knows one RTP stream: the packet
with the shortest way says how RTP time lies in local time. A `PersonClock` joins a person's two streams: as soon
as both have sent an RTCP sender report their common wall clock aligns sound and picture (RFC 3550, 6.4.1); until
then each is placed by its arrival.
"""

import logging
import threading
from dataclasses import dataclass, field

log = logging.getLogger(__name__)
WINDOW_S = 10.0  # Long enough to meet one undelayed packet, short enough to follow 100 ppm of drift within 1 ms.
SKEW_LIMIT_S = 0.5  # Sender reports that place the streams further apart are broken clocks, not encoder delay.
MARGIN_S = 0.03  # Decoding a 720p picture (about 5 ms) plus the mixer's grain of 20 to 33 ms, half of it on average.
DELAY_MIN_S = 0.05  # the margin and 20 ms against jitter, which a clean line needs
PICTURES_COVERED_S = 0.12  # A picture later than that is shown late; waiting for it would delay every word.
DELAY_DOWN = 0.01  # 1 % of stretched sound while the delay shrinks
SETTLING_S = 1.0  # Senders begin with a burst; it says nothing about the way.
BEHIND_S = 0.5  # Longer than any burst of late packets; then it is the sender who stood still, not the way.
DELAY_MAX_S = 0.4  # A conversation stops being one when more is added to each direction (ITU-T G.114).


class Unwrapper:
    """Counts on where a wrapping RTP counter of `bits` bits starts again."""

    def __init__(self, bits: int) -> None:
        self._modulus = 1 << bits
        self._last: int | None = None

    def extend(self, value: int) -> int:
        """The counter as a number that does not wrap; the nearest one to the last is meant."""
        if self._last is None:
            self._last = value + self._modulus  # so that a packet older than the first stays positive
            return self._last
        extended = self.near(value)
        self._last = max(self._last, extended)
        return extended

    def near(self, value: int) -> int:
        """As `extend`, without moving on. Needs a first value."""
        last = self._last if self._last is not None else value + self._modulus
        half = self._modulus // 2
        return last + (value - last + half) % self._modulus - half

    def reset(self) -> None:
        """Forget everything: the sender has begun anew."""
        self._last = None


@dataclass
class Extreme:
    """The lowest value of the last one to two half windows, in constant memory."""

    window_s: float = WINDOW_S
    value: float | None = None
    _current: float | None = None
    _previous: float | None = None
    _turned: float = 0.0

    def add(self, value: float, now: float) -> None:
        if self._current is None:
            self._turned = now
        elif now - self._turned >= self.window_s / 2:
            self._previous, self._current, self._turned = self._current, None, now
        self._current = value if self._current is None else min(self._current, value)
        self.value = self._current if self._previous is None else min(self._current, self._previous)

    def shift(self, by: float) -> None:
        """Begin anew at the value as it is, `by` higher."""
        if self.value is not None:
            self.value = self._current = self.value + by
            self._previous = None


@dataclass
class TrackClock:
    """One RTP stream. RTP times are extended ones (see `Unwrapper`), `rate` is their clock rate in Hz."""

    rate: int
    base: Extreme = field(default_factory=Extreme)
    report: float | None = None  # the sender's wall time at RTP time 0, in seconds

    def arrived(self, rtp: int, now: float) -> None:
        """A packet with this RTP time came at local time `now`."""
        self.base.add(now - rtp / self.rate, now)

    def reported(self, ntp_s: float, rtp: int) -> None:
        """A sender report said that the sender's clock showed `ntp_s` at this RTP time."""
        self.report = ntp_s - rtp / self.rate

    @property
    def flight(self) -> float | None:
        """Local time minus the sender's clock for the fastest packet: the way plus the clocks' difference."""
        if self.report is None or self.base.value is None:
            return None
        return self.base.value - self.report


class PersonClock:
    """Sound and picture of one person on the local clock, played `delay` seconds after their local time."""

    def __init__(self) -> None:
        self.tracks: dict[str, TrackClock] = {}
        self.delay = DELAY_MIN_S  # seconds between local time and playing, the same for sound and picture
        self._lateness = Extreme()
        self._behind: float | None = None
        self._lock = threading.Lock()
        self._first: float | None = None
        self._slewed = 0.0

    def track(self, kind: str, rate: int) -> TrackClock:
        """The clock of the person's "audio" or "video", made when it is new."""
        track = self.tracks.get(kind)
        if track is None:
            track = self.tracks.setdefault(kind, TrackClock(rate))
        return track

    def zero(self, kind: str) -> float | None:
        """The local time of RTP time 0, or None before the first packet."""
        track = self.tracks.get(kind)
        if track is None or track.base.value is None:
            return None
        flights = [each.flight for each in self.tracks.values() if each.flight is not None]
        aligned = track.report is not None and len(flights) == len(self.tracks) > 1
        if not aligned or max(flights) - min(flights) > SKEW_LIMIT_S or track.report is None:
            return track.base.value
        # The slower stream's way holds for both: so neither has to be played before it came.
        return track.report + max(flights)

    def local(self, kind: str, rtp: int) -> float | None:
        """The local time of an RTP time."""
        zero = self.zero(kind)
        return None if zero is None else zero + rtp / self.tracks[kind].rate

    def rtp_at(self, kind: str, local: float) -> float | None:
        """The RTP time that is played at local time `local`, delay taken off."""
        zero = self.zero(kind)
        return None if zero is None else (local - self.delay - zero) * self.tracks[kind].rate

    def late(self, kind: str, rtp: int, now: float) -> None:
        """A whole picture or sound packet was ready at `now`: the delay follows the latest of them."""
        local = self.local(kind, rtp)
        if local is None:
            return
        with self._lock:  # sound is reported by the event loop, pictures by the decoding thread
            self._first = now if self._first is None else self._first
            if now - self._first >= SETTLING_S:
                early = local - now
                if kind == "audio" and self._stands_behind(early, now):
                    early = 0.0
                self._lateness.add(max(early, -PICTURES_COVERED_S) if kind == "video" else early, now)
            self._slew(now)

    def _stands_behind(self, early: float, now: float) -> bool:
        """Whether the sender stood still and goes on where it was: then its times lie later from now on.

        Without this every word would come too late until the fastest packet of before is forgotten.
        """
        if early >= -DELAY_MAX_S:
            self._behind = None
            return False
        self._behind = now if self._behind is None else self._behind
        if now - self._behind < BEHIND_S:
            return False
        log.info("the sender stood still for %.2f s: it is followed from where it goes on", -early)
        for track in self.tracks.values():
            track.base.shift(-early)
        # The sound jumps anyhow, so the delay need not come down slowly this time.
        self._lateness, self._behind, self._slewed = Extreme(), None, 0.0
        return True

    def _slew(self, now: float) -> None:
        """Up at once, because the sound would break; down slowly, so that nobody hears it."""
        late = -self._lateness.value if self._lateness.value is not None else 0.0
        wanted = min(max(late + MARGIN_S, DELAY_MIN_S), DELAY_MAX_S)
        lowest = self.delay - DELAY_DOWN * (now - self._slewed) if self._slewed else wanted
        self.delay, self._slewed = max(wanted, lowest), now
