"""A dark segment stands in for a recorded one: the slide, silence, the same frames and times, and nothing else."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from ingest import archive
from ingest.live.cmaf import boxes
from ingest.live.mix.cards import Cards, Slide
from ingest.live.mix.source import SAMPLE_RATE
from ingest.live.mix.video import Encoder
from ingest.live.output.dark import Curtain, OtherSettings, cover, ticks_of
from ingest.live.output.withheld import Stretch
from tests.ingest.live.reading import Seen, seen
from tests.standins.recorded import Recording, cast, record
from tests.standins.reel import Form

FORM = Form(width=320, height=180, frame_rate=30, bitrate=300_000, preset="ultrafast")
SLIDE = Slide("dark", "Dieser Teil wird nicht gezeigt", "Wann kommt der Radweg?")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Chris talks for nine seconds: a flash and a beep each second."""
    return record(archive.Archive(tmp_path_factory.mktemp("dark")), "abc", cast(1), length_s=9, form=FORM)


def curtain(room: archive.Room, bitrate: int = FORM.bitrate, width: int = FORM.width) -> Curtain:
    encoder: Callable[[], Encoder] = partial(
        Encoder, width=width, height=180, frame_rate=30, bitrate=bitrate, preset=FORM.preset
    )
    return Curtain(encoder, Cards(room.cards), width=width, height=180, frame_rate=30)


def loud(of: Seen) -> set[int]:
    """The seconds in which something is heard, but for their first frame of AAC, which began in the one before.

    That frame is why stretches are withheld with a margin.
    """
    at = [round((n + 0.025) * SAMPLE_RATE) for n in range(9)]
    return {n for n, start in enumerate(at) if np.abs(of.sound[start : start + SAMPLE_RATE * 9 // 10]).max() > 0.02}


def test_segments_are_replaced_whole_and_their_neighbours_stay(made: Recording) -> None:
    programme, before = made.room.programme(), seen(made.room.programme())
    drape = curtain(made.room)
    drape.check(programme)
    kept = {path: path.read_bytes() for kind in ("video", "audio") for path in programme.segments(kind)}
    parts = {path: boxes.whole_parts(path) for path in kept}
    for number in (2, 3, 5):
        for kind in ("video", "audio"):
            path = programme.segment(kind, number)
            cover(path, drape.of(kind, path, SLIDE))
    after = seen(programme)
    assert after.times == before.times
    assert after.keyframes == before.keyframes
    assert len(after.sound) == len(before.sound)
    assert all(0 <= at < 2 or 6 <= at < 8 for at in after.flashes())
    assert (loud(before), loud(after)) == (set(range(9)), {0, 1, 6, 7})
    quiet = after.sound[int(2.1 * SAMPLE_RATE) : int(5.9 * SAMPLE_RATE)]
    assert float(np.abs(quiet).max()) < 1e-4
    assert np.ptp(after.brightness[60:180]) < 1
    for path, content in kept.items():
        if int(path.stem) in (1, 4):
            assert path.read_bytes() == content
        times = [(part.time, part.duration) for part in boxes.whole_parts(path)]
        assert times == [(part.time, part.duration) for part in parts[path]]
    # The same again gives the same bytes: what is derived from it need not be made again.
    path = programme.segment("video", 3)
    assert drape.of("video", path, SLIDE) == curtain(made.room).of("video", path, SLIDE) == path.read_bytes()


def test_media_time_of_a_segment(made: Recording) -> None:
    segments = made.room.programme().segments("video")
    assert ticks_of(segments[1], 30) == Stretch(60, 120)
    assert ticks_of(segments[-1], 30) == Stretch(240, 270)


def test_a_recording_made_with_other_settings_is_refused(made: Recording) -> None:
    with pytest.raises(OtherSettings):
        curtain(made.room, width=640).check(made.room.programme())


def test_a_disk_that_refuses_leaves_nothing_to_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    segment = tmp_path / "00000001.m4s"
    segment.write_bytes(b"somebody")

    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        cover(segment, b"dark")
    assert list(tmp_path.iterdir()) == []
