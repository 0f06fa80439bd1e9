"""`ingest/live/output/recorder.py` with `segments.py` and `resume.py`: what is on the disk, also after a crash."""

import os
import shutil
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from ingest.archive import Programme
from ingest.live.cmaf import boxes, hls, segments
from ingest.live.cmaf.boxes import whole_parts
from ingest.live.cmaf.segments import DiskStopped
from ingest.live.mix.audio import AacEncoder
from ingest.live.mix.scene import Box
from ingest.live.mix.video import Canvas, Encoder
from ingest.live.output.recorder import Recorder
from tests.ingest.live.reading import seen

BEGAN = datetime(2026, 11, 23, 18, tzinfo=UTC)
RATE = 25
SAMPLES = 48_000 // RATE


class Grey:
    """A grey picture, encoded; after the same keyframes come the same frames, so each is made once for all tests."""

    def __init__(self, rate: int) -> None:
        self._encoder = Encoder(width=160, height=90, frame_rate=rate, bitrate=100_000, preset="ultrafast")
        self._canvas = Canvas(160, 90)
        self._canvas.fill(Box(0, 0, 160, 90), (90, 128, 128))
        self.parameter_sets = self._encoder.parameter_sets
        self._frames: list[bytes] = []

    def frame(self, number: int, keyframe: bool) -> bytes:
        """The n-th frame of a recording."""
        if number == len(self._frames):
            self._frames.append(self._encoder.encode(self._canvas.frame, keyframe))
        return self._frames[number]


@cache
def grey(rate: int, forced_every: int) -> Grey:
    """For all recordings with keyframes at the same frames."""
    return Grey(rate)


class Studio:
    """Feeds a recorder with grey pictures and a quiet tone."""

    def __init__(
        self,
        folder: Path,
        rate: int = RATE,
        on_edge: Callable[[segments.Edge], None] = lambda edge: None,
        forced_every: int = 0,
    ) -> None:
        """`forced_every`: so many frames apart viewers are given keyframes of their own."""
        self.forced_every = forced_every
        self.programme = Programme(folder)
        self.recorder = Recorder.reopen(
            self.programme, width=160, height=90, frame_rate=rate, bitrate=100_000, on_edge=on_edge
        )
        self.aac = AacEncoder(self.recorder.next_sample)
        self.first = self.recorder.next_tick
        self.rate, self.samples = rate, 48_000 // rate
        self.skip = self.recorder.next_sample - self.first * self.samples
        # Keyframes that viewers are given come by the programme's tick, not by the recording's.
        self.grey = grey(rate, forced_every) if not (forced_every and self.first) else Grey(rate)
        self.recorder.begin(self.grey.parameter_sets, self.aac.config)

    def feed(self, ticks: int) -> None:
        """So many frames, not faster than the disk: a broadcast would take a second for what takes an instant here."""
        for number in range(ticks):
            if number % self.recorder.segment_ticks == 0:
                self.recorder.settle()
            tick = self.recorder.next_tick
            keyframe = (tick - self.first) % self.recorder.segment_ticks == 0
            keyframe = keyframe or (self.forced_every > 0 and tick % self.forced_every == 0)
            wall = BEGAN + timedelta(seconds=tick / self.rate)
            self.recorder.picture(self.grey.frame(tick - self.first, keyframe), keyframe, wall)
            sound = np.full(self.samples, 0.01, np.float32)[self.skip :]
            self.skip = 0
            for _, data in self.aac.encode(sound):
                self.recorder.sound(data)
        self.recorder.settle()

    def finish(self) -> None:
        for _, data in self.aac.flush():
            self.recorder.sound(data)
        self.recorder.finish().result(5)


def listed(programme: Programme, kind: str = "video") -> hls.Playlist:
    return hls.parse(programme.playlist(kind).read_text())


