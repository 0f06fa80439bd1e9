"""The start, the end, and what a process knows that begins after a crash, on a programme that does as it is told."""

import asyncio

from ingest.timeline import Kind, read
from tests.ingest.live.desks import DIED, Desk, Recording, begin, begin_delayed, cuts, until


async def test_before_the_start_a_slide_is_shown_and_nothing_is_written(desk: Desk) -> None:
    desk.orders.brief("Sprechstunde", "Ada", [])
    await desk.orders.airtime.resume()
    assert desk.programme.last("slide") == "soon"
    assert await desk.do("show", "s1", person="ada", name="Ada", role="") == {"tell": "done", "id": "s1", "tick": 0}
    assert desk.programme.last("people") == [("ada", "Ada", False)]
    assert desk.events() == []


async def test_the_start_writes_how_things_stand_at_tick_0(desk: Desk) -> None:
    await begin(desk)
    assert desk.programme.last("slide") is None
    assert desk.events() == [(0, "begin", None), (0, "visible", None), (0, "scene", "start")]
    assert [each["tell"] for each in desk.told] == ["done", "started", "done"]


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
    await again.orders.airtime.resume()
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
    await desk.orders.airtime.resume()
    assert desk.programme.last("people") == [("ada", "Ada", False)]
    assert desk.events() == []


async def test_a_crash_after_the_last_frame_ends_the_office_hour(desk: Desk) -> None:
    await begin(desk)
    desk.scribe.close()
    again = Desk(desk.room.root, Recording(901, ended=True))
    again.orders.brief("Sprechstunde", "Ada", [])
    await again.orders.airtime.resume()
    assert again.events()[-1] == (900, "end", None)
    assert again.told == [{"tell": "ended", "ticks": 901}]
    again.scribe.close()


async def test_with_a_delay_the_end_comes_when_everything_has_gone_out_and_may_be_cut_until_then(desk: Desk) -> None:
    await begin_delayed(desk)
    assert (await desk.do("end", at=900)) == {"tell": "done", "id": "end", "tick": 899}
    assert (desk.programme.last("slide"), desk.programme.last("people")) == ("over", [])
    assert not desk.orders.standing.over
    assert (await desk.do("show", "s2", person="chris"))["reason"] == "the office hour is over"
    desk.programme.now = 902
    assert (await desk.do("cut", by="bo"))["tell"] == "done"
    desk.programme.ended.set_result(900)
    assert desk.orders.airtime._draining is not None
    await desk.orders.airtime._draining
    assert desk.told[-1] == {"tell": "ended", "ticks": 901}
    assert desk.events()[-1] == (900, "end", None)
    assert cuts(desk)[-1][1] == {"on": False, "from": 602, "until": 901, "by": ""}


async def test_after_a_crash_in_a_cut_the_next_process_is_cut_before_it_records(desk: Desk) -> None:
    await begin_delayed(desk)
    await desk.do("cut", at=450, by="bo")
    desk.scribe.close()
    again = Desk(desk.room.root, Recording(150))
    again.orders.brief("Sprechstunde", "Ada", [])
    await again.orders.airtime.resume()
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
    await again.orders.airtime.resume()
    assert again.told[-1] == {"tell": "ended", "ticks": 700}
    assert [(event.tick, event.kind) for event in read(again.room.timeline)][-3:] == [
        (699, Kind.ENDING),
        (699, Kind.RESUMED),
        (699, Kind.END),
    ]
    again.scribe.close()


async def test_the_programme_begins_when_the_count_is_at_zero(desk: Desk) -> None:
    desk.orders.brief("Sprechstunde", "Ada", [])
    await desk.orders.airtime.resume()
    await desk.do("show", "s1", person="ada", name="Ada", role="")
    assert (await desk.do("start", count_s=5))["id"] == "s1"  # START is answered at zero
    assert (desk.orders.airtime.count.left_s, desk.programme.last("slide")) == (5.0, "soon")
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
    await desk.orders.airtime.resume()
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
    assert (desk.programme.last("slide"), desk.orders.airtime.count.left_s) == ("over", 10.0)
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
    await again.orders.airtime.resume()
    left_s = again.orders.airtime.count.left_s
    assert left_s is not None
    assert 8 < left_s <= 10
    await again.do("undo_end", at=950, by="bo")
    assert again.events()[-1] == (950, "reopened", "undo_end")
    again.scribe.close()
