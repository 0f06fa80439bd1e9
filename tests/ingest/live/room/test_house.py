"""`house.py`, `pictures.py`, `taping.py`: a programme that does not run, peers that only count what they are asked."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from ingest.archive import Room
from ingest.live.mix.scene import Box
from ingest.live.mix.shedding import Ease, Shedding
from ingest.live.mix.wanted import wanted
from ingest.live.room.house import House, RoomFull
from ingest.live.room.programme import Programme
from ingest.live.webrtc.offers import BadOffer
from ingest.live.webrtc.receive import Peer
from ingest.wishes import Kind
from tests.ingest.live.packets import opus, pictures, tone


class Clock:
    """A person's clock that plays everything at once."""

    def rtp_at(self, kind: str, local: float) -> float:
        return 0.0


class FakePeer:
    """A connection of somebody who sends sound and picture."""

    def __init__(self, person: str) -> None:
        self.person, self.connected, self.kinds = person, True, ("audio", "video")
        self.clock, self.level, self.allowed_bits_per_s = Clock(), 0.25, 0
        self.keyframes = 0
        self.watched = False

    def watch(self, on: bool) -> None:
        self.watched = on

    def ask_keyframe(self) -> None:
        self.keyframes += 1

    def figures(self) -> dict[str, int]:
        return {}


class FakeProgramme:
    """Ada has the large tile."""

    boxes = {"ada": Box(0, 0, 1280, 720)}  # noqa: RUF012 - nobody changes it
    shedding = Shedding()

    def add_packet_sink(self, sink: Any) -> None:
        self.pictures = sink

    def add_sound_sink(self, sink: Any) -> None:
        self.sounds = sink

    def until_tick(self) -> float:
        return 0.0

    def request_keyframe(self) -> None:
        """The greenroom asks for one when the programme shall be seen again."""

    def set_backstage(self, people: Any) -> None:
        self.backstage = people

    def set_private(self, pairs: Any) -> None:
        self.private = pairs

    def set_listeners(self, listeners: Any) -> None:
        self.listeners = listeners


@pytest.fixture
def gaps() -> list[tuple[str, bool]]:
    return []


@pytest.fixture
async def house(tmp_path: Path, gaps: list[tuple[str, bool]]) -> House:
    programme = cast(Programme, FakeProgramme())
    house = House(
        Room(tmp_path), programme, frame_rate=30, ice_servers=(), on_gap=lambda person, on: gaps.append((person, on))
    )
    house.introduce("ada", "Ada", "Bürgermeisterin")
    for person in ("ada", "ada:screen", "chris"):
        house.presence(person).source.peer = cast(Peer, FakePeer(person))
    return house


def peer(house: House, person: str) -> Any:
    return house.presence(person).source.peer


def watched(house: House) -> list[str]:
    return [person for person in house.people if peer(house, person).watched]


async def test_only_who_is_seen_is_decoded(house: House) -> None:
    house.pictures.set_on_air(["ada"])
    assert watched(house) == ["ada"]
    house.pictures.set_on_air(["ada", "ada:screen", "chris"])
    assert watched(house) == ["ada", "ada:screen", "chris"]
    house.pictures.set_on_air(["ada", "chris"], seen=False)
    assert watched(house) == []


async def test_a_track_that_opens_asks_for_a_keyframe_once(house: House) -> None:
    house.taping.record(["ada", "ada:screen"])
    for person in ("ada", "ada:screen"):
        for frame in [*pictures(1), *opus(tone(0.04))]:
            house._frame(peer(house, person), frame)
    assert (peer(house, "ada").keyframes, peer(house, "ada:screen").keyframes) == (1, 0)
    assert house.presence("ada:screen").track is None  # the programme has it
    track = house.presence("ada").track
    assert track is not None
    track.close(0.0, all_has_left=True)
    assert track.wait(5)


async def test_everybody_is_told_what_their_tile_needs(house: House) -> None:
    house.pictures.fit()
    assert house.presence("ada").wanted == wanted(Box(0, 0, 1280, 720), 30)
    assert house.presence("chris").wanted == wanted(None, 30)
    assert house.presence("ada:screen").wanted.width == 1280
    assert [peer(house, person).allowed_bits_per_s for person in ("ada", "chris")] == [2_500_000, 1_000_000]


async def test_a_screen_belongs_to_who_shares_it(house: House) -> None:
    house.pictures.set_on_air(["ada", "ada:screen"])
    state = {each["person"]: each for each in house.state()}
    assert list(state) == ["ada", "chris"]
    assert [(each["screen"], each["level"]) for each in state.values()] == [(True, 0.25), (False, 0.25)]
    assert house.screens() == {"ada:screen": "Ada"}
    peer(house, "ada:screen").connected = False
    assert house.screens() == {}


