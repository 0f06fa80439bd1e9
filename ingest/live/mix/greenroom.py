"""Everybody in the room comes in; while the public sees a slide, those who take part see each other.

The programme's frames go to participants as they are until a slide is shown. Then a thread of its own draws everybody
into a small grid and encodes it once for all of them, in the same stream of packets: it begins with a keyframe, and so
does the programme when it comes back. Nothing is drawn while nobody in the room watches. It counts by the programme's
ticks and has no clock. Names backstage are kept in no file.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum

import av

from ingest.live.mix.scene import MOST_TILES, Box, Scene
from ingest.live.mix.source import Samples, Source
from ingest.live.mix.stage import Place, Plan, Stage
from ingest.live.mix.video import Encoder, Keyframes, Scaler

log = logging.getLogger(__name__)
WIDTH, HEIGHT = 640, 360
RATE = 15  # pictures a second: enough to see a face listen, at a sixth of the programme's cost
BITRATE = 500_000
CLOSES_S = 2.0
Picture = Callable[[bytes, int, bool], None]


class Showing(Enum):
    """What goes to those who take part."""

    PROGRAMME = "programme"
    ROOM = "room"
    BACK = "back"  # the room, until the programme has a keyframe


class Own:
    """A person as this thread draws them: with a scaler of its own, since the programme may draw them as well."""

    def __init__(self, source: Source) -> None:
        self.person = source.person
        self._source, self._scaler = source, Scaler()
        self._last: av.VideoFrame | None = None

    def picture(self) -> av.VideoFrame | None:
        """Theirs."""
        self._last = self._source.picture()
        return self._last

    def fitted(self, width: int, height: int) -> av.VideoFrame:
        """The last one in this size. Raises LookupError when there is none."""
        if self._last is None:
            raise LookupError("there is no picture")
        return self._scaler.to(self._last, width, height)

    def sound(self, samples: int) -> Samples:
        """The desk alone listens."""
        raise AssertionError("nobody is heard by being seen")


class Greenroom:
    """See the module. `picture` is the programme's sink; `send` gets what those in the room see."""

    def __init__(self, send: Picture, *, frame_rate: int, want_programme: Callable[[], None]) -> None:
        """`want_programme` asks for a keyframe of the programme."""
        self._send, self._want_programme = send, want_programme
        self._every = max(1, frame_rate // RATE)
        self._lock = threading.Lock()
        self._showing = Showing.PROGRAMME
        self._places: tuple[Place, ...] = ()
        self._plan: Plan | None = None
        self._due: int | None = None
        self._bell, self._closing = threading.Event(), False
        self._thread: threading.Thread | None = None
        self._stage: Stage | None = None
        self._encoder: Encoder | None = None
        self._keyframes = Keyframes(RATE)
        self._count = 0

    @property
    def shown(self) -> bool:
        """Whether those who take part see the room and not the programme."""
        return self._showing is not Showing.PROGRAMME

    @property
    def boxes(self) -> dict[str, Box]:
        """Who has a tile in the room's picture, and where."""
        plan = self._plan
        return {} if plan is None or not self.shown else {each.place.person: each.box for each in plan.tiles}

    def show(self, places: Sequence[Place]) -> None:
        """Show these people instead of the programme (event loop)."""
        with self._lock:
            if self._showing is not Showing.ROOM:
                self._keyframes.force()
            self._showing = Showing.ROOM
            if (new := tuple(places)[:MOST_TILES]) != self._places or self._plan is None:
                self._places, self._plan = new, None
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="greenroom", daemon=True)
            self._thread.start()

    def leave(self) -> None:
        """Show the programme again, from its next keyframe on (event loop)."""
        with self._lock:
            if self._showing is not Showing.ROOM:
                return
            self._showing = Showing.BACK
        self._want_programme()

    def want_keyframe(self) -> None:
        """Somebody cannot show what came."""
        if self.shown:
            self._keyframes.wanted = True
        if self._showing is not Showing.ROOM:
            self._want_programme()

    def picture(self, data: bytes, pts: int, keyframe: bool) -> None:
        """A frame of the programme (its thread): sent on, or the beat for one of the room."""
        with self._lock:
            if self._showing is Showing.BACK and keyframe:
                self._showing = Showing.PROGRAMME
            if self._showing is Showing.PROGRAMME:
                self._send(data, pts, keyframe)
                return
            if pts % self._every == 0:
                self._due = pts
                self._bell.set()

    def close(self) -> None:
        """End the thread."""
        self._closing = True
        self._bell.set()
        if self._thread is not None:
            self._thread.join(CLOSES_S)

    def _run(self) -> None:
        while self._bell.wait() and not self._closing:
            self._bell.clear()
            try:
                self.draw()
            except Exception:
                # Nobody's picture backstage may end the office hour: the programme is shown, with its slide.
                log.exception("the room's picture failed")
                with self._lock:
                    self._showing = Showing.BACK
                self._want_programme()

    def draw(self) -> None:
        """Draw and send the picture that is due."""
        with self._lock:
            due, self._due = self._due, None
            places, plan = self._places, self._plan
            if due is None or not self.shown:
                return
        if self._stage is None or self._encoder is None:
            self._stage = Stage(WIDTH, HEIGHT, None)
            self._encoder = Encoder(width=WIDTH, height=HEIGHT, frame_rate=RATE, bitrate=BITRATE, preset="ultrafast")
        if plan is None:
            drawn = [replace(place, source=Own(place.source)) for place in places]
            plan = self._stage.plan(drawn, None, None, Scene.GRID)
            with self._lock:
                if self._places is places:
                    self._plan = plan
        keyframe = self._keyframes.due(self._count)
        self._count += 1
        data = self._encoder.encode(self._stage.draw(plan, fading=False), keyframe)
        with self._lock:
            if self.shown:
                self._send(data, due, keyframe)
