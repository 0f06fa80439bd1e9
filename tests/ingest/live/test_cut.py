"""A cut in the programme: no frame and no tone of it in segments or public packets, and nothing else is lost.

Ada is green and sounds at 1000 Hz, Chris is red and sounds at 3000 Hz; the slide is neither, and silent.
"""

import io
import re
from collections.abc import Iterator
from concurrent.futures import Future
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from ingest import live, sealed
from ingest.archive import Archive
from ingest.live.cmaf.boxes import nal_units
from ingest.live.mix.cards import Slide
from ingest.live.mix.source import SAMPLE_RATE, Samples
from ingest.live.mix.video import planes_of
from ingest.live.output.cuts import Effect
from ingest.live.output.delay import FADE_IN
from ingest.live.output.keeping import Keeping
from ingest.live.output.recorder import Recorder
from ingest.live.room.programme import Place, Programme
from ingest.sealing import public_key
from ingest.secrets import open_safe
from tests.ingest.live.fakes import FakeClock, fitted
from tests.ingest.live.reading import joined

SIZE = (320, 180)
GREEN, RED = (120, 90, 80), (90, 100, 200)  # Y, Cb, Cr
TONES = {"ada": 1000, "chris": 3000}


class Person:
    """One colour, one tone."""

    def __init__(self, person: str, yuv: tuple[int, int, int]) -> None:
        self.person = person
        self._frame = av.VideoFrame(*SIZE, "yuv420p")
        for plane, value in zip(planes_of(self._frame), yuv, strict=True):
            plane[:] = value
        self._phase = 0

    def picture(self) -> av.VideoFrame:
        return self._frame

    def fitted(self, width: int, height: int) -> av.VideoFrame:
        return fitted(self._frame, width, height)

    def sound(self, samples: int) -> Samples:
        at = np.arange(self._phase, self._phase + samples)
        self._phase += samples
        return (0.3 * np.sin(2 * np.pi * TONES[self.person] * at / SAMPLE_RATE)).astype(np.float32)


class Kept:
    """What a cut gave to be sealed."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.frames: list[int] = []
        self.ended = 0

    def picture(self, picture: Any) -> None:
        self.frames.append(picture.frame)

    def sound(self, sound: Any) -> None:
        assert np.abs(sound.samples).max() <= 1

    def end(self) -> None:
        self.ended += 1


class Room:
    """A recorded programme behind a delay, with a public viewer. Times count from the first recorded frame."""

    def __init__(self, folder: Path, frame_rate: int, delay_s: float) -> None:
        self.clock, self.rate, self.delay_s = FakeClock(), frame_rate, delay_s
        self.room = Archive(folder).room("abc")
        self.programme = Programme(
            width=SIZE[0],
            height=SIZE[1],
            frame_rate=frame_rate,
            bitrate=300_000,
            preset="ultrafast",
            cards=self.room.cards,
            clock=self.clock,
        )
        self.people = {"ada": Person("ada", GREEN), "chris": Person("chris", RED)}
        self.packets: list[tuple[bytes, int, bool]] = []
        self.sounds: list[Samples] = []
        self.sealed: list[Kept] = []
        self.programme.set_delay(delay_s)
        self.programme.add_public_packet_sink(lambda *packet: self.packets.append(packet))
        self.programme.add_public_sound_sink(lambda block: self.sounds.append(block.copy()))
        self.programme.prepare_cut(Slide("cut", "Unterbrochen"), self._sealing)
        self.show("ada")
        self.programme.start()
        self.clock.run_for(0.3)

    def _sealing(self) -> Kept:
        self.sealed.append(Kept(len(self.sealed) + 1))
        return self.sealed[-1]

    def show(self, person: str) -> None:
        self.programme.set_people([Place(person, "", "", self.people[person])])

    def start(self) -> None:
        self.recorder = Recorder.reopen(
            self.room.programme(), width=SIZE[0], height=SIZE[1], frame_rate=self.rate, bitrate=300_000
        )
        started = self.programme.start_recording(self.recorder, lambda tick: None)
        while not started.done():
            self.clock.run_for(0.02)

    def run(self, seconds: float) -> None:
        """Let time pass, not faster than the disk."""
        goal = self.clock.now() + seconds
        while self.clock.now() < goal - 1e-6:
            self.clock.run_to(min(goal, self.clock.now() + 1))
            self.recorder.settle()

    def stop(self) -> int:
        """End the recording; the last tick, when all has left the delay."""
        ended = self.programme.end_recording()
        self.run(self.delay_s)
        while not ended.done():
            self.clock.run_for(0.02)
        return ended.result()

    def told(self, asked: "Future[Effect]") -> tuple[int, int]:
        while not asked.done():
            self.clock.run_for(0.02)
        tick, cut_tick = asked.result().tick, asked.result().cut_tick
        assert tick is not None
        assert cut_tick is not None
        return tick, cut_tick

    def close(self) -> None:
        self.clock.run_out()
        self.programme.close()


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[list[Room]]:
    made: list[Room] = []
    yield made
    for room in made:
        room.close()


def colours(stream: bytes, format: str) -> list[str]:
    """Who is seen in each frame; every frame has to decode."""
    found = []
    with av.open(io.BytesIO(stream), "r", format=format) as file:
        for frame in file.decode(video=0):
            assert not frame.is_corrupt
            blue, red = (float(plane.mean()) for plane in planes_of(frame)[1:])
            found.append("chris" if red > 150 else "ada" if blue < 105 else "slide")
    return found


def tones(samples: Samples, rate: int) -> list[set[str]]:
    """Who is heard in each frame's time."""
    length = SAMPLE_RATE // rate
    blocks = samples[: len(samples) // length * length].reshape(-1, length)
    waves = {person: np.exp(-2j * np.pi * hertz * np.arange(length) / SAMPLE_RATE) for person, hertz in TONES.items()}
    loud = {person: np.abs(blocks @ wave) / length > 0.02 for person, wave in waves.items()}
    return [{person for person in TONES if loud[person][n]} for n in range(len(blocks))]


def recorded_sound(room: Room) -> Samples:
    return sound_of(joined(room.room.programme(), "audio"))


def sound_of(content: bytes) -> Samples:
    with av.open(io.BytesIO(content), "r") as file:
        return np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])