async def test_a_screen_that_stands_still_is_no_gap_of_its_person(house: House, gaps: list[tuple[str, bool]]) -> None:
    house.pictures.set_on_air(["ada", "ada:screen"])
    for person in ("ada:screen", "ada"):
        house._gap(peer(house, person), True)
    assert gaps == [("ada", True)]


async def test_a_room_that_was_started_again_knows_who_spoke_alone(house: House) -> None:
    house.knows("aside", {"person": "bo", "whom": "chris"})
    house.knows("admit", {"person": "chris"})
    programme: Any = house._programme
    assert programme.private == {"bo": "chris", "chris": "bo"}
    house.talks(Kind.SHOW, {"person": "chris"})
    assert programme.private == {}


def ease(house: House, ease: Ease) -> None:
    programme: Any = house._programme
    programme.shedding = Shedding(ease=ease, load=0.5)


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
    house.pictures.set_on_air(people)
    house.pictures.fit()
    ease(house, Ease.TILES)
    house.pictures.fit()
    assert {each: source.watched for each, source in sources.items()} == {
        "ada": [True],
        "bo": [True],
        "chris": [True],
        "dana": [True, False],
        "emil": [True],
    }
    ease(house, Ease.THIRD)
    house.pictures.fit()
    assert sources["dana"].watched == [True, False, True]
    house.set_pinned(frozenset({"dana"}))  # who signs and never speaks is seen all the same
    ease(house, Ease.TILES)
    house.pictures.fit()
    assert [sources[each].watched[-1] for each in ("chris", "bo", "dana")] == [True, False, True]


def test_an_interpreters_voice_counts_as_that_of_whom_they_speak_for(house: House) -> None:
    for person, level in (("ada", 0.01), ("jana", 0.3), ("chris", 0.0)):
        source: Any = Source(level)
        house.presence(person).source = source
    house.apart.add("jana")
    assert house.levels(["ada", "jana", "chris"]) == {"ada": 0.01, "chris": 0.0}
    assert house.levels(["ada", "jana", "chris"], {"jana": "chris"}) == {"ada": 0.01, "chris": 0.3}


class Moments:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


