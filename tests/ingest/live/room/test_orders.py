"""Commands applied to a programme that does at once what it is told."""

import asyncio
from concurrent.futures import Future
from typing import Any

from ingest.live.mix.scene import Scene
from ingest.live.mix.typed_card import Typed
from ingest.timeline import Kind, read
from tests.ingest.live.desks import Desk, Recording, begin, begin_delayed, cuts


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


async def test_how_loud_voices_are_made_is_written_each_ten_seconds_and_known_after_a_crash(desk: Desk) -> None:
    await begin(desk)
    desk.programme.gains = {"ada": 4.567}
    for second in range(1, 21):
        desk.programme.tick = 30 * second
        desk.orders.chronicle.clock()
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
    desk.orders.chronicle.gap("ada", True)
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
    desk.programme.set_scene = lambda places, scene, speaker, typed=None: slow  # type: ignore[method-assign]
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
    await desk.orders.airtime.resume()
    await desk.do("start")
    await desk.do("pause")
    assert [(each.kind, each.detail, each.footer) for each in (shown[0], shown[-1])] == [
        ("soon", "Ada", ""),
        ("pause", "Gleich geht es weiter.", "Ada"),
    ]


WRITTEN = {"person": "chris", "line": "l1", "text": "Wann fährt der Bus?", "words": "schreibt"}


async def test_what_a_guest_types_is_shown_with_their_name_and_goes_with_them(desk: Desk) -> None:
    await begin(desk)
    await desk.do("show", "s2", at=100, person="chris", name="Chris", role="", guest=True)
    assert await desk.do("typed", "t1", at=200, **WRITTEN) == {"tell": "done", "id": "t1", "tick": 200}
    assert desk.programme.last("typed") == Typed(line="l1", name="Chris", words="schreibt", text="Wann fährt der Bus?")
    assert desk.events()[-1] == (200, "typed", "t1")
    await desk.do("typed", "t2", at=300, person="chris", line=None)
    assert desk.programme.last("typed") is None
    await desk.do("typed", "t3", at=400, **WRITTEN)
    await desk.do("hide", "h1", at=500, person="chris")
    assert (desk.programme.last("typed"), desk.programme.last("people")) == (None, [("ada", "Ada", False)])


async def test_after_a_crash_the_typed_line_and_the_pinned_tiles_are_there_again(desk: Desk) -> None:
    await begin(desk)
    shown = {"person": "chris", "name": "Chris", "role": "", "guest": True, "signs": True}
    await desk.do("show", "s2", at=100, **shown)
    await desk.do("typed", "t1", at=200, **WRITTEN)
    desk.scribe.close()
    again = Desk(desk.room.root, Recording(480))
    known = [("s2", "show", shown), ("t1", "typed", WRITTEN)]
    again.orders.brief(
        "Sprechstunde", "Ada", [{"id": id, "kind": kind, "payload": said, "done": True} for id, kind, said in known]
    )
    await again.orders.airtime.resume()
    typed = again.programme.last("typed")
    assert (typed.name, typed.text, again.programme.last("pinned")) == ("Chris", "Wann fährt der Bus?", ["chris"])
    again.scribe.close()
