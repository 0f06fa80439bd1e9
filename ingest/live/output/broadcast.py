"""The mixer's pictures and sound come in; what the public gets goes out: later by the delay, without what was cut.

Recording, HLS and viewers are behind it, whoever takes part is before it. Pictures come in and leave in the tick's
thread, sound in its own; a cut falls between two of each. `Sealing` is given what was cut, as it was.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from ingest.live.mix.sinks import Sinks
from ingest.live.mix.source import Samples
from ingest.live.mix.still import Still
from ingest.live.output.delay import Delay, Heard, Leaving, Picture, Sound, Stretch
from ingest.live.output.take import Take


class Sealing(Protocol):
    """Keeps what was cut, under a number. Called from both threads: must not wait."""

    number: int

    def picture(self, picture: Picture) -> None:
        """A picture that was cut; those before it that it builds on come first."""

    def sound(self, sound: Sound) -> None:
        """Sound that was cut."""

    def end(self) -> None:
        """The stretch is over."""


class Broadcast:
    """See the module. `take` gives the recording that runs, if any."""

    def __init__(self, frame_rate: int, take: Callable[[], Take | None]) -> None:
        self.packets = Sinks[[bytes, int, bool]]("the broadcast's pictures")
        self.sounds = Sinks[[Samples]]("the broadcast's sound")
        self._delay = Delay(frame_rate)
        self._take = take
        self._lock = threading.Lock()
        self._still: Still | None = None
        self._sealing: Sealing | None = None
        self._cutting = False
        self._group: list[Picture] = []

    def hold(self, seconds: float) -> None:
        """Hold everything for so long from now on. Raises ValueError."""
        with self._lock:
            self._delay.set(seconds)

    @property
    def frames(self) -> int:
        """For how many frames everything is held."""
        return self._delay.frames

    def cut(self, still: Still, make_sealing: Callable[[], Sealing | None] | None) -> Stretch:
        """Show `still` instead of all that has not left yet and all that comes (the tick's thread)."""
        with self._lock:
            self._still = still
            if make_sealing is not None and self._sealing is None:
                self._sealing = make_sealing()
            return self._delay.cut()

    @property
    def sealed(self) -> int | None:
        """The number of the stretch that is being kept."""
        sealing = self._sealing
        return sealing.number if sealing is not None else None

    def go_on(self, frame: int) -> None:
        """Cut nothing from this keyframe on, which is about to be drawn (the tick's thread)."""
        with self._lock:
            self._delay.go_on(frame)

    def picture(self, picture: Picture) -> None:
        """A picture of the mixer."""
        with self._lock:
            leaving = self._delay.picture(picture)
        for each in leaving:
            self._leave(each)

    def sound(self, sound: Sound) -> None:
        """A block of the mixer."""
        with self._lock:
            heard, sealing = self._delay.sound(sound), self._sealing
        for each in heard:
            self._hear(each, sealing)

    def _leave(self, leaving: Leaving) -> None:
        picture, data, keyframe = leaving.picture, leaving.picture.data, leaving.picture.keyframe
        if leaving.cut and self._still is not None:
            if not self._cutting:
                self._begin_cut()
            data, keyframe = self._still.frame(keyframe)
            if self._sealing is not None:
                self._sealing.picture(picture)
        elif self._cutting:
            self._end_cut()
        self._group = [picture] if picture.keyframe else [*self._group, picture]
        if (take := self._take()) is not None:
            take.picture(picture.frame, data, keyframe, picture.wall)
        self.packets.send(data, picture.frame, keyframe)

    def _begin_cut(self) -> None:
        self._cutting = True
        assert self._still is not None
        self._still.begin()
        if self._sealing is not None:
            for each in self._group:
                self._sealing.picture(each)

    def _end_cut(self) -> None:
        self._cutting = False
        with self._lock:
            sealing, self._sealing = self._sealing, None
        if sealing is not None:
            sealing.end()

    def _hear(self, heard: Heard, sealing: Sealing | None) -> None:
        if heard.cut and sealing is not None:
            sealing.sound(heard.original)
        if (take := self._take()) is not None:
            take.sound(heard.public.position, heard.public.samples)
        self.sounds.send(heard.public.samples)
