"""A room without a process whose host goes and comes back: what is told, what is shown, what the timeline says."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ingest.live.room.guard import Guard
from ingest.live.room.standing import Standing, fold
from ingest.live.webrtc.losses import Losses
from ingest.timeline import read
from tests.ingest.live.desks import Desk, begin


def peer() -> Any:
    """A connection that says nothing about sound or picture, only that it is there."""
    voice, camera = SimpleNamespace(late=0), SimpleNamespace(watched=False, watch=lambda on: False)
    return SimpleNamespace(
        losses=Losses(),
        voice=voice,
        camera=camera,
        kinds=(),
        seen={"audio": -1.0, "video": -1.0},
        watch=lambda on: None,
    )


class Guarded:
    """Ada hosts; Chris may be on air beside her."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        self.desk.programme.set_ears = lambda ears: None  # type: ignore[attr-defined]
        self.free = 10**12
        orders, house, programme = self.desk.orders, self.desk.house, self.desk.programme
        self.guard = Guard(orders, house, programme, lambda: self.free, 2_500_000)  # type: ignore[arg-type]
        self.now = 100.0

    async def begin(self, *guests: str) -> None:
        await begin(self.desk)
        self.desk.house.hosts.add("ada")
        for person in ("ada", *guests):
            self.set(person, here=True)
        for person in guests:
            await self.desk.do("show", person, person=person, name=person, role="")

    def set(self, person: str, *, here: bool) -> None:
        presence = self.desk.house.presence(person)
        presence.source.peer = peer() if here else None
        presence.gap = not here

    async def wait(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            for presence in self.desk.house.people.values():
                if presence.source.peer is not None:
                    presence.source.peer.seen["audio"] = self.now
            await self.guard.look(self.now)

    @property
    def faces(self) -> list[str]:
        return [person for person, *_ in self.desk.programme.last("people")]

    @property
    def slide(self) -> str | None:
        found: str | None = self.desk.programme.last("slide")
        return found


@pytest.fixture
async def guarded(tmp_path: Path) -> Any:
    guarded = Guarded(tmp_path / "room")
    yield guarded
    guarded.desk.scribe.close()


async def test_a_host_who_is_gone_is_left_out_and_comes_back_to_their_tile(guarded: Guarded) -> None:
    await guarded.begin("chris")
    await guarded.wait(5)
    guarded.set("ada", here=False)
    await guarded.wait(4)
    assert guarded.faces == ["ada", "chris"]
    await guarded.wait(1)
    assert (guarded.faces, guarded.slide) == (["chris"], None)
    assert [(each["fault"], each["person"]) for each in guarded.guard.alarms()] == [("gone", "ada")]
    guarded.set("ada", here=True)
    await guarded.wait(2)
    assert (guarded.faces, guarded.guard.alarms()) == (["ada", "chris"], [])
    lost = [event for event in guarded.desk.events() if event[1] == "lost"]
    assert len(lost) == 2


async def test_a_host_alone_leaves_the_slide_that_says_in_a_moment(guarded: Guarded) -> None:
    await guarded.begin()
    guarded.set("ada", here=False)
    await guarded.wait(6)
    assert guarded.slide == "moment"
    guarded.set("ada", here=True)
    await guarded.wait(2)
    assert guarded.slide is None


async def test_a_guest_alone_without_staff_waits_behind_the_slide_until_staff_are_back(guarded: Guarded) -> None:
    await guarded.begin("chris")
    guarded.guard.staff = False
    guarded.set("ada", here=False)
    await guarded.wait(28)
    assert guarded.slide is None
    await guarded.wait(2)
    assert guarded.slide == "moment"
    guarded.guard.staff = True
    await guarded.wait(1)
    assert (guarded.faces, guarded.slide) == (["chris"], None)


async def test_a_deputy_leads_from_the_next_look_on(guarded: Guarded) -> None:
    await guarded.begin("chris")
    guarded.guard.staff = False
    guarded.set("ada", here=False)
    await guarded.wait(40)
    await guarded.desk.do("show", "deputy", person="chris", name="Chris", role="", host=True)
    await guarded.wait(1)
    assert (guarded.faces, guarded.slide) == (["chris"], None)


async def test_in_a_pause_and_after_the_end_nothing_is_left_out(guarded: Guarded) -> None:
    await guarded.begin("chris")
    await guarded.desk.do("pause")
    guarded.set("ada", here=False)
    await guarded.wait(6)
    assert (guarded.faces, guarded.slide) == (["ada", "chris"], "pause")
    assert [each["fault"] for each in guarded.guard.alarms()] == ["gone"]


async def test_a_disk_that_fills_up_is_told_in_minutes_while_it_is_written_to(guarded: Guarded) -> None:
    await guarded.begin()
    guarded.free = 41 * 60 * 2_500_000 // 8
    await guarded.wait(1)
    assert guarded.guard.alarms() == [{"fault": "disk", "person": "", "for_s": 0, "minutes": 40}]
    guarded.free = 10**12
    await guarded.wait(11)
    assert guarded.guard.alarms() == []


async def test_the_timeline_says_who_was_left_out(guarded: Guarded) -> None:
    await guarded.begin("chris")
    guarded.set("ada", here=False)
    await guarded.wait(6)
    events = read(guarded.desk.room.timeline)
    standing = fold(Standing(), ((event.kind, event.values) for event in events))
    assert (standing.lost, standing.visible, standing.waits) == (("ada",), ("chris",), False)
