"""`ingest/live/presence.py`: who may come when the machine is busy, and whose pictures are looked at."""

from pathlib import Path
from typing import Any

import pytest

from ingest.archive import Room
from ingest.live.offers import BadOffer
from ingest.live.presence import House, RoomFull
from ingest.live.shedding import Load, Relief


class Programme:
    """As much of it as a house looks at."""

    def __init__(self) -> None:
        self.load = Load()


class Line:
    """A connection that notes whether its pictures are decoded."""

    def __init__(self) -> None:
        self.watched = False

    def watch(self, on: bool) -> None:
        self.watched = on


@pytest.fixture
def house(tmp_path: Path) -> House:
    programme: Any = Programme()
    house = House(Room(tmp_path), programme, frame_rate=30, ice_servers=(), on_gap=lambda *_: None)
    for person in ("ada", "bo", "chris"):
        connect(house, person)
    return house


def connect(house: House, person: str) -> None:
    line: Any = Line()
    house.presence(person).source.peer = line


def watched(house: House) -> list[str]:
    lines: list[tuple[str, Any]] = [(each.person, each.source.peer) for each in house.people.values()]
    return [person for person, line in lines if line.watched]


async def test_a_new_guest_is_refused_when_there_is_no_time_for_one(house: House) -> None:
    house._programme.load = Load(share=0.8)
    with pytest.raises(RoomFull, match="no time for more than 3 people"):
        await house.whip("dana", "v=0")
    assert "dana" not in house.people


async def test_who_is_there_or_on_air_may_always_come_back(house: House) -> None:
    house._programme.load = Load(relief=Relief.FEW)
    house.set_on_air(["ada", "dana"], recorded=False)
    for person in ("bo", "dana"):
        with pytest.raises(BadOffer):  # it is looked at, at least
            await house.whip(person, "v=0")


async def test_still_pictures_are_not_decoded(house: House) -> None:
    house.set_on_air(["ada", "bo"], recorded=False)
    assert watched(house) == ["ada", "bo"]
    house.keep_still({"bo"})
    assert watched(house) == ["ada"]
    house.keep_still(set())
    assert watched(house) == ["ada", "bo"]


async def test_interpreters_and_screens_never_become_large_by_speaking(house: House) -> None:
    house.apart.add("bo")
    assert list(house.levels(["ada:screen", "bo"])) == []
    assert [house.presence(each).place(False).screen for each in ("dana:screen", "dana")] == [True, False]
