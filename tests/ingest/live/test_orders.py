"""Commands applied to a programme that does at once what it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ingest.archive import Room
from ingest.live.count import Count
from ingest.live.cuts import Effect
from ingest.live.house import House
from ingest.live.orders import Orders, Scribe
from ingest.live.programme import Place
from ingest.live.scene import Scene
from ingest.timeline import Kind, Writer, read

DIED = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Programme:
    """Notes what it is told; its tick is moved by the test."""

    def __init__(self) -> None:
        self.tick: int | None = None
        self.now = 0
        self.notes: list[tuple[str, Any]] = []
        self.gains: dict[str, float] = {}

    def set_gains(self, gains: dict[str, float]) -> None:
        self.gains = gains
        self.delay = 0
        self.cut_card = "digest-of-the-cut"
        self.ended: Future[int] = Future()

    def set_scene(self, places: Sequence[Place], scene: Scene, speaker: str | None) -> "Future[int | None]":
        self._noted("scene", (scene, speaker))
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


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
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
    reply = await desk.do("start", "again", at=450)
    assert (reply["tell"], reply["id"]) == ("refused", "again")
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


async def test_how_loud_voices_are_made_is_written_each_ten_seconds_and_known_after_a_crash(desk: Desk) -> None:
    await begin(desk)
    desk.programme.gains = {"ada": 4.567}
    for second in range(1, 21):
        desk.programme.tick = 30 * second
        desk.orders.clock()
    desk.scribe.close()
    written = [event for event in read(desk.room.timeline) if event.kind is Kind.GAIN]
    assert [(event.tick, event.values) for event in written] == [
        (300, {"person": "ada", "db": 4.57}),
        (600, {"person": "ada", "db": 4.57}),
    ]
    again = Desk(desk.room.root, Recording(610))
    assert again.programme.gains == {"ada": 4.57}
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


async def begin_delayed(desk: Desk, seconds: int = 10) -> None:
    desk.orders.brief("Sprechstunde", "Ada", [])
    await desk.orders.resume()
    await desk.do("show", "s1", person="ada", name="Ada", role="")
    await desk.do("start", delay_s=seconds, cut_words="Gleich geht es weiter.")


def cuts(desk: Desk) -> list[tuple[int, dict[str, Any]]]:
    return [(event.tick, event.values) for event in read(desk.room.timeline) if event.kind is Kind.CUT]


async def test_the_delay_and_the_words_of_a_cut_come_with_the_start(desk: Desk) -> None:
    await begin_delayed(desk)
    assert desk.programme.delay == 300
    assert desk.programme.last("cut slide") == ("Sprechstunde", "Gleich geht es weiter.")
    assert read(desk.room.timeline)[0].values["delay_s"] == 10


async def test_a_cut_reaches_back_and_says_who_cut(desk: Desk) -> None:
    await begin_delayed(desk)
    assert await desk.do("cut", at=450, by="bo") == {"tell": "done", "id": "cut", "tick": 450}
    assert desk.orders.standing.cut_from == 150
    assert (await desk.do("cut", "again", at=460, by="eva"))["tell"] == "done"
    await desk.do("go_on", at=600, by="bo")
    assert desk.orders.standing.cut_from is None
    assert cuts(desk) == [
        (450, {"on": True, "from": 150, "by": "bo"}),
        (460, {"on": True, "from": 150, "by": "eva"}),
        (600, {"on": False, "from": 150, "until": 600, "by": "bo"}),
    ]
    assert (await desk.do("go_on", "twice", at=700))["tell"] == "done"
    assert len(cuts(desk)) == 3


async def test_a_cut_overtakes_a_command_that_takes_its_time(desk: Desk) -> None:
    await begin_delayed(desk)
    slow: Future[int | None] = Future()
    desk.programme.set_scene = lambda places, scene, speaker: slow  # type: ignore[method-assign]
    desk.programme.now = 450
    pressed = [
        asyncio.create_task(desk.orders.apply("s2", "show", {"person": "chris", "name": "Chris"})),
        asyncio.create_task(desk.orders.apply("c", "cut", {"by": "bo"})),
    ]
    await asyncio.sleep(0)
    assert ("cut", 150) in desk.programme.notes
    assert not slow.done()
    slow.set_result(450)
    await asyncio.gather(*pressed)
    assert [event[2] for event in desk.events() if event[2]][-2:] == ["s2", "c"]


async def test_with_a_delay_the_end_comes_when_everything_has_gone_out_and_may_be_cut_until_then(desk: Desk) -> None:
    await begin_delayed(desk)
    assert (await desk.do("end", at=900)) == {"tell": "done", "id": "end", "tick": 899}
    assert (desk.programme.last("slide"), desk.programme.last("people")) == ("over", [])
    assert not desk.orders.standing.over
    assert (await desk.do("show", "s2", person="chris"))["reason"] == "the office hour is over"
    desk.programme.now = 902
    assert (await desk.do("cut", by="bo"))["tell"] == "done"
    desk.programme.ended.set_result(900)
    assert desk.orders._draining is not None
    await desk.orders._draining
    assert desk.told[-1] == {"tell": "ended", "ticks": 901}
    assert desk.events()[-1] == (900, "end", None)
    assert cuts(desk)[-1][1] == {"on": False, "from": 602, "until": 901, "by": ""}


async def test_after_a_crash_in_a_cut_the_next_process_is_cut_before_it_records(desk: Desk) -> None:
    await begin_delayed(desk)
    await desk.do("cut", at=450, by="bo")
    desk.scribe.close()
    again = Desk(desk.room.root, Recording(150))
    again.orders.brief("Sprechstunde", "Ada", [])
    await again.orders.resume()
    told = [what for what, _ in again.programme.notes]
    assert told.index("cut") < told.index("recording")
    assert again.programme.delay == 300
    resumed = read(again.room.timeline)[-1]
    assert (resumed.kind, resumed.tick, again.orders.standing.cut_from) == (Kind.RESUMED, 150, 150)
    await again.do("go_on", at=300, by="bo")
    assert cuts(again)[-1] == (300, {"on": False, "from": 150, "until": 300, "by": "bo"})
    again.scribe.close()


async def test_after_a_crash_while_the_end_goes_out_the_office_hour_ends_with_what_had_left(desk: Desk) -> None:
    await begin_delayed(desk)
    await desk.do("end", at=900)
    desk.scribe.close()
    again = Desk(desk.room.root, Recording(700))
    again.orders.brief("Sprechstunde", "Ada", [])
    await again.orders.resume()
    assert again.told[-1] == {"tell": "ended", "ticks": 700}
    assert [(event.tick, event.kind) for event in read(again.room.timeline)][-3:] == [
        (699, Kind.ENDING),
        (699, Kind.RESUMED),
        (699, Kind.END),
    ]
    again.scribe.close()


async def test_who_speaks_is_written_and_large_where_the_scene_follows(desk: Desk) -> None:
    await begin(desk)
    await desk.do("show", "s2", person="chris", name="Chris", role="")
    await desk.orders.speaks("chris")
    assert desk.programme.last("scene") == (Scene.GRID, None)
    await desk.do("scene", name="auto", at=90)
    assert desk.programme.last("scene") == (Scene.AUTO, "chris")
    desk.programme.tick = 120
    await desk.orders.speaks("ada")
    await desk.orders.speaks("ada")
    assert desk.programme.last("scene") == (Scene.AUTO, "ada")
    assert desk.events()[-3:] == [(0, "speaker", None), (90, "scene", "scene"), (120, "speaker", None)]


async def test_an_unknown_scene_is_refused(desk: Desk) -> None:
    await begin(desk)
    assert (await desk.do("scene", name="carousel"))["reason"] == "there is no scene carousel"


async def until(true: Callable[[], bool]) -> None:
    """Let the room's own tasks go on until then."""
    async with asyncio.timeout(2):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0)  # the thread that opens the recording takes its moment