def runs(found: list[str]) -> list[tuple[str, int]]:
    return [(name, len(list(group))) for name, group in groupby(found)]


@pytest.mark.parametrize("frame_rate", [25, 30])
@pytest.mark.parametrize("delay_s", [0, 2, 10])
def test_a_cut_person_is_on_no_sink_and_nothing_else_is_lost(
    tmp_path: Path, rooms: list[Room], frame_rate: int, delay_s: float
) -> None:
    room = Room(tmp_path, frame_rate, delay_s)
    rooms.append(room)
    room.start()
    room.run(11)
    room.show("chris")
    room.run(delay_s / 2)
    cut = room.told(room.programme.cut())
    room.run(1.5)
    room.show("ada")
    room.run(0.5)
    on = room.told(room.programme.go_on())
    room.run(3.1)
    last = room.stop()

    assert on[0] == on[1]
    if delay_s:
        assert cut[1] == cut[0] - delay_s * frame_rate
    expected = [("ada", cut[1]), ("slide", on[0] - cut[1]), ("ada", last + 1 - on[0])]
    if not delay_s:  # without a delay a few frames of Chris went out before anybody could cut
        shown = cut[1] - runs(colours(joined(room.room.programme(), "video"), "mp4"))[0][1]
        assert 0 <= shown <= 2
        expected[:1] = [("ada", cut[1] - shown), ("chris", shown)][: 2 if shown else 1]
    assert runs(colours(joined(room.room.programme(), "video"), "mp4")) == expected
    _viewer_saw_no_cut(room, cut[1], on[0])
    _nobody_heard(room, cut[1], on[0])
    assert [(kept.ended, kept.frames[-1] - kept.frames[0] + 1 >= on[0] - cut[1]) for kept in room.sealed] == [(1, True)]


def _viewer_saw_no_cut(room: Room, start: int, end: int) -> None:
    """The public viewer's packets, from their first keyframe; frame numbers without a gap, IDR at both ends."""
    numbers = [pts for _, pts, _ in room.packets]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    first = next(n for n, (_, _, keyframe) in enumerate(room.packets) if keyframe)
    seen = colours(b"".join(data for data, _, _ in room.packets[first:]), "h264")
    slide = [n for n, name in enumerate(seen, first) if name == "slide"]
    assert slide == list(range(slide[0], slide[0] + end - start))
    for at in (slide[0], slide[-1] + 1):
        assert {unit[0] & 31 for unit in nal_units(room.packets[at][0])} >= {7, 8, 5}
        assert room.packets[at][2]
    if room.delay_s:
        assert "chris" not in seen


def _nobody_heard(room: Room, start: int, end: int) -> None:
    heard = tones(recorded_sound(room), room.rate)
    # AAC spreads an edge over a frame's time; within the cut there is nothing it could spread.
    assert all(not each for each in heard[start + 1 : end - 1])
    assert all(each for n, each in enumerate(heard[:-2]) if n < start - 1 or n > end + 1)
    public = np.concatenate(room.sounds)
    silent = np.flatnonzero(np.abs(public) > 1e-4)
    gaps = np.diff(silent)
    longest = int(gaps.max())
    length = (end - start) * SAMPLE_RATE // room.rate
    assert length - 960 <= longest <= length + FADE_IN + 2 * 960
    if room.delay_s:
        assert not any("chris" in each for each in tones(public, room.rate) + heard)


