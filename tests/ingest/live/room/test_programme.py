"""`ingest/live/room/programme.py`: what people did at a time is in the recording at that time."""

import io
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from ingest.archive import Archive
from ingest.live.cmaf.boxes import nal_units, whole_parts
from ingest.live.cmaf.segments import DiskStopped
from ingest.live.mix.cards import PANEL, SLATE, Slide
from ingest.live.mix.fade import FADE_S
from ingest.live.mix.scene import Scene, arranged
from ingest.live.mix.shedding import Ease, Shedding
from ingest.live.mix.source import Samples
from ingest.live.mix.stage import Plan
from ingest.live.mix.typed_card import Typed
from ingest.live.mix.video import colour, planes_of
from ingest.live.output.recorder import Recorder
from ingest.live.room.programme import Place, Programme
from tests.ingest.live.fakes import FakeClock, FakeSource, stop
from tests.ingest.live.reading import joined, seen

# A tone of 0.5 that begins within a block shows in other frequencies with a hundredth of that.
SILENCE = 0.01


class Room:
    """A running programme on a fake clock, with the cast in it."""

    def __init__(self, folder: Path, frame_rate: int = 25, width: int = 320, height: int = 180) -> None:
        self.clock = FakeClock()
        self.frame_rate = frame_rate
        self.width, self.height = width, height
        self.archive = Archive(folder).room("abc")
        self.cards: list[tuple[int | None, str, str]] = []
        self.failures: list[Exception] = []
        self.programme = Programme(
            width=width,
            height=height,
            frame_rate=frame_rate,
            bitrate=300_000,
            preset="ultrafast",
            cards=self.archive.cards,
            clock=self.clock,
            on_card=lambda tick, kind, of, digest: self.cards.append((tick, kind, of)),
            on_failure=self.failures.append,
        )
        self.ada = FakeSource("ada", self.clock, hertz=1000.0)
        self.chris = FakeSource("chris", self.clock, hertz=3000.0)
        self.places = [Place("ada", "Ada Groß", "Abgeordnete", self.ada), Place("chris", "Chris", "", self.chris)]

    def recorder(self) -> Recorder:
        programme = self.archive.programme()
        return Recorder.reopen(
            programme, width=self.width, height=self.height, frame_rate=self.frame_rate, bitrate=300_000
        )

    def end(self, crash: bool = False) -> None:
        """Close the programme; after a crash nobody ends its recording."""
        if crash:
            self.programme._takes.current = None
        self.clock.run_out()
        self.programme.close()

    def record(self, recorder: Recorder) -> float:
        """Begin to record; the programme's time at media time 0."""
        began: list[float] = []
        started = self.programme.start_recording(recorder, lambda tick: began.append(self.clock.now()))
        while not started.done():
            self.clock.run_for(0.02)
        return began[0]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    room.programme.start()
    yield room
    room.end()


@pytest.mark.parametrize(("size", "frame_rate"), [((1920, 1080), 25), ((1280, 720), 25), ((1920, 1080), 30)])
def test_sizes_and_rates_of_the_settings_are_what_a_player_decodes(
    tmp_path: Path, size: tuple[int, int], frame_rate: int
) -> None:
    room = Room(tmp_path, frame_rate, *size)
    room.programme.start()
    room.programme.set_scene(room.places, Scene.SPEAKER, "chris")
    room.record(room.recorder())
    room.clock.run_for(1.6)
    last = stop(room.programme, room.clock)
    room.end()
    with av.open(io.BytesIO(joined(room.archive.programme(), "video")), "r") as file:
        frames = list(file.decode(video=0))
    assert {(frame.width, frame.height) for frame in frames} == {size}
    assert [float(frame.time or 0) for frame in frames] == [pytest.approx(n / frame_rate) for n in range(last + 1)]
    _, large = arranged(Scene.SPEAKER, *size, [False, False], 1)
    assert large is not None
    middle = large.x + large.width // 2, large.y + large.height // 2
    assert planes_of(frames[-1])[0][middle[1], middle[0]] == pytest.approx(60, abs=4)
    assert planes_of(frames[-1])[0][4, 4] == pytest.approx(colour(*SLATE)[0], abs=3)