async def test_the_programme_begins_when_the_count_is_at_zero(desk: Desk) -> None:
    desk.orders.brief("Sprechstunde", "Ada", [])
    await desk.orders.resume()
    await desk.do("show", "s1", person="ada", name="Ada", role="")
    assert (await desk.do("start", count_s=5))["id"] == "s1"  # START is answered at zero
    assert (desk.orders.count.left_s, desk.programme.last("slide")) == (5.0, "soon")
    await desk.do("start", count_s=5)  # told again, it is counted once
    assert (await desk.do("start", "another", count_s=5))["reason"] == "it is being counted already"
    desk.zero.set()
    await until(lambda: desk.told[-1].get("id") == "start")
    assert desk.told[-1] == {"tell": "done", "id": "start", "tick": 0}
    assert (desk.programme.last("slide"), desk.orders.standing.begun) == (None, True)
    assert await desk.do("start", count_s=5) == {
        "tell": "done",
        "id": "start",
        "tick": 0,
    }  # asked again by a new studio


async def test_a_count_that_is_called_off_begins_nothing_and_may_be_begun_again(desk: Desk) -> None:
    desk.orders.brief("Sprechstunde", "Ada", [])
    await desk.orders.resume()
    await desk.do("start", count_s=5)
    await desk.do("call_off", by="bo")
    assert desk.told == [
        {"tell": "done", "id": "start", "tick": None},
        {"tell": "done", "id": "call_off", "tick": None},
    ]
    desk.zero.set()
    await asyncio.sleep(0)
    assert not desk.orders.standing.begun
    assert (await desk.do("call_off", "again"))["reason"].startswith("nothing is being counted")
    assert await desk.do("start", "s2") == {"tell": "done", "id": "s2", "tick": 0}


