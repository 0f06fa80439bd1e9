"""A room's orders without a process: a programme that does at once what it is told, and a desk to give commands at."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from ingest.archive import Room
from ingest.live.mix.scene import Scene
from ingest.live.mix.typed_card import Typed
from ingest.live.output.cuts import Effect
from ingest.live.room.count import Count
from ingest.live.room.house import House
from ingest.live.room.orders import Orders
from ingest.live.room.programme import Place
from ingest.live.room.scribe import Scribe
from ingest.timeline import Kind, Writer, read

DIED = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Programme:
    """Notes what it is told; its tick is moved by the test."""

    def __init__(self) -> None:
        self.tick: int | None = None
        self.now = 0
        self.notes: list[tuple[str, Any]] = []
        self.gains: dict[str, float] = {}

    def until_tick(self) -> float:
        return 0.0

    def set_gains(self, gains: dict[str, float]) -> None:
        self.gains = gains
        self.delay = 0
        self.cut_card = "digest-of-the-cut"
        self.ended: Future[int] = Future()

    def set_scene(
        self, places: Sequence[Place], scene: Scene, speaker: str | None, typed: Typed | None = None
    ) -> "Future[int | None]":
        self._noted("scene", (scene, speaker))
        self._noted("typed", typed)
        self._noted("pinned", [place.person for place in places if place.pinned])
        return self._noted("people", [(place.person, place.name, place.muted) for place in places])

    def set_question(self, text: str, author: str) -> "Future[int | None]":
        return self._noted("question", (text, author))

    def clear_question(self) -> "Future[int | None]":
        return self._noted("question", None)

    def set_slide(self, slide: Any) -> "Future[int | None]":
        return self._noted("slide", slide and slide.kind)

    def start_recording(self, recorder: Any, on_first_tick: Any) -> "Future[int | None]":
        self.tick = self.now = recorder.next_tick
        return self._noted("recording", recorder.next_tick)

    def stop_recording(self) -> int:
        self.tick = None
        return self.now

    def end_recording(self) -> "Future[int]":
        self.tick = None
        return self.ended

    def set_delay(self, seconds: float) -> None:
        self.delay = round(seconds * 30)

    def prepare_cut(self, slide: Any, sealing: Any) -> None:
        self.notes.append(("cut slide", (slide.title, slide.detail)))

    def cut(self, *, keep: bool = True) -> "Future[Effect]":
        return self._effect("cut" if keep else "cut for good", max(0, self.now - self.delay))

    def go_on(self) -> "Future[Effect]":
        return self._effect("go on", self.now)

    def _effect(self, what: str, at: int) -> "Future[Effect]":
        self.notes.append((what, at))
        done: Future[Effect] = Future()
        done.set_result(Effect(self.now, at))
        return done

    def set_backstage(self, people: Any) -> None:
        self.notes.append(("backstage", [place.person for place in people]))

    def set_listeners(self, listeners: Any) -> None:
        raise AssertionError("nobody listens here")

    def add_packet_sink(self, sink: Any) -> None:
        self.notes.append(("packet sink", sink))

    def add_sound_sink(self, sink: Any) -> None:
        self.notes.append(("sound sink", sink))

    def request_keyframe(self) -> None:
        raise AssertionError("nobody watches here")

    def _noted(self, what: str, value: Any) -> "Future[int | None]":
        self.notes.append((what, value))
        done: Future[int | None] = Future()
        done.set_result(self.tick)
        return done

    def last(self, what: str) -> Any:
        return [value for name, value in self.notes if name == what][-1]


class Recording:
    """What `Recorder.reopen` finds."""

    def __init__(self, next_tick: int = 0, *, ended: bool = False) -> None:
        self.next_tick, self.ended = next_tick, ended

    def finish(self) -> "Future[None]":
        done: Future[None] = Future()
        done.set_result(None)
        return done


class Desk:
    """A room without a process."""

    def __init__(self, folder: Path, recording: Recording | None = None) -> None:
        self.zero = asyncio.Event()
        """Set when what is being counted shall be at zero."""
        self.room = Room(folder)
        self.programme = Programme()
        acting: Any = self.programme
        self.told: list[dict[str, Any]] = []
        self.house = House(self.room, acting, frame_rate=30, ice_servers=(), on_gap=lambda *_: None)
        self.scribe = Scribe(Writer(self.room.timeline))
        found: Any = recording or Recording()
        self.orders = Orders(
            scribe=self.scribe,
            programme=acting,
            house=self.house,
            recorder=lambda: found,
            tick_duration=Fraction(1, 30),
            picture={"width": 1280, "height": 720},
            died=DIED,
            tell=self.told.append,
            count=Count(lambda seconds: self.zero.wait(), lambda: 0.0),
        )

    async def do(self, kind: str, id: str = "", *, at: int | None = None, **payload: Any) -> dict[str, Any]:
        if at is not None:
            self.programme.tick = self.programme.now = at
        await self.orders.apply(id or kind, kind, payload)
        return self.told[-1] if self.told else {}

    def events(self) -> list[tuple[int, str, str | None]]:
        return [(event.tick, event.kind.value, event.command) for event in read(self.room.timeline)]


async def begin(desk: Desk) -> None:
    desk.orders.brief("Sprechstunde", "Ada", [])
    await desk.orders.airtime.resume()
    await desk.do("show", "s1", person="ada", name="Ada", role="")
    await desk.do("start")


async def begin_delayed(desk: Desk, seconds: int = 10) -> None:
    desk.orders.brief("Sprechstunde", "Ada", [])
    await desk.orders.airtime.resume()
    await desk.do("show", "s1", person="ada", name="Ada", role="")
    await desk.do("start", delay_s=seconds, cut_words="Gleich geht es weiter.")


def cuts(desk: Desk) -> list[tuple[int, dict[str, Any]]]:
    return [(event.tick, event.values) for event in read(desk.room.timeline) if event.kind is Kind.CUT]


async def until(true: Callable[[], bool]) -> None:
    """Let the room's own tasks go on until then."""
    async with asyncio.timeout(2):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0)  # the thread that opens the recording takes its moment
