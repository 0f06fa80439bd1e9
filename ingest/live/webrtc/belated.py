"""A person's encoded frames come in as they are received; those that left the broadcast delay go to their track.

A frame is played up to `MARGIN_S` after it has come (`clock.DELAY_MAX_S`), so it waits that much longer than the
programme: whoever cuts takes away every frame that could have been played in what is cut, and a little before it.
Belongs to the event loop; times are the loop's. What waits is bounded by the delay.
"""

from collections import deque
from collections.abc import Mapping
from typing import Protocol

from ingest.live.webrtc.jitter import EncodedFrame

MARGIN_S = 0.5


class Writes(Protocol):
    """What a track is to this module; see `tracks.Track`."""

    person: str
    part: int
    origin: dict[str, int]

    def add(self, frame: EncodedFrame) -> None: ...
    def end(self) -> None: ...
    def wait(self, timeout_s: float) -> bool: ...


class Belated:
    """A track behind the delay. `cut`: it begins in a cut."""

    def __init__(self, track: Writes, delay_s: float, *, cut: bool) -> None:
        self.person, self.part, self.origin = track.person, track.part, track.origin
        self._track, self._hold_s = track, delay_s + MARGIN_S
        self._held: deque[tuple[float, EncodedFrame]] = deque()
        self._cut = self._torn = cut
        self._ending = self._ended = False

    def add(self, frame: EncodedFrame, now: float) -> None:
        """Take a frame; pictures after a cut only from a keyframe on."""
        if self._cut or self._ending:
            return
        if frame.kind == "video":
            if self._torn and not frame.keyframe:
                return
            self._torn = False
        self._held.append((now, frame))
        self.release(now)

    def release(self, now: float) -> None:
        """Write what is old enough; called now and then, because nothing may come any more."""
        while self._held and self._held[0][0] + self._hold_s <= now:
            self._track.add(self._held.popleft()[1])
        if self._ending and not self._held:
            self._end()

    def cut(self) -> None:
        """Forget what waits, and take nothing."""
        self._held.clear()
        self._cut = self._torn = True

    def go_on(self) -> None:
        """Take frames again."""
        self._cut = False

    def end(self, played: Mapping[str, float] | None = None) -> None:
        """Take no more frames; the file ends when the last one has left.

        `played`: the RTP time by kind that is played at this moment. What has come beyond it waits still, since nothing
        is played later than `MARGIN_S`, and is left out: it was on no air.
        """
        self._ending = True
        if played is not None:
            self._held = deque(each for each in self._held if each[1].rtp <= played.get(each[1].kind, each[1].rtp))
        if not self._held:
            self._end()

    def close(self, now: float, *, all_has_left: bool) -> None:
        """End at once: with all that waits when the delay has run dry, else without what never left it."""
        self.release(float("inf") if all_has_left else now)
        self._held.clear()
        self._end()

    def wait(self, timeout_s: float) -> bool:
        """Whether the file was finished in time. Blocks: not for the event loop."""
        return self._ended and self._track.wait(timeout_s)

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._track.end()
