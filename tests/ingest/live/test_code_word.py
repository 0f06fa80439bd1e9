"""What is said backstage, in the pause and after the end is in no file and no stream, and is heard by who is there.

Code words are tones of a pitch of their own. Everything is ours from the Opus packets of each person to segments,
tracks and the sound of viewers; only the network and the clock are the test's.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ingest.archive import Archive
from ingest.live.mix.audio import ramp
from ingest.live.mix.source import BLOCK_SAMPLES, SAMPLE_RATE, Samples
from ingest.live.output.recorder import Recorder
from ingest.live.room import house, pictures, taping
from ingest.live.room.count import Count
from ingest.live.room.house import House
from ingest.live.room.orders import Orders
from ingest.live.room.programme import Programme
from ingest.live.room.scribe import Scribe
from ingest.live.webrtc.clock import PersonClock
from ingest.live.webrtc.jitter import EncodedFrame
from ingest.live.webrtc.opus import Encoder
from ingest.live.webrtc.voice import Voice
from ingest.timeline import Kind, Writer, read
from tests.ingest.live.fakes import FakeClock
from tests.ingest.live.reading import seen
from tests.standins.media import read_sound

RATE = 25
ENDS = [Kind.CLOSING, Kind.REOPENED, Kind.CLOSING, Kind.END]
ON_AIR_HZ = 440.0
CODE_WORDS = {
    "before": 890.0,
    "beside": 1100.0,
    "away": 1330.0,
    "pause": 1570.0,
    "closing": 1930.0,
    "after": 2310.0,
    "alone": 2750.0,
}
HEARD, SILENT = 0.05, 0.002
"""Amplitude of a tone. Beside one, what Opus and AAC leave at other pitches is below 0.001; where it sets in, 0.003 at
a pitch as near as 700 Hz, by chance of where windows lie: no code word is that near."""


def loudest(sound: Samples, hertz: float) -> float:
    """The amplitude of a tone in the tenth of a second that has most of it (Goertzel's filter, over whole windows)."""
    step = SAMPLE_RATE // 10
    windows = sound[: len(sound) // step * step].reshape(-1, step) * np.hanning(step)
    wave = np.exp(-2j * np.pi * hertz * np.arange(step) / SAMPLE_RATE)
    return float(np.abs(windows @ wave).max(initial=0.0)) * 4 / step


class Microphone:
    """Somebody's connection: what they say becomes Opus packets that arrive at once."""

    kinds = ("audio",)
    connected, level, allowed_bits_per_s = True, 0.1, 0

    def __init__(self, person: str, clock: FakeClock) -> None:
        self.person, self.hertz = person, 0.0
        self.clock = PersonClock()
        self.voice = Voice(self.clock, clock.now)
        self.seen = {"audio": -1e9, "video": -1e9}
        self._encoder, self._rtp, self._time, self._before = Encoder(), 0, clock, 0.0

    def speak(self) -> EncodedFrame:
        """The next 20 ms; a word begins and ends softly, since a click has all pitches."""
        at = (self._rtp + np.arange(BLOCK_SAMPLES)) / SAMPLE_RATE
        tone = (0.4 * np.sin(2 * np.pi * (self.hertz or self._before) * at)).astype(np.float32)
        sound = ramp(tone, float(self._before > 0), float(self.hertz > 0))
        self._before = self.hertz
        now = self._time.now()
        frame = EncodedFrame("audio", "opus", self._encoder.encode(sound), self._rtp, True, now)
        self.clock.track("audio", SAMPLE_RATE).arrived(self._rtp, now)
        self.voice.add(frame)
        self._rtp += BLOCK_SAMPLES
        return frame

    def watch(self, on: bool) -> None:
        """There is no camera."""

    def ask_keyframe(self) -> None:
        """There is no camera."""


class Room:
    """A room on a fake clock: Ada is the host, Chris and Bo are backstage, Dana waits."""

    def __init__(self, folder: Path) -> None:
        self.time = FakeClock()
        self.archive = Archive(folder).room("abc")
        self.programme = Programme(
            width=160, height=90, frame_rate=RATE, bitrate=100_000, preset="ultrafast",
            cards=self.archive.cards, clock=self.time,
        )  # fmt: skip
        self.house = House(self.archive, self.programme, frame_rate=RATE, ice_servers=(), on_gap=lambda *_: None)
        self.zero = asyncio.Event()
        self.told: list[dict[str, Any]] = []
        self.scribe = Scribe(Writer(self.archive.timeline))
        self.orders = Orders(
            scribe=self.scribe,
            programme=self.programme,
            house=self.house,
            recorder=self._recorder,
            tick_duration=Fraction(1, RATE),
            picture={"width": 160, "height": 90},
            died=datetime(2026, 11, 23, tzinfo=UTC),
            tell=self.told.append,
            count=Count(sleep=lambda seconds: self.zero.wait(), now=self.time.now),
        )
        self.heard: dict[str, list[Samples]] = {each: [] for each in ("ada", "bo", "chris", "viewer", "dana")}
        self.programme.add_public_sound_sink(self.heard["viewer"].append)
        self.programme.add_sound_sink(self.heard["dana"].append)  # what the fan-out of those who wait is given
        self.people: dict[str, Microphone] = {}
        for each in ("ada", "bo", "chris"):
            self.join(each)
        self.programme.start()

    def _recorder(self) -> Recorder:
        return Recorder.reopen(self.archive.programme(), width=160, height=90, frame_rate=RATE, bitrate=100_000)

    def join(self, person: str) -> None:
        relay: Any = SimpleNamespace(hear=self.heard[person].append, line=SimpleNamespace(own_sound=True))
        known = self.house.presence(person)
        peer: Any = Microphone(person, self.time)
        known.source.peer, known.relay, self.people[person] = peer, relay, peer
        self.house._tell_listeners()

    async def passes(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            for microphone in self.people.values():
                peer: Any = microphone
                self.house._frame(peer, microphone.speak())
            await asyncio.to_thread(self.time.run_for, 0.02)
        self.house.taping.release()

    async def do(self, kind: str, id: str = "", **payload: Any) -> dict[str, Any]:
        applying = asyncio.create_task(self.orders.apply(id or kind, kind, payload))
        while not applying.done():
            await self.passes(0.02)
        return self.told[-1]

    async def says(self, person: str, hertz: float) -> dict[str, float]:
        """Somebody says a word between two silences; how loud each heard it."""
        before = {each: len(blocks) for each, blocks in self.heard.items()}
        await self.passes(0.3)
        self.people[person].hertz = hertz
        await self.passes(0.3)
        self.people[person].hertz = 0.0
        await self.passes(0.5)  # the longest that a packet waits to be played
        return {
            each: loudest(np.concatenate(blocks[before[each] :]), hertz)
            for each, blocks in self.heard.items()
            if len(blocks) > before[each]
        }

    async def ended(self) -> None:
        self.zero.set()
        while not self.orders.standing.over:
            await self.passes(0.02)


@pytest.fixture
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    room = Room(tmp_path)
    for module in (house, pictures, taping):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=room.time.now))
    room.orders.brief("Sprechstunde", "Ada", [])
    resuming = asyncio.create_task(room.orders.airtime.resume())
    while not resuming.done():
        await room.passes(0.02)
    yield room
    room.time.run_out()
    room.programme.close()
    room.house.greenroom.close()
    room.scribe.close()


def heard_by(levels: dict[str, float]) -> set[str]:
    """Who heard a word; whoever did not heard nothing of it at all."""
    found = {each for each, level in levels.items() if level > HEARD}
    assert all(level < SILENT for each, level in levels.items() if each not in found), levels
    return found


async def test_a_code_word_is_in_no_file_and_no_stream_and_is_heard_in_the_room(room: Room) -> None:
    assert heard_by(await room.says("ada", CODE_WORDS["before"])) == {"bo", "chris"}
    await room.do("aside", person="bo", whom="chris")
    assert heard_by(await room.says("bo", CODE_WORDS["alone"])) == {"chris"}
    assert heard_by(await room.says("chris", CODE_WORDS["alone"])) == {"bo"}
    assert heard_by(await room.says("ada", CODE_WORDS["before"])) == set()  # what others say is not for them either
    await room.do("aside", "together", person="bo", whom=None)
    assert heard_by(await room.says("chris", CODE_WORDS["before"])) == {"ada", "bo"}
    await room.do("show", person="ada", name="Ada", role="")
    await room.do("start")
    assert heard_by(await room.says("ada", ON_AIR_HZ)) == {"bo", "chris", "viewer", "dana"}
    assert heard_by(await room.says("chris", CODE_WORDS["beside"])) == {"bo"}
    await room.do("aside", "alone again", person="bo", whom="chris")
    assert heard_by(await room.says("chris", CODE_WORDS["alone"])) == {"bo"}
    await room.do("hold", person="chris")
    assert heard_by(await room.says("bo", CODE_WORDS["alone"])) <= {"chris"}  # whose relay the test holds open
    await room.do("admit", "in again", person="chris")
    await room.do("away", person="ada", on=True)
    assert heard_by(await room.says("ada", CODE_WORDS["away"])) == set()
    await room.do("away", "back", person="ada", on=False)
    await room.passes(0.6)
    await room.do("pause")
    assert heard_by(await room.says("ada", CODE_WORDS["pause"])) == {"bo", "chris"}
    await room.do("resume")
    assert heard_by(await room.says("ada", ON_AIR_HZ)) == {"bo", "chris", "viewer", "dana"}
    await room.do("end", undo_s=10)
    assert heard_by(await room.says("ada", CODE_WORDS["closing"])) == {"bo", "chris"}
    await room.do("undo_end", by="bo")
    assert heard_by(await room.says("ada", ON_AIR_HZ)) == {"bo", "chris", "viewer", "dana"}
    await room.do("end", "again", undo_s=10)
    await room.ended()
    assert heard_by(await room.says("ada", CODE_WORDS["after"])) == {"bo", "chris"}

    broadcast = seen(room.archive.programme()).sound
    tracks = {path.name: read_sound(path) for path in sorted(room.archive.root.glob("tracks/*"))}
    for word, hertz in CODE_WORDS.items():
        assert loudest(broadcast, hertz) < SILENT, word
        for name, sound in tracks.items():
            assert loudest(sound, hertz) < SILENT, (word, name)
    assert loudest(broadcast, ON_AIR_HZ) > HEARD
    # One file for each time she was on air; between her coming back and the pause Ada said nothing.
    said = {name: loudest(sound, ON_AIR_HZ) > HEARD for name, sound in tracks.items()}
    assert said == {"ada.mkv": True, "ada-2.mkv": False, "ada-3.mkv": True, "ada-4.mkv": True}
    assert [event.kind for event in read(room.archive.timeline) if event.kind in ENDS] == ENDS
