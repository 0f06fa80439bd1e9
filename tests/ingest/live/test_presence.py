"""`ingest/live/presence.py`: who may come in, and whose picture is decoded."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ingest.archive import Room
from ingest.live.offers import BadOffer
from ingest.live.presence import House, RoomFull
from ingest.live.shedding import Ease, Shedding


class Programme:
    """As much of the programme as a house asks for."""

    def __init__(self) -> None:
        self.shedding = Shedding()
        self.boxes: dict[str, Any] = {}

    def add_packet_sink(self, sink: Any) -> None:
        self.pictures = sink

    def add_sound_sink(self, sink: Any) -> None:
        self.sounds = sink

    def request_keyframe(self) -> None:
        raise AssertionError("nobody watches here")


@pytest.fixture
async def house(tmp_path: Path) -> House:
    programme: Any = Programme()
    return House(Room(tmp_path), programme, frame_rate=30, ice_servers=(), on_gap=lambda *_: None)


def ease(house: House, ease: Ease) -> None:
    programme: Any = house._programme
    programme.shedding = Shedding(ease=ease)


async def test_a_new_guest_has_to_wait_while_the_machine_is_busy(house: House) -> None:
    ease(house, Ease.HALF)
    with pytest.raises(RoomFull, match="no place for another picture"):
        await house.whip("chris", "no sdp", always=False)


async def test_the_host_and_who_was_here_before_come_in_all_the_same(house: House) -> None:
    """They get as far as their offer, which is none."""
    ease(house, Ease.TILES)
    house.presence("chris").came = True
    for person, always in (("ada", True), ("chris", False)):
        with pytest.raises(BadOffer):
            await house.whip(person, "no sdp", always=always)


class Source:
    """A person whose level is known and whose decoder notes what it is told."""

    def __init__(self, level: float) -> None:
        self.level = level
        self.watched: list[bool] = []
        self.peer = SimpleNamespace(watch=self.watched.append, allowed_bits_per_s=0)


async def test_pictures_of_who_has_not_spoken_are_not_decoded_while_the_machine_is_very_busy(house: House) -> None:
    people = ["ada", "bo", "chris", "dana", "emil"]
    sources: dict[str, Any] = {each: Source(0.2 if each == "emil" else 0.0) for each in people}
    for each in people:
        house.presence(each).source = sources[each]
    house.set_on_air(people, recorded=False)
    house.fit()
    ease(house, Ease.TILES)
    house.fit()
    assert {each: source.watched for each, source in sources.items()} == {
        "ada": [True],
        "bo": [True],
        "chris": [True],
        "dana": [True, False],
        "emil": [True],
    }
    ease(house, Ease.THIRD)
    house.fit()
    assert sources["dana"].watched == [True, False, True]
