"""Commands applied to a programme that does at once what it is told."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ingest.archive import Room
from ingest.live.orders import Orders, Scribe
from ingest.live.presence import House
from ingest.live.programme import Place
from ingest.timeline import Kind, Writer, read

DIED = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Programme:
    """Notes what it is told; its tick is moved by the test."""

    def __init__(self) -> None:
        self.tick: int | None = None
        self.now = 0
        self.notes: list[tuple[str, Any]] = []

    def set_people(self, places: Sequence[Place]) -> "Future[int | None]":
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

    def request_keyframe(self) -> None: ...

    def add_packet_sink(self, sink: Any) -> None: ...

    def add_sound_sink(self, sink: Any) -> None: ...

    def set_listeners(self, listeners: Any) -> None:
        raise AssertionError("nobody listens here")

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


class Desk:
    """A room without a process."""

    def __init__(self, folder: Path, recording: Recording | None = None) -> None:
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
        )

    async def do(self, kind: str, id: str = "", *, at: int | None = None, **payload: Any) -> dict[str, Any]:
        if at is not None:
            self.programme.tick = self.programme.now = at
        await self.orders.apply(id or kind, kind, payload)
        return self.told[-1]

    def events(self) -> list[tuple[int, str, str | None]]:
        return [(event.tick, event.kind.value, event.command) for event in read(self.room.timeline)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "room")
    yield desk
    desk.scribe.close()


async def begin(desk: Desk) -> None:
    desk.orders.brief("Sprechstunde", "Ada", [])
    await desk.orders.resume()
    await desk.do("show", "s1", person="ada", name="Ada", role="")
    await desk.do("start")


async def test_before_the_start_a_slide_is_shown_and_nothing_is_written(desk: Desk) -> None:
    desk.orders.brief("Sprechstunde", "Ada", [])
    await desk.orders.resume()
    assert desk.programme.last("slide") == "soon"
    assert await desk.do("show", "s1", person="ada", name="Ada", role="") == {"tell": "done", "id": "s1", "tick": 0}
    assert desk.programme.last("people") == [("ada", "Ada", False)]
    assert desk.events() == []


async def test_the_start_writes_how_things_stand_at_tick_0(desk: Desk) -> None:
    await begin(desk)
    assert desk.programme.last("slide") is None
    assert desk.events() == [(0, "begin", None), (0, "visible", None), (0, "scene", "start")]
    assert [each["tell"] for each in desk.told] == ["done", "started", "done"]


async def test_a_command_is_written_at_the_tick_it_took_effect_with_its_id(desk: Desk) -> None:
    await begin(desk)
    reply = await desk.do("on_air", at=450, question="q1", text="Wann?", author="Chris")
    assert reply == {"tell": "done", "id": "on_air", "tick": 450}
    assert desk.programme.last("question") == ("Wann?", "Chris")
    assert desk.events()[-1] == (450, "on_air", "on_air")
    assert await desk.do("show", at=460, person="chris", name="Chris", role="") == {
        "tell": "done",
        "id": "show",
        "tick": 460,
    }
    assert desk.events()[-2:] == [(460, "visible", None), (460, "scene", "show")]


async def test_a_command_that_was_applied_is_only_replied_to(desk: Desk) -> None:
    await begin(desk)
    before = desk.events()
    assert await desk.do("start", at=500) == {"tell": "done", "id": "start", "tick": 0}
    assert desk.events() == before


async def test_what_cannot_be_done_is_refused_and_changes_nothing(desk: Desk) -> None:
    await begin(desk)
    reply = await desk.do("cut", at=450)
    assert (reply["tell"], reply["id"]) == ("refused", "cut")
    assert (await desk.do("dance", at=450))["tell"] == "refused"
    assert len(desk.events()) == 3


async def test_pause_and_the_end(desk: Desk) -> None:
    await begin(desk)
    await desk.do("pause", at=100)
    assert (desk.programme.last("slide"), desk.told[-2]) == ("pause", {"tell": "paused", "paused": True})
    await desk.do("resume", at=200)
    assert desk.programme.last("slide") is None
    assert await desk.do("end", at=900) == {"tell": "done", "id": "end", "tick": 900}
    assert desk.told[-2] == {"tell": "ended", "ticks": 901}
    assert desk.programme.last("slide") == "over"
    assert desk.programme.last("people") == []
    assert (await desk.do("show", "s2", person="chris"))["reason"] == "the office hour is over"


async def test_after_a_crash_everything_stands_as_before_and_media_time_goes_on(desk: Desk) -> None:
    await begin(desk)
    await desk.do("on_air", at=450, question="q1", text="Wann?", author="Chris")
    desk.scribe.close()
    known = [
        {"id": "s1", "kind": "show", "payload": {"person": "ada", "name": "Ada", "role": ""}, "done": True},
        {"id": "x", "kind": "on_air", "payload": {"question": "q1", "text": "Wann?", "author": "Chris"}, "done": False},
    ]
    again = Desk(desk.room.root, Recording(480))
    again.orders.brief("Sprechstunde", "Ada", known)
    await again.orders.resume()
    assert again.programme.last("people") == [("ada", "Ada", False)]
    assert again.programme.last("question") == ("Wann?", "Chris")
    assert again.programme.last("slide") is None
    last = read(again.room.timeline)[-1]
    assert (last.tick, last.kind, last.values["next"], last.values["died"]) == (
        480,
        Kind.RESUMED,
        480,
        DIED.isoformat(),
    )
    assert await again.do("start") == {"tell": "done", "id": "start", "tick": 0}
    again.scribe.close()


async def test_a_crash_before_the_start_forgets_nobody_who_was_shown(desk: Desk) -> None:
    shown = {"id": "s1", "kind": "show", "payload": {"person": "ada", "name": "Ada", "role": ""}, "done": True}
    desk.orders.brief("Sprechstunde", "Ada", [shown])
    await desk.orders.resume()
    assert desk.programme.last("people") == [("ada", "Ada", False)]
    assert desk.events() == []


async def test_a_crash_after_the_last_frame_ends_the_office_hour(desk: Desk) -> None:
    await begin(desk)
    desk.scribe.close()
    again = Desk(desk.room.root, Recording(901, ended=True))
    again.orders.brief("Sprechstunde", "Ada", [])
    await again.orders.resume()
    assert again.events()[-1] == (900, "end", None)
    assert again.told == [{"tell": "ended", "ticks": 901}]
    again.scribe.close()


async def test_gaps_and_cards_are_written_while_on_air(desk: Desk) -> None:
    desk.orders.card(None, "slide", "soon", "d1")
    await begin(desk)
    desk.programme.tick = 30
    desk.orders.gap("ada", True)
    desk.orders.card(31, "person", "ada", "d2")
    desk.scribe.close()
    assert [
        (event.tick, event.kind, event.values)
        for event in read(desk.room.timeline)
        if event.kind in (Kind.CARD, Kind.GAP)
    ] == [
        (0, Kind.CARD, {"slide": "soon", "digest": "d1"}),
        (30, Kind.GAP, {"person": "ada", "on": True}),
        (31, Kind.CARD, {"person": "ada", "digest": "d2"}),
    ]