@pytest.mark.parametrize("rate", [25, 30])
def test_keyframes_in_between_move_no_part_and_no_segment(tmp_path: Path, rate: int) -> None:
    found = []
    for forced_every in (0, 7):
        studio = Studio(tmp_path / str(forced_every), rate=rate, forced_every=forced_every)
        studio.feed(5 * rate)
        segments = studio.programme.segments("video")
        found.append([[part.duration for part in whole_parts(path)] for path in segments])
        keyframes = seen(studio.programme).keyframes
        assert {0, 2 * rate} <= set(keyframes)
        assert (7 in keyframes) == (forced_every == 7)
    assert found[0] == found[1]
    assert found[0][0] == [boxes.VIDEO_TIMESCALE * 2 // 5] * 5


def test_segments_of_two_seconds_in_parts_of_four_tenths(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(75)
    assert [path.name for path in studio.programme.segments("video")] == ["00000001.m4s", "00000002.m4s"]
    assert [(part.time, part.duration) for part in whole_parts(studio.programme.segment("video", 1))] == [
        (n * 36_000, 36_000) for n in range(5)
    ]
    starts = [part.time for part in whole_parts(studio.programme.segment("audio", 1))]
    assert starts == [-(-n * 19_200 // 1024) * 1024 for n in range(5)]


def test_a_running_recording_lists_what_is_whole_and_does_not_end(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    assert listed(studio.programme).segments == ()
    studio.feed(130)
    video, audio = listed(studio.programme), listed(studio.programme, "audio")
    assert not video.ended
    assert [each.seconds for each in video.segments] == [2, 2]
    assert [each.wall for each in video.segments] == [BEGAN, BEGAN + timedelta(seconds=2)]
    assert [each.wall for each in audio.segments] == [each.wall for each in video.segments]
    assert studio.programme.index.read_text().endswith('AUDIO="audio"\nvideo/index.m3u8\n')


def test_the_replay_is_whole_when_finish_is_done(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(113)
    studio.finish()
    playlist = listed(studio.programme)
    assert playlist.ended
    assert [each.seconds for each in playlist.segments] == [2, 2, Fraction(13, 25)]
    found = seen(studio.programme)
    assert found.times == [Fraction(n, RATE) for n in range(113)]
    assert found.sound_starts == 0
    assert len(found.sound) == -(-113 * SAMPLES // 1024) * 1024


def test_an_end_on_a_boundary_needs_no_empty_segment(tmp_path: Path) -> None:
    for ticks in (100, 60):
        studio = Studio(tmp_path / str(ticks))
        studio.feed(ticks)
        studio.finish()
        assert sum(each.seconds for each in listed(studio.programme).segments) == Fraction(ticks, RATE)
        assert len(seen(studio.programme).times) == ticks


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a recording that nobody ended: one segment listed, two parts of the second on the disk."""
    folder = tmp_path_factory.mktemp("crashed")
    Studio(folder).feed(75)
    return folder


@pytest.mark.parametrize(
    ("kind", "number", "torn_part", "share", "goes_on_at"),
    [
        ("video", 2, 1, 0.4, 60),
        ("video", 2, 0, 0.99, 50),
        ("video", 2, 0, 0.0, 50),
        ("audio", 2, 1, 0.99, 60),
        ("audio", 2, 0, 0.01, 50),
        ("video", 1, 4, 0.5, 40),
        ("audio", 1, 2, 0.5, 20),
    ],
)
def test_after_a_crash_everything_up_to_the_last_whole_part_is_there(
    tmp_path: Path, crashed: Path, kind: str, number: int, torn_part: int, share: float, goes_on_at: int
) -> None:
    shutil.copytree(crashed, tmp_path, dirs_exist_ok=True)
    path = Programme(tmp_path).segment(kind, number)
    part = whole_parts(path)[torn_part]
    os.truncate(path, part.offset + int(part.size * share))
    if number == 1:
        Programme(tmp_path).segment(kind, 2).unlink()

    again = Studio(tmp_path)
    assert again.recorder.next_tick == goes_on_at
    assert 0 <= again.recorder.next_sample - again.recorder.next_tick * SAMPLES < 1024
    again.feed(57)
    again.finish()
    found = seen(again.programme)
    ticks = again.first + 57
    assert found.times == [Fraction(n, RATE) for n in range(ticks)]
    assert len(found.sound) == -(-ticks * SAMPLES // 1024) * 1024
    for each in ("video", "audio"):
        playlist = listed(again.programme, each)
        assert [int(segment.uri[:8]) for segment in playlist.segments] == list(range(1, len(playlist.segments) + 1))
        assert sum(segment.discontinuity for segment in playlist.segments) == 1
        assert len(playlist.segments) == len(again.programme.segments(each))


def test_three_crashes_leave_one_recording(tmp_path: Path) -> None:
    starts = []
    for _ in range(4):
        studio = Studio(tmp_path)
        starts.append(studio.first)
        studio.feed(33)
    studio.finish()
    found = seen(studio.programme)
    assert found.times == [Fraction(n, RATE) for n in range(starts[-1] + 33)]
    assert all(20 <= after - before <= 30 for before, after in pairwise(starts))
    assert [each.discontinuity for each in listed(studio.programme).segments].count(True) == 3


def test_a_crash_before_anything_was_written_begins_anew(tmp_path: Path) -> None:
    Studio(tmp_path).feed(5)
    again = Studio(tmp_path)
    assert (again.first, again.recorder.next_sample) == (0, 0)
    again.feed(50)
    again.finish()
    assert not any(each.discontinuity for each in listed(again.programme).segments)


def test_a_crash_with_an_unlisted_segment_keeps_its_time_of_day(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(85)
    again = Studio(tmp_path)
    assert listed(again.programme).segments[-1].wall == BEGAN + timedelta(seconds=2)


def test_an_ended_recording_is_known_as_ended(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(60)
    studio.finish()
    again = Recorder.reopen(studio.programme, width=160, height=90, frame_rate=RATE, bitrate=100_000)
    assert (again.ended, again.next_tick) == (True, 60)
    with pytest.raises(ValueError, match="has ended"):
        again.begin(studio.grey.parameter_sets, studio.aac.config)


def test_a_crashed_recording_can_be_ended_without_going_on(tmp_path: Path) -> None:
    Studio(tmp_path).feed(60)
    Recorder.reopen(Programme(tmp_path), width=160, height=90, frame_rate=RATE, bitrate=100_000).finish().result(5)
    assert listed(Programme(tmp_path)).ended
    assert len(seen(Programme(tmp_path)).times) == 50


def test_a_new_recording_does_not_write_over_another(tmp_path: Path) -> None:
    Studio(tmp_path).feed(60)
    with pytest.raises(FileExistsError, match="reopen"):
        Recorder(Programme(tmp_path), width=160, height=90, frame_rate=RATE, bitrate=100_000)


def test_going_on_with_other_encoder_settings_is_refused(tmp_path: Path) -> None:
    Studio(tmp_path).feed(60)
    again = Recorder.reopen(Programme(tmp_path), width=320, height=180, frame_rate=RATE, bitrate=100_000)
    encoder = Encoder(width=320, height=180, frame_rate=RATE, bitrate=100_000, preset="ultrafast")
    with pytest.raises(ValueError, match="other encoder settings"):
        again.begin(encoder.parameter_sets, AacEncoder(again.next_sample).config)


@pytest.mark.parametrize("rate", [24, 29])
def test_frame_rates_that_do_not_fit_parts_are_refused(tmp_path: Path, rate: int) -> None:
    with pytest.raises(ValueError, match=f"{rate} frames a second"):
        Recorder(Programme(tmp_path), width=160, height=90, frame_rate=rate, bitrate=100_000)


def test_a_disk_that_is_gone_says_so_and_closing_too(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    shutil.rmtree(studio.programme.folder("audio"))
    studio.feed(12)
    with pytest.raises(DiskStopped, match=str(tmp_path)):
        studio.feed(20)
    with pytest.raises(DiskStopped, match=str(tmp_path)):
        studio.recorder.finish().result(5)


def test_a_disk_that_stands_still_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moving = threading.Event()
    monkeypatch.setattr(segments, "append", lambda handle, data: moving.wait(10))
    studio = Studio(tmp_path)
    studio.recorder.settle = lambda: None  # type: ignore[method-assign]
    with pytest.raises(DiskStopped, match="32 parts behind"):
        studio.feed(10 * 40)
    moving.set()


def test_an_hour_is_ended_as_fast_as_a_minute(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(60)
    for kind in ("video", "audio"):
        first = studio.programme.segment(kind, 1)
        playlist = listed(studio.programme, kind)
        for number in range(1, 1800):
            os.link(first, studio.programme.folder(kind) / f"hour-{number}.m4s")
            playlist = playlist.with_segment(hls.Segment(uri=f"hour-{number}.m4s", seconds=Fraction(2), wall=BEGAN))
        studio.recorder._files.playlists[kind] = playlist
    began = time.monotonic()
    studio.finish()
    # 0.1 s here, mostly writing two lists of 1,801 lines; what must not happen is touching 1,800 segments.
    assert time.monotonic() - began < 1
    assert len(listed(studio.programme).segments) == 1801


def test_a_recording_that_is_live_only_goes_on_after_a_crash_without_what_was_erased(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(RATE * 11)
    for kind in ("video", "audio"):
        for path in studio.programme.segments(kind)[:3]:
            path.unlink()
    again = Studio(tmp_path)
    assert again.first == RATE * 11 - RATE * 11 % 10
    again.feed(RATE * 3)
    again.finish()
    assert [int(path.stem) for path in again.programme.segments("video")] == [4, 5, 6, 7, 8]