async def test_who_has_no_tile_for_a_while_is_not_decoded_until_the_scene_changes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only Ada has a tile; Chris is heard."""
    time = Moments()
    monkeypatch.setattr("ingest.live.room.pictures.time", time)
    house.pictures.set_on_air(["ada", "chris"])
    house.pictures.fit()
    time.now += 1.9
    house.pictures.fit()
    assert watched(house) == ["ada", "chris"]
    time.now += 0.2
    house.pictures.fit()
    assert watched(house) == ["ada"]
    house.pictures.set_on_air(["ada", "chris"])
    assert watched(house) == ["ada", "chris"]
    assert [each.person for each in house.people.values() if each.returning] == ["chris"]


async def test_a_scene_waits_for_a_picture_that_was_not_decoded_and_not_for_long(house: House) -> None:
    late = [True, True, False]

    class Late:
        level = 0.0
        peer = None

        @property
        def late(self) -> bool:
            return late.pop(0)

    source: Any = Late()
    house.presence("chris").source, house.presence("chris").returning = source, True
    await house.pictures.ready()
    assert late == []


class Line:
    """A connection out that somebody has; closed, it is gone."""

    def __init__(self, house: House, person: str, *, inside: bool) -> None:
        self.person, self.line, self._house = person, SimpleNamespace(own_sound=inside), house
        relay: Any = self
        house.presence(person).relay = relay
        house.presence(person).resources[f"out of {person}"] = relay
        house._tell_listeners()

    def hear(self, block: Any) -> None:
        raise AssertionError("the programme does not run")

    async def close(self) -> None:
        relay: Any = self
        self._house._relay_gone(relay)


async def test_who_waits_is_no_listener_of_the_room_and_connects_anew_when_let_in(house: House) -> None:
    programme: Any = house._programme
    Line(house, "ada", inside=True)
    Line(house, "dana", inside=False)
    assert list(programme.listeners) == ["ada"]
    await house.let_in("dana")
    assert (house.presence("dana").relay, house.presence("dana").inside) == (None, True)


async def test_who_is_sent_back_hears_nothing_more_and_comes_back_as_one_who_waits(house: House) -> None:
    programme: Any = house._programme
    Line(house, "chris", inside=True)
    await house.send_out("chris")
    assert (list(programme.listeners), house.presence("chris").inside) == ([], False)


class Connecting(FakePeer):
    """A connection that is being made: something happens meanwhile."""

    def __init__(self, person: str, *, on_gone: Any, meanwhile: Any, **_: Any) -> None:
        super().__init__(person)
        self.closed, self._on_gone, self._meanwhile = False, on_gone, meanwhile

    async def answer(self, sdp: str) -> str:
        await self._meanwhile("answer")
        return "answer"

    async def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._on_gone(self)
            await self._meanwhile("close")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, meanwhile: dict[str, Any]) -> list[Connecting]:
    made: list[Connecting] = []

    async def happens(moment: str) -> None:
        if (work := meanwhile.pop(moment, None)) is not None:
            await work()

    def make(person: str, **words: Any) -> Connecting:
        made.append(Connecting(person, meanwhile=happens, **words))
        return made[-1]

    monkeypatch.setattr("ingest.live.room.house.Peer", make)
    return made


@pytest.fixture
def meanwhile() -> dict[str, Any]:
    return {}


async def test_who_is_sent_back_while_their_camera_connects_does_not_come_in(
    house: House, made: list[Connecting], meanwhile: dict[str, Any]
) -> None:
    meanwhile["answer"] = lambda: house.send_out("emil")
    with pytest.raises(BadOffer, match="waiting room"):
        await house.whip("emil", "offer")
    assert (made[0].closed, house.presence("emil").source.peer) == (True, None)


async def test_nothing_is_kept_of_a_camera_that_ends_while_the_one_before_it_is_closed(
    house: House, made: list[Connecting], meanwhile: dict[str, Any]
) -> None:
    await house.whip("emil", "offer")
    meanwhile["close"] = lambda: made[1].close()
    await house.whip("emil", "offer")
    presence = house.presence("emil")
    assert [each.closed for each in made] == [True, True]
    assert (presence.resources, presence.source.peer) == ({}, None)


async def test_a_new_process_knows_who_was_let_in(house: House) -> None:
    for kind, person in (("admit", "chris"), ("show", "ada"), ("hold", "ada"), ("mute", "bo")):
        house.knows(kind, {"person": person})
    assert {each: presence.inside for each, presence in house.people.items()} == {
        "ada": False,
        "ada:screen": None,
        "chris": True,
    }


async def test_under_a_slide_everybody_in_the_room_is_seen_while_one_of_them_watches(house: House) -> None:
    house.pictures.set_on_air(["ada"], seen=False)
    assert (watched(house), house.greenroom.shown) == ([], False)
    Line(house, "chris", inside=True)
    assert (watched(house), house.greenroom.shown) == (["ada", "ada:screen", "chris"], True)
    house.pictures.set_on_air(["ada"], seen=True)
    assert watched(house) == ["ada"]
    house.greenroom.close()


async def test_everybody_connected_is_heard_backstage_and_who_is_hidden_only_as_silence(house: House) -> None:
    programme: Any = house._programme
    peer(house, "ada").voice = SimpleNamespace(pull=lambda samples: np.ones(samples, np.float32))
    house.set_quiet(silent=frozenset({"chris"}), away=frozenset({"ada"}))
    house.pictures.set_on_air(["ada"])
    ada, _, chris = programme.backstage
    assert (ada.source.picture(), chris.muted) == (None, True)
    assert float(abs(ada.source.sound(960)).max()) == 0.0


async def test_whose_camera_is_off_is_a_name_card_and_is_heard(house: House) -> None:
    programme: Any = house._programme
    peer(house, "ada").voice = SimpleNamespace(pull=lambda samples: np.ones(samples, np.float32))
    house.set_quiet(silent=frozenset(), away=frozenset(), unseen=frozenset({"ada"}))
    house.pictures.set_on_air(["ada"])
    ada = programme.backstage[0]
    with pytest.raises(LookupError):
        ada.source.fitted(320, 180)
    assert (ada.source.picture(), float(abs(ada.source.sound(960)).max())) == (None, 1.0)


class Screen:
    """A shared screen that counts how often it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    async def close(self) -> None:
        self.closed += 1


async def test_a_screen_that_was_handed_over_ends_with_the_turn(house: House) -> None:
    screen = Screen()
    presence = house.presence("ada:screen")
    presence.resources["r"] = cast(Peer, screen)
    await house.take_screen("ada", lent_only=True)
    assert screen.closed == 0
    presence.lent = True
    await house.take_screen("ada", lent_only=True)
    assert screen.closed == 1
    await house.take_screen("chris")


async def test_a_track_that_ends_is_told_what_is_played_at_that_moment(house: House) -> None:
    told: list[Any] = []
    house.taping.record(["ada"])
    track: Any = SimpleNamespace(end=told.append, wait=lambda seconds: True)
    house.presence("ada").track = track
    house.taping.record([])
    assert told == [{"audio": 0.0, "video": 0.0}]
    assert house.presence("ada").track is None
