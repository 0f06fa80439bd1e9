"""Somebody takes back what they agreed to while they are on air."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ingest.timeline import Kind, read
from tests.ingest.live.desks import Desk, begin

EVERYTHING = ["live", "recording", "outside", "name"]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path / "room")
    yield desk
    desk.scribe.close()


def kinds(desk: Desk, after: int = 0) -> list[tuple[str, Any]]:
    told = {Kind.CONSENT: "scopes", Kind.VISIBLE: "on", Kind.CUT: "on"}
    return [
        (event.kind.value, event.values[told[event.kind]])
        for event in read(desk.room.timeline)
        if event.kind in told and event.tick >= after
    ]


async def chris_on_air(desk: Desk, scopes: list[str] = EVERYTHING, delay_s: float = 0) -> None:
    desk.orders.brief("Sprechstunde", "Ada", [])
    await desk.orders.airtime.resume()
    await desk.do("show", "s1", person="ada", name="Ada", role="", scopes=EVERYTHING)
    await desk.do("start", delay_s=delay_s)
    await desk.do("show", "s2", at=300, person="chris", name="Chris", role="", scopes=scopes, topic="Radweg")


async def test_what_somebody_agrees_to_stands_in_the_timeline_before_they_are_seen(desk: Desk) -> None:
    await chris_on_air(desk, ["live", "name"])
    assert kinds(desk, 300) == [("consent", ["live", "name"]), ("visible", True)]
    assert ("consent", EVERYTHING) in kinds(desk)
    assert desk.house.taping.untracked == {"chris"}


async def test_taking_the_live_scope_back_ends_everything_at_the_next_tick(desk: Desk) -> None:
    await chris_on_air(desk)
    for name in ("chris.mkv", "ada.mkv"):
        desk.room.track(name.removesuffix(".mkv")).parent.mkdir(exist_ok=True)
        (desk.room.tracks / name).write_bytes(b"kept")
    told = await desk.do("consent", "c1", at=600, person="chris", scopes=["name"], name="Chris")
    assert told == {"tell": "done", "id": "c1", "tick": 600}
    assert desk.orders.standing.people == ("ada",)
    assert kinds(desk, 600) == [("consent", ["name"]), ("visible", False)]
    assert not desk.house.presence("chris").recorded
    assert [path.name for path in desk.room.tracks.iterdir()] == ["ada.mkv"]


async def test_what_the_delay_still_holds_never_goes_out_and_is_sealed_nowhere(desk: Desk) -> None:
    await chris_on_air(desk, delay_s=10)
    await desk.do("consent", "c1", at=600, person="chris", scopes=["name"], name="Chris")
    assert [(what, at) for what, at in desk.programme.notes if what in ("cut for good", "go on")] == [
        ("cut for good", 300), ("go on", 600),
    ]  # fmt: skip
    assert kinds(desk, 600) == [("cut", True), ("consent", ["name"]), ("visible", False), ("cut", False)]
    assert desk.orders.standing.cut_from is None


async def test_a_cut_of_the_staff_outlasts_it(desk: Desk) -> None:
    await chris_on_air(desk, delay_s=10)
    await desk.do("cut", "k1", at=500, by="bo")
    await desk.do("consent", "c1", at=600, person="chris", scopes=["name"], name="Chris")
    assert "go on" not in [what for what, _ in desk.programme.notes]
    assert desk.orders.standing.cut_from == 200


async def test_taking_only_the_recording_back_leaves_them_on_air_without_a_track(desk: Desk) -> None:
    await chris_on_air(desk)
    await desk.do("consent", "c1", at=600, person="chris", scopes=["live", "name"], name="Chris")
    assert desk.orders.standing.people == ("ada", "chris")
    presence = desk.house.presence("chris")
    assert (presence.on_air, presence.recorded) == (True, False)


async def test_a_name_taken_back_is_another_one_in_the_picture(desk: Desk) -> None:
    await chris_on_air(desk)
    await desk.do("consent", "c1", at=600, person="chris", scopes=["live", "recording"], name="Bürgerin oder Bürger")
    assert ("chris", "Bürgerin oder Bürger", False) in desk.programme.last("people")


async def test_what_was_said_before_the_beginning_holds_from_the_first_tick(desk: Desk) -> None:
    desk.orders.brief("Sprechstunde", "Ada", [])
    await desk.orders.airtime.resume()
    await desk.do("show", "s1", person="ada", name="Ada", role="", scopes=EVERYTHING)
    await desk.do("consent", "c1", person="ada", scopes=["live", "name"], name="Ada")
    await desk.do("start")
    assert ("consent", ["live", "name"]) in kinds(desk)
    assert not desk.house.presence("ada").recorded


async def test_it_is_not_refused_when_the_office_hour_is_over(desk: Desk) -> None:
    await begin(desk)
    await desk.do("end")
    told = await desk.do("consent", "c1", person="ada", scopes=["name"], name="Ada")
    assert (told["tell"], told["id"]) == ("done", "c1")


async def test_of_who_refused_to_be_recorded_a_cut_is_sealed_nowhere(desk: Desk) -> None:
    await begin(desk)
    assert not desk.orders.binding.unkept
    await desk.do("show", "s2", at=300, person="chris", name="Chris", role="", scopes=["live", "name"])
    assert desk.orders.binding.unkept
    await desk.do("hide", at=600, person="chris")
    assert desk.orders.binding.unkept  # the delay may still hold him
