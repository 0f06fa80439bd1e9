"""People's pictures and sounds come in, the programme goes out: encoded once, at a fixed rate, for every sink.

The tick is the frame: this thread draws and encodes one picture each, and never waits for a source. Sound has its own
thread (`desk`). Both count from one epoch. Changes may be asked for from any thread; letters are drawn there, and
the finished plan takes effect at the next tick. Who takes part gets pictures and sound at once; the recording and the
public get them from `broadcast`, later by the delay and without what was cut.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from ingest.live.mix.cards import Cards, Slide
from ingest.live.mix.changes import Changes, Told, tell
from ingest.live.mix.desk import Desk, Listener
from ingest.live.mix.ears import Ears
from ingest.live.mix.fade import FADE_S
from ingest.live.mix.pace import Clock, Epoch, Figures, RealClock
from ingest.live.mix.scene import Box, Scene
from ingest.live.mix.shedding import Ease, Shedding
from ingest.live.mix.sinks import Sinks
from ingest.live.mix.source import Samples
from ingest.live.mix.stage import Place, Plan, Stage
from ingest.live.mix.typed_card import Typed
from ingest.live.mix.video import Encoder, Keyframes
from ingest.live.output.broadcast import Broadcast, Sealing
from ingest.live.output.cuts import Cuts, Effect
from ingest.live.output.delay import Picture, Sound
from ingest.live.output.recorder import Recorder
from ingest.live.output.takes import Takes

__all__ = ["CardSink", "Figures", "Listener", "PacketSink", "Place", "Programme"]

log = logging.getLogger(__name__)
PacketSink = Callable[[bytes, int, bool], None]
CardSink = Callable[[int | None, str, str, str], None]
# Later than this the machine stood still (suspended, frozen): going on is better than two seconds of catching up.
LATE_LIMIT_S = 2.0
MOST_REPEATS = 4  # in a row, so that people still move on a machine that is too slow: five pictures a second


class Programme(threading.Thread):
    """The clocked loop of one room. `start()` it when the room opens; it shows the slide it was given.

    Every change returns a Future of the media tick at which it took effect, None while nothing is recorded. Futures
    and callbacks are called from the tick: what they do must not wait.
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
        logo: Path | None = None,
        mark: str = "",
        on_card: CardSink | None = None,
        on_failure: Callable[[Exception], None] | None = None,
    ) -> None:
        """`on_card(tick, kind, of, digest)` when a card comes on: kind "person" or "missing" (of: person),
        "question" (of: ""), "typed" (of: its line) or "slide" (of: its kind).

        `on_failure` hears why a recording stopped by itself: DiskStopped, and the programme goes on without. Any
        other error is a fault of our own, and the programme has ended.
        """
        super().__init__(name="programme", daemon=True)
        self.clock = clock or RealClock()
        self.frame_rate = frame_rate
        self.figures = Figures()
        self.shedding = Shedding(since_s=(clock or RealClock()).now())
        self._stage = Stage(width, height, cards, fade_ticks=round(FADE_S * frame_rate), logo=logo, mark=mark)
        make_encoder = partial(
            Encoder, width=width, height=height, frame_rate=frame_rate, bitrate=bitrate, preset=preset
        )
        self._encoder = make_encoder()
        self._epoch = Epoch(self.clock)
        self._began = self.clock.wall()
        self._desk = Desk(self._epoch, self._mixed, self._fell)
        self._on_failure = on_failure
        self._changes = Changes(self._stage)
        self._plan = Plan()
        self._frame = 0
        self._repeats = 0
        self._takes = Takes(frame_rate, on_failure)
        self._keyframes = Keyframes(frame_rate)
        self._broadcast = Broadcast(frame_rate, lambda: self._takes.current)
        self._cuts = Cuts(self._broadcast, make_encoder, Cards(cards), frame_rate)
        self._packets = Sinks[[bytes, int, bool]]("pictures")
        self._sounds = Sinks[[Samples]]("sound")
        self._shown = Sinks[[int | None, str, str, str]]("cards")
        if on_card:
            self._shown.add(on_card)
        self._closing = threading.Event()

    # What may be asked for, from any thread.

    @property
    def tick(self) -> int | None:
        """Media time of the frame that is drawn next; None while nothing is recorded."""
        take = self._takes.current
        return None if take is None else take.media_tick(self._frame)

    def until_tick(self) -> float:
        """Seconds until the next tick is due."""
        return -self._epoch.late(0.0) % (1 / self.frame_rate)

    @property
    def boxes(self) -> dict[str, Box]:
        """Who has a tile at this moment, and where in the picture."""
        return {tile.place.person: tile.box for tile in self._plan.tiles}

    def set_people(self, places: Sequence[Place]) -> Told:
        """Who is on air from the next tick, in the order of their tiles. Raises ValueError for more than twelve."""
        return self._changes.change(places=tuple(places))

    def set_scene(self, places: Sequence[Place], scene: Scene, speaker: str | None, typed: Typed | None = None) -> Told:
        """As `set_people`, with how they are arranged, who is large where the scene has a large one, and what one of
        them has written, which goes with them at the same tick.
        """
        return self._changes.change(places=tuple(places), scene=scene, speaker=speaker, typed=typed)

    def set_count(self, words: str) -> Told:
        """Words on the slide that change every second, such as the time that is left; "" for none."""
        return self._changes.change(count=words)

    def set_question(self, text: str, author: str) -> Told:
        """Show a question under the pictures from the next tick; long ones wrap."""
        return self._changes.change(question=(text, author))

    def clear_question(self) -> Told:
        """Take the question away."""
        return self._changes.change(question=None)

    def set_slide(self, slide: Slide | None) -> Told:
        """Hold the programme: slide and silence go out until None is set. Listeners go on hearing each other."""
        return self._changes.change(slide=slide)

    @property
    def gains(self) -> dict[str, float]:
        """By how many dB the voice of each person on air is raised or lowered now."""
        return self._desk.gains

    def set_gains(self, gains: Mapping[str, float]) -> None:
        """Go on with gains in dB that another process found."""
        self._desk.set_gains(gains)

    def set_ears(self, ears: Ears) -> None:
        """Who hears along, block by block, to notice what is wrong."""
        self._desk.set_ears(ears.heard)

    def set_listeners(self, listeners: Mapping[str, Listener]) -> None:
        """Who hears the room without themselves, by person: blocks of 960 samples, called from the sound thread."""
        self._desk.set_listeners(listeners)

    def set_backstage(self, people: Sequence[Place]) -> None:
        """Who is in the room, on air or not: those who are not are heard backstage, and by nobody outside."""
        self._desk.backstage.people = tuple(people)

    def set_private(self, pairs: Mapping[str, str]) -> None:
        """Who speaks with whom alone, backstage."""
        self._desk.backstage.private = dict(pairs)

    def start_recording(self, recorder: Recorder, on_first_tick: Callable[[int], None]) -> "Future[int]":
        """Record from one of the next frames, which becomes a keyframe and media tick `recorder.next_tick`.

        Raises RuntimeError when a recording is running, and what `Recorder.begin` raises.
        """
        return self._takes.ask(recorder, on_first_tick, self._encoder.parameter_sets)

    def stop_recording(self, timeout_s: float = 10.0) -> int:
        """End the recording; the last tick it holds. The replay is playable when this returns.

        What the delay holds goes out first: `timeout_s` counts from then. Raises DiskStopped when the end could not be
        written, RuntimeError when nothing is being recorded.
        """
        return self.end_recording().result(timeout_s + self._broadcast.frames / self.frame_rate)

    def end_recording(self) -> "Future[int]":
        """As `stop_recording`, without waiting: what is drawn from the next frame on is not recorded."""
        return self._takes.end()

    def set_delay(self, seconds: float) -> None:
        """Hold what goes out for so long. Raises ValueError outside 0 to 60, RuntimeError while it is recorded:

        a longer delay would leave a hole in media time, a shorter one would tear out a piece.
        """
        self._takes.refuse_second()
        self._broadcast.hold(seconds)

    def prepare_cut(self, slide: Slide, sealing: Callable[[], Sealing | None] | None = None) -> None:
        """What a cut will show, encoded now so that the cut need not wait; `sealing` makes what keeps the cut part."""
        self._cuts.prepare(slide, self._stage.width, self._stage.height, sealing)

    @property
    def cut_card(self) -> str:
        """The digest of what a cut shows."""
        return self._cuts.digest

    def cut(self, *, keep: bool = True) -> "Future[Effect]":
        """From the next tick nothing leaves that has not left yet: slide and silence take its place, until `go_on`.

        `keep`: what is cut is sealed for the office; else it is nowhere.
        """
        return self._cuts.ask(on=True, keep=keep)

    def go_on(self) -> "Future[Effect]":
        """Broadcast again from the next tick, which becomes a keyframe. What was made before it stays cut."""
        return self._cuts.ask(on=False)

    def add_packet_sink(self, sink: PacketSink) -> None:
        """For people who take part: `sink(data, pts_ticks, keyframe)` for every frame, undelayed and never cut.

        Annex B, with SPS and PPS before keyframes. `pts_ticks` counts frames since the programme began (not media
        time). Called from the tick: must not wait.
        """
        self._packets.add(sink)

    def remove_packet_sink(self, sink: PacketSink) -> None:
        self._packets.remove(sink)

    def add_public_packet_sink(self, sink: PacketSink) -> None:
        """For the public: as `add_packet_sink`, later by the delay and without what was cut.

        A frame has the same `pts_ticks` in both. A cut begins and ends with a keyframe.
        """
        self._broadcast.packets.add(sink)

    def remove_public_packet_sink(self, sink: PacketSink) -> None:
        self._broadcast.packets.remove(sink)

    def add_public_sound_sink(self, sink: Listener) -> None:
        """For the public: the mix in blocks of 960 samples, later by the delay, silent where it was cut."""
        self._broadcast.sounds.add(sink)

    def remove_public_sound_sink(self, sink: Listener) -> None:
        self._broadcast.sounds.remove(sink)

    def add_sound_sink(self, sink: Listener) -> None:
        """The whole mix in blocks of 960 samples, undelayed, never cut; called from the sound thread."""
        self._sounds.add(sink)

    def remove_sound_sink(self, sink: Listener) -> None:
        self._sounds.remove(sink)

    def request_keyframe(self) -> None:
        """A keyframe soon, at most one a second; segments keep their boundaries."""
        self._keyframes.wanted = True

    def close(self) -> None:
        """Stop both threads; a recording that still runs is ended first."""
        if self.is_alive() and self._takes.newest:
            self.stop_recording()
        self._closing.set()
        self._desk.closing.set()
        for thread in (self, self._desk):
            if thread.is_alive():
                thread.join()

    # What the threads do.

    def run(self) -> None:
        self._epoch.begin()
        self._began = self.clock.wall()
        self._desk.start()
        try:
            self._run()
        except Exception as error:
            # A fault of our own: the room hears of it and gives way to a new one, which goes on from the disk.
            self._fell(error)
            raise
        finally:
            self._desk.closing.set()

    def _fell(self, error: Exception) -> None:
        log.critical("the programme cannot go on", exc_info=error)
        self._closing.set()
        self._takes.fell(error)
        if self._on_failure:
            self._on_failure(error)

    def _run(self) -> None:
        while not self._closing.is_set():
            due_s = self._frame / self.frame_rate
            if self._epoch.skip(due_s, LATE_LIMIT_S):
                log.warning("the machine stood still for more than %s s; media time goes on after it", LATE_LIMIT_S)
            self.clock.wait_until(self._epoch.due(due_s))
            self._tick(self._epoch.late(due_s))

    def _tick(self, late_s: float) -> None:
        frame = self._frame
        self._takes.turn(frame)
        take = self._takes.current
        if self._cuts.apply(frame, take):
            self._keyframes.force()
        waiting = self._take_plan()
        began = time.perf_counter()
        # Behind by a tick or more, the last picture goes out again: it costs little, and the rate holds.
        behind = late_s * self.frame_rate >= 1 and not waiting and self._repeats < MOST_REPEATS
        self._repeats = self._repeats + 1 if behind else 0
        spared = behind or not (waiting or self.shedding.draws(frame))
        at_ease = self.shedding.ease is Ease.NOTHING
        picture = self._stage.last if spared else self._stage.draw(self._plan, fading=at_ease)
        composed = time.perf_counter()
        if take is not None and frame == take.start_frame:
            self._keyframes.begin(frame)
        keyframe = self._keyframes.due(frame)
        data = self._encoder.encode(picture, keyframe)
        took = (composed - began, time.perf_counter() - composed)
        late = late_s * self.frame_rate > 0.5
        self.figures = self.figures.with_tick(late, *took)
        self._ease_off(sum(took) * self.frame_rate, late=late)
        tick = self.tick
        if take is not None and frame == take.start_frame:
            take.begun()
        self._packets.send(data, frame, keyframe)
        self._broadcast.picture(Picture(frame=frame, data=data, keyframe=keyframe, wall=self._wall(frame)))
        with self._takes.lock:
            self._frame = frame + 1
        tell(waiting, tick)

    def _wall(self, frame: int) -> datetime:
        """The time of day a picture stands for: when it was due, had the machine never stood still.

        Players place sound beside pictures by it (hls.js compares the first segment with the one in the middle), so it
        goes on exactly as media time does, whatever was made late.
        """
        return self._began + timedelta(seconds=frame / self.frame_rate)

    def _ease_off(self, share: float, *, late: bool) -> None:
        before, signs = self.shedding, any(place.pinned for place in self._plan.places)
        self.shedding = before.after(share, self.frame_rate, self.clock.now(), late=late, signs=signs)
        if before.ease is not self.shedding.ease:
            words = "pictures take %.0f %% of a tick, late in %d seconds of late: %s"
            log.warning(words, self.shedding.load * 100, len(before.late), self.shedding.ease.name)

    def _take_plan(self) -> list[Told]:
        plan, waiting = self._changes.take()
        if plan is not None:
            before, self._plan = self._plan, plan
            self._desk.set_heard(plan.places, held=plan.slide is not None)
            for card in plan.cards:
                if card not in before.cards:
                    self._shown.send(self.tick, card.kind, card.of, card.digest)
        return waiting

    def _mixed(self, block: Samples) -> None:
        takes = self._takes
        with takes.lock:
            position = takes.position
            takes.position += len(block)
        self._broadcast.sound(Sound(position, block))
        self._sounds.send(block)