def test_what_somebody_types_is_in_the_recording_from_when_it_is_shown_until_they_go(room: Room) -> None:
    both, line = Scene.GRID, Typed(line="l1", name="Chris", words="schreibt", text="Wann fährt der Bus?")
    room.programme.set_scene(room.places, both, None)
    room.record(room.recorder())
    room.clock.run_for(0.5)
    shown = room.programme.set_scene(room.places, both, None, line)
    room.clock.run_for(0.6)
    gone = room.programme.set_scene(room.places[:1], both, None)
    room.clock.run_for(0.6)
    stop(room.programme, room.clock)
    first, last = shown.result(), gone.result()
    assert first is not None
    assert last is not None
    assert [card for card in room.cards if card[1] == "typed"] == [(first, "typed", "l1")]
    with av.open(io.BytesIO(joined(room.archive.programme(), "video")), "r") as file:
        frames = list(file.decode(video=0))
    fade = round(FADE_S * room.frame_rate)
    # Right of the words, where only the card is: 20 pixels from its right edge, in its middle.
    seen_at = [int(planes_of(frame)[0][150, 290]) for frame in frames]
    panel = pytest.approx(colour(*PANEL)[0], abs=3)
    assert seen_at[first + fade : last] == [panel] * (last - first - fade)
    assert panel not in seen_at[:first]
    assert panel not in seen_at[last:]  # not one picture longer than its person


@pytest.mark.parametrize("frame_rate", [25, 30])
def test_beeps_and_flashes_are_where_they_were_put(tmp_path: Path, frame_rate: int) -> None:
    room = Room(tmp_path, frame_rate)
    room.programme.start()
    room.programme.set_people(room.places)
    room.clock.run_to(0.55)
    began = room.record(room.recorder())
    room.clock.run_to(5.5)
    last = stop(room.programme, room.clock)
    found = seen(room.archive.programme())
    put = [second - began for second in range(1, 6)]
    assert len(found.times) == last + 1
    assert found.times[0] == found.sound_starts == 0
    # A flash can begin with a frame only: one frame's length. A beep is looked for in steps of 5 ms.
    assert found.flashes() == pytest.approx(put, abs=1 / frame_rate)
    assert found.beeps() == pytest.approx(put, abs=0.01)
    assert np.subtract(found.flashes(), found.beeps()) == pytest.approx(0, abs=0.02)
    room.end()


def test_a_busy_machine_draws_every_second_picture_and_keeps_the_rate(room: Room, monkeypatch: Any) -> None:
    room.programme.set_people(room.places)
    room.record(room.recorder())
    drawn: list[int] = []
    draw = room.programme._stage.draw

    def noted(plan: Plan, *, fading: bool) -> av.VideoFrame:
        drawn.append(room.programme._frame)
        assert not fading
        return draw(plan, fading=fading)

    monkeypatch.setattr(Shedding, "after", lambda shedding, *_, **__: shedding)
    room.programme.shedding = Shedding(ease=Ease.HALF)
    monkeypatch.setattr(room.programme._stage, "draw", noted)
    room.clock.run_for(2.0)
    last = stop(room.programme, room.clock)
    assert len(seen(room.archive.programme()).times) == last + 1
    assert len(drawn) > 20
    assert {after - before for before, after in pairwise(drawn)} == {2}


def test_the_recording_has_a_keyframe_every_two_seconds_whatever_viewers_ask_for(room: Room) -> None:
    room.record(room.recorder())
    for _ in range(10):
        room.programme.request_keyframe()
        room.clock.run_for(0.3)
    stop(room.programme, room.clock)
    keyframes = seen(room.archive.programme()).keyframes
    assert {0, 50} <= set(keyframes)
    assert len(keyframes) > 2
    parts = [whole_parts(path) for path in room.archive.programme().segments("video")]
    assert [part[0].time for part in parts] == [0, 180_000]
    assert all(after - before >= 25 for before, after in pairwise(keyframes) if after != 50)