def test_a_cut_right_after_the_start_and_on_past_the_end_leaves_only_the_slide(
    tmp_path: Path, rooms: list[Room]
) -> None:
    room = Room(tmp_path, 25, 2)
    rooms.append(room)
    room.start()
    cut = room.told(room.programme.cut())
    room.run(3)
    last = room.stop()
    assert cut[1] == 0
    assert runs(colours(joined(room.room.programme(), "video"), "mp4")) == [("slide", last + 1)]
    assert not any(tones(recorded_sound(room), 25))


def test_a_cut_in_the_drain_of_the_end_covers_what_has_not_gone_out(tmp_path: Path, rooms: list[Room]) -> None:
    room = Room(tmp_path, 25, 2)
    rooms.append(room)
    room.start()
    room.run(5)
    room.show("chris")
    room.run(0.5)
    ended = room.programme.end_recording()
    room.run(0.4)
    assert not ended.done()
    cut = room.told(room.programme.cut())
    while not ended.done():
        room.run(0.02)
    found = runs(colours(joined(room.room.programme(), "video"), "mp4"))
    assert found == [("ada", cut[1]), ("slide", ended.result() + 1 - cut[1])]
    assert not any("chris" in each for each in tones(recorded_sound(room), 25))


def test_two_cuts_are_two_stretches_and_what_lies_between_them_goes_out(tmp_path: Path, rooms: list[Room]) -> None:
    room = Room(tmp_path, 30, 1)
    rooms.append(room)
    room.start()
    ticks: list[int] = []
    for _ in range(2):
        room.run(3)
        for asked in (room.programme.cut, room.programme.go_on):
            tick = room.told(asked())[1]
            ticks.append(tick)
            room.run(0.7)
    room.run(1)
    last = room.stop()
    bounds = [0, *ticks, last + 1]
    lengths = [after - before for before, after in pairwise(bounds)]
    names = ["ada", "slide", "ada", "slide", "ada"]
    assert runs(colours(joined(room.room.programme(), "video"), "mp4")) == list(zip(names, lengths, strict=True))
    assert len(room.sealed) == 2


def test_what_was_cut_can_be_opened_by_the_office_from_the_keyframe_before(tmp_path: Path, rooms: list[Room]) -> None:
    room, safe = Room(tmp_path, 25, 2), open_safe(tmp_path / "key")
    rooms.append(room)
    kept = Keeping(room.room, 1, public_key(safe), 25)
    room.programme.prepare_cut(Slide("cut", "Unterbrochen"), lambda: kept)
    room.start()
    room.run(4)
    room.show("chris")
    room.run(1)
    start = room.told(room.programme.cut())[1]
    room.run(1)
    room.show("ada")
    room.run(1)
    end = room.told(room.programme.go_on())[1]
    room.run(3)
    room.stop()
    assert kept.wait(10)
    content = sealed.open_stretch(room.room, 1, safe, by="bo", why="test", at=room.clock.wall())
    found = runs(colours(content, "matroska"))
    assert [name for name, _ in found] == ["ada", "chris", "ada"]
    assert sum(length for _, length in found) == end - start + start % 50
    assert {"ada", "chris"} <= set().union(*tones(sound_of(content), 25))


def test_who_takes_back_is_out_of_the_delay_and_sealed_nowhere(tmp_path: Path, rooms: list[Room]) -> None:
    room = Room(tmp_path, 25, 2)
    rooms.append(room)
    room.start()
    room.run(4)
    room.show("chris")
    room.run(1)
    room.told(room.programme.cut(keep=False))
    room.show("ada")
    room.run(0.1)
    room.told(room.programme.go_on())
    room.run(3)
    room.stop()
    assert {name for name, _ in runs(colours(joined(room.room.programme(), "video"), "mp4"))} == {"ada", "slide"}
    assert not any("chris" in each for each in tones(recorded_sound(room), 25))
    assert room.sealed == []


def test_segments_keep_their_boundaries_in_a_cut(tmp_path: Path, rooms: list[Room]) -> None:
    room = Room(tmp_path, 25, 2)
    rooms.append(room)
    room.start()
    room.run(4)
    room.told(room.programme.cut())
    room.run(5)
    last = room.stop()
    segments = room.room.programme().segments("video")
    init = room.room.programme().init("video").read_bytes()
    sizes = [len(colours(init + segment.read_bytes(), "mp4")) for segment in segments]
    assert sizes[:-1] == [50] * (len(sizes) - 1)
    assert sum(sizes) == last + 1


def test_the_delay_cannot_change_while_it_is_recorded(tmp_path: Path, rooms: list[Room]) -> None:
    room = Room(tmp_path, 25, 0)
    rooms.append(room)
    room.start()
    with pytest.raises(RuntimeError, match="recorded already"):
        room.programme.set_delay(5)


def test_only_the_house_of_those_who_take_part_is_before_the_delay() -> None:
    """Whoever else takes undelayed pictures or sound would show the public what is cut."""
    folder = Path(live.__path__[0])
    undelayed = re.compile(r"\.add_(packet|sound)_sink\(")
    assert [path.name for path in sorted(folder.rglob("*.py")) if undelayed.search(path.read_text())] == ["house.py"]