async def test_the_end_shows_the_slide_at_once_and_is_taken_back(desk: Desk) -> None:
    await begin(desk)
    assert await desk.do("end", at=900, undo_s=10) == {"tell": "done", "id": "end", "tick": 900}
    assert (desk.programme.last("slide"), desk.orders.count.left_s) == ("over", 10.0)
    assert desk.programme.tick is not None  # the slide is recorded
    await desk.do("undo_end", at=1000, by="bo")
    assert (desk.programme.last("slide"), desk.programme.last("people")) == (None, [("ada", "Ada", False)])
    desk.zero.set()
    await asyncio.sleep(0)
    assert desk.events()[-2:] == [(900, "closing", "end"), (1000, "reopened", "undo_end")]
    assert not desk.orders.standing.over


async def test_an_end_that_nobody_takes_back_ends_it(desk: Desk) -> None:
    await begin(desk)
    await desk.do("end", at=900, undo_s=10)
    desk.programme.tick = desk.programme.now = 1200
    desk.zero.set()
    await until(lambda: desk.told[-1]["tell"] == "ended")
    assert desk.told[-1] == {"tell": "ended", "ticks": 1201}
    assert desk.orders.standing.over
    assert desk.events()[-2:] == [(900, "closing", "end"), (1200, "end", None)]
    assert (await desk.do("undo_end"))["reason"] == "the office hour is over"


async def test_it_can_be_ended_when_the_recording_has_stopped_by_itself(desk: Desk) -> None:
    await begin(desk)
    await desk.do("on_air", at=450, question="q1", text="Wann?", author="Chris")
    desk.programme.tick = None
    assert await desk.do("end", undo_s=10) == {"tell": "done", "id": "end", "tick": 450}
    desk.zero.set()
    await until(lambda: desk.told[-1]["tell"] == "ended")


async def test_after_a_crash_an_end_can_be_taken_back_for_what_is_left_of_it(desk: Desk) -> None:
    await begin(desk)
    await desk.do("end", at=900, undo_s=10)
    desk.scribe.close()
    again = Desk(desk.room.root, Recording(905))
    again.orders.brief("Sprechstunde", "Ada", [])
    await again.orders.resume()
    left_s = again.orders.count.left_s
    assert left_s is not None
    assert 8 < left_s <= 10
    await again.do("undo_end", at=950, by="bo")
    assert again.events()[-1] == (950, "reopened", "undo_end")
    again.scribe.close()


async def test_a_person_who_hides_is_a_card_and_their_track_ends(desk: Desk) -> None:
    await begin(desk)
    await desk.do("away", at=100, person="ada", on=True)
    (place,) = desk.house.places(["ada"])
    assert (place.source.picture(), float(abs(place.source.sound(960)).max())) == (None, 0.0)
    assert not desk.house.presence("ada").recorded
    await desk.do("away", "back", at=200, person="ada", on=False)
    assert desk.house.presence("ada").recorded
    assert desk.events()[-2:] == [(100, "away", "away"), (200, "away", "back")]


async def test_a_track_is_wanted_only_while_its_person_is_on_air(desk: Desk) -> None:
    def recorded() -> list[str]:
        return [each.person for each in desk.house.people.values() if each.recorded]

    await begin(desk)
    await desk.do("admit", person="chris", name="Chris", role="")
    assert recorded() == ["ada"]
    for kind, payload, wanted in (
        ("show", {"person": "chris"}, ["ada", "chris"]),
        ("pause", {}, []),
        ("hide", {"person": "chris"}, []),
        ("resume", {}, ["ada"]),
        ("end", {"undo_s": 10}, []),
        ("undo_end", {}, ["ada"]),
    ):
        await desk.do(kind, **payload)
        assert recorded() == wanted, kind


async def test_viewers_read_the_words_of_their_language(desk: Desk) -> None:
    shown: list[Any] = []

    def set_slide(slide: Any) -> "Future[int | None]":
        shown.append(slide)
        return desk.programme._noted("slide", None)

    desk.programme.set_slide = set_slide  # type: ignore[method-assign]
    desk.orders.brief("Sprechstunde", "Ada", [], {"pause": "Gleich geht es weiter."})
    await desk.orders.resume()
    await desk.do("start")
    await desk.do("pause")
    assert [(each.kind, each.detail, each.footer) for each in (shown[0], shown[-1])] == [
        ("soon", "Ada", ""),
        ("pause", "Gleich geht es weiter.", "Ada"),
    ]