def test_packets_go_to_sinks_with_parameter_sets_at_keyframes(room: Room) -> None:
    packets: list[tuple[bytes, int, bool]] = []
    room.clock.run_for(0)  # frame 0 is drawn when the threads start, before or after anybody listens
    room.programme.add_packet_sink(lambda data, pts, keyframe: packets.append((data, pts, keyframe)))
    room.clock.run_for(4.1)
    assert [pts for _, pts, _ in packets] == list(range(1, len(packets) + 1))
    assert [pts for _, pts, keyframe in packets if keyframe] == [50, 100]
    kinds = [[unit[0] & 31 for unit in nal_units(data)] for data, _, keyframe in packets if keyframe]
    assert all({7, 8, 5} <= set(each) for each in kinds)


def test_a_sink_that_fails_is_left_out(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    def broken(data: bytes, pts: int, keyframe: bool) -> None:
        raise ConnectionError("viewer gone")

    room.programme.add_packet_sink(broken)
    room.clock.run_for(1)
    assert room.programme.figures.ticks >= 25
    assert caplog.text.count("is left out from now on") == 1


def test_a_listener_does_not_hear_themselves(room: Room) -> None:
    heard: dict[str, list[Samples]] = {"ada": [], "chris": [], "bo": []}
    room.programme.set_people(room.places)
    room.programme.set_listeners({person: blocks.append for person, blocks in heard.items()})
    room.clock.run_to(1.2)
    level = {person: {f: _level(blocks, f) for f in (1000, 3000)} for person, blocks in heard.items()}
    assert level["ada"][3000] > 0.1
    assert level["ada"][1000] < SILENCE
    assert level["chris"][1000] > 0.1
    assert level["chris"][3000] < SILENCE
    assert min(level["bo"].values()) > 0.1
    assert {len(block) for blocks in heard.values() for block in blocks} == {960}


def test_a_muted_person_is_seen_but_not_heard(room: Room) -> None:
    mix: list[Samples] = []
    room.programme.add_sound_sink(mix.append)
    room.programme.set_people([replace(room.places[0], muted=True), room.places[1]])
    room.clock.run_to(1.2)
    assert _level(mix, 1000) < SILENCE < 0.1 < _level(mix, 3000)
    assert room.ada.pulled > 0


def test_while_a_slide_is_shown_the_public_hears_nothing_and_people_hear_each_other(room: Room) -> None:
    mix: list[Samples] = []
    heard: list[Samples] = []
    room.programme.set_people(room.places)
    room.programme.set_slide(Slide("pause", "Kurze Pause"))
    room.programme.add_sound_sink(mix.append)
    room.programme.set_listeners({"ada": heard.append})
    room.clock.run_to(1.2)
    assert not np.concatenate(mix).any()
    assert _level(heard, 3000) > 0.1


def test_a_change_says_the_tick_at_which_it_took_effect(room: Room) -> None:
    before = room.programme.set_people(room.places)
    room.clock.run_for(0.1)
    assert before.result(1) is None
    began = room.record(room.recorder())
    room.clock.run_to(began + 1.001)
    change = room.programme.set_question("Wann kommt der Radweg?", "Chris")
    room.clock.run_for(0.1)
    assert change.result(1) == 26
    assert (26, "question", "") in room.cards
    assert room.programme.tick == 28


def test_a_person_without_a_picture_does_not_stop_the_others(room: Room) -> None:
    def broken(samples: int = 0) -> Samples:
        raise ValueError("a decoder's fault")

    room.programme.set_people(room.places)
    room.ada.picture = broken  # type: ignore[method-assign,assignment]
    room.ada.sound = broken  # type: ignore[method-assign]
    mix: list[Samples] = []
    room.programme.add_sound_sink(mix.append)
    room.clock.run_to(1.2)
    assert room.programme.figures.ticks >= 30
    assert _level(mix, 3000) > 0.1


@pytest.mark.parametrize("late_s", [0.9, 3.0])  # made late, and left out of media time
def test_times_of_day_go_on_with_media_time_however_late_pictures_are(room: Room, late_s: float) -> None:
    room.programme.set_people(room.places)
    room.record(room.recorder())
    room.clock.run_for(1.8)
    room.clock.jump(late_s)
    room.clock.run_for(6.0)
    stop(room.programme, room.clock)
    for kind in ("video", "audio"):
        listed = room.archive.programme().playlist(kind).read_text()
        times = [datetime.fromisoformat(each) for each in re.findall("DATE-TIME:(.+)", listed)]
        steps = [(after - before).total_seconds() for before, after in pairwise(times)]
        assert len(steps) >= 3
        assert steps == [pytest.approx(2.0, abs=0.001)] * len(steps)


def test_media_time_has_no_gap_after_the_machine_stood_still(room: Room) -> None:
    room.programme.set_people(room.places)
    room.record(room.recorder())
    room.clock.run_to(1.5)
    room.clock.jump(60)
    room.clock.run_for(2)
    last = stop(room.programme, room.clock)
    found = seen(room.archive.programme())
    assert found.times == [Fraction(n, 25) for n in range(last + 1)]
    assert 3 < last / 25 < 4
    assert len(found.sound) == pytest.approx((last + 1) * 1920, abs=1024)
    assert np.subtract(found.flashes(), found.beeps()) == pytest.approx(0, abs=0.04)


def test_a_short_stall_is_caught_up_with_the_last_picture(room: Room) -> None:
    room.programme.set_people(room.places)
    began = room.record(room.recorder())
    room.clock.run_to(1.5)
    room.clock.jump(1)
    room.clock.run_to(4)
    last = stop(room.programme, room.clock)
    found = seen(room.archive.programme())
    assert found.times == [Fraction(n, 25) for n in range(last + 1)]
    assert 4 - began <= last / 25 <= room.clock.now() - began
    assert room.programme.figures.late > 20
    assert np.subtract(found.flashes(), found.beeps())[-1] == pytest.approx(0, abs=0.04)


def test_a_fault_of_our_own_is_told_and_ends_both_threads(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    monkeypatch.setattr(room.programme._stage, "draw", lambda plan, **_: 1 / 0)
    room.clock.run_out()
    room.programme.join(5)
    room.programme._desk.join(5)
    assert isinstance(room.failures[0], ZeroDivisionError)
    assert not room.programme._desk.is_alive()
    assert "the programme cannot go on" in caplog.text


def test_after_a_crash_the_recording_goes_on_at_the_next_tick_in_both_kinds(tmp_path: Path) -> None:
    first = Room(tmp_path)
    first.programme.start()
    first.programme.set_people(first.places)
    torn = first.recorder()
    first.record(torn)
    first.clock.run_to(3.3)
    torn.settle()
    first.end(crash=True)

    second = Room(tmp_path)
    second.programme.start()
    second.programme.set_people(second.places)
    recorder = second.recorder()
    goes_on_at = recorder.next_tick
    assert goes_on_at == 70
    began = second.record(recorder)
    second.clock.run_to(3.2)
    last = stop(second.programme, second.clock)
    found = seen(second.archive.programme())
    assert found.times == [Fraction(n, 25) for n in range(last + 1)]
    assert len(found.sound) == pytest.approx((last + 1) * 1920, abs=1024)
    put = [second_ - began + goes_on_at / 25 for second_ in (1, 2, 3)]
    assert found.flashes()[-3:] == pytest.approx(put, abs=0.04)
    assert found.beeps()[-3:] == pytest.approx(put, abs=0.01)
    second.end()


def test_a_disk_that_fails_ends_the_recording_and_not_the_programme(room: Room) -> None:
    recorder = room.recorder()
    room.record(recorder)
    room.clock.run_for(0.1)
    shutil.rmtree(room.archive.programme().folder("video"))
    while not room.failures:
        room.clock.run_for(0.4)
        recorder.settle()
    ticks = room.programme.figures.ticks
    assert isinstance(room.failures[0], DiskStopped)
    room.clock.run_for(1)
    assert room.programme.figures.ticks >= ticks + 25
    with pytest.raises(RuntimeError, match="nothing is being recorded"):
        room.programme.stop_recording()


def test_a_second_recording_at_the_same_time_is_refused(room: Room) -> None:
    room.record(room.recorder())
    with pytest.raises(RuntimeError, match="already"):
        room.programme.start_recording(room.recorder(), lambda tick: None)


def _level(blocks: list[Samples], hertz: int) -> float:
    """How strong a tone is in the loudest 20 ms."""
    wave = np.exp(-2j * np.pi * hertz * np.arange(960) / 48_000)
    return float(max(abs(block @ wave) / 480 for block in blocks))
