"""People's pictures and sounds come in, the programme goes out: encoded once, at a fixed rate, for every sink.

First draft of the signatures; the bodies follow.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from ingest.live.cards import Slide
from ingest.live.pace import Clock, RealClock
from ingest.live.recorder import Recorder
from ingest.live.source import Samples, Source

Listener = Callable[[Samples], None]
PacketSink = Callable[[bytes, int, bool], None]
CardSink = Callable[[int | None, str, str, str], None]


@dataclass(frozen=True)
class Place:
    """One person on air: who, as what (words as they shall be shown), and where picture and sound come from."""

    person: str
    name: str
    role: str
    source: Source
    muted: bool = False


class Programme(threading.Thread):
    """The clocked loop of one room. `start()` it when the room opens; it shows the slide it was given.

    Every change returns a Future of the media tick at which it took effect, None while nothing is recorded.
    """

    def __init__(
        self,
        *,
        width: int,
        height: int,
        frame_rate: int,
        bitrate: int,
        preset: str,
        cards: Path,
        clock: Clock | None = None,
        on_card: CardSink | None = None,
        on_failure: Callable[[Exception], None] | None = None,
    ) -> None:
        """`on_card(tick, kind, of, digest)` when a card comes on: kind "person" (of: person), "question" or "slide".

        `on_failure` hears why a recording stopped by itself (disk full, disk too slow); the programme goes on.
        """
        super().__init__(name="programme", daemon=True)
        self.clock = clock or RealClock()

    @property
    def tick(self) -> int | None:
        """Media time now, in ticks; None before recording starts."""
        raise NotImplementedError

    def set_people(self, places: Sequence[Place]) -> "Future[int | None]":
        """Who is on air from the next tick, in the order of their tiles; twelve at most."""
        raise NotImplementedError

    def set_listeners(self, listeners: Mapping[str, Listener]) -> None:
        """Who hears the room without themselves, by person: blocks of 960 samples, called from the sound thread."""
        raise NotImplementedError

    def set_question(self, text: str, author: str) -> "Future[int | None]":
        """Show a question under the pictures from the next tick; long ones wrap."""
        raise NotImplementedError

    def clear_question(self) -> "Future[int | None]":
        """Take the question away."""
        raise NotImplementedError

    def set_slide(self, slide: Slide | None) -> "Future[int | None]":
        """Hold the programme: slide and silence go out until None is set. Listeners go on hearing each other."""
        raise NotImplementedError

    def start_recording(self, recorder: Recorder, on_first_tick: Callable[[int], None]) -> "Future[int]":
        """Record from one of the next frames, which becomes a keyframe and media tick `recorder.next_tick`."""
        raise NotImplementedError

    def stop_recording(self, timeout_s: float = 10.0) -> int:
        """End the recording; the last tick it holds. The replay is playable when this returns."""
        raise NotImplementedError

    def add_packet_sink(self, sink: PacketSink) -> None:
        """`sink(data, pts_ticks, keyframe)` for every frame: Annex B, with SPS and PPS before keyframes.

        `pts_ticks` counts frames since the programme began (not media time). Called from the tick: must not wait.
        """
        raise NotImplementedError

    def remove_packet_sink(self, sink: PacketSink) -> None:
        raise NotImplementedError

    def add_sound_sink(self, sink: Listener) -> None:
        """The public mix in blocks of 960 samples, for viewers; called from the sound thread."""
        raise NotImplementedError

    def remove_sound_sink(self, sink: Listener) -> None:
        raise NotImplementedError

    def request_keyframe(self) -> None:
        """A keyframe soon, at most one a second; segments keep their boundaries."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop both threads; a recording that still runs is closed first."""
        raise NotImplementedError
