"""The outline of the sound stands at its media time."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.transcode import recorded
from transcode import probe, waveform
from transcode.encode import Means
from transcode.settings import Settings

MEANS = Means(settings=Settings())


def test_stretches_are_as_fine_as_a_screen_needs() -> None:
    assert [waveform.samples_each(seconds) for seconds in (1, 100, 3600)] == [400, 400, 14_400]


def test_peaks_come_in_pieces_and_what_lies_outside_is_left_out() -> None:
    peaks = waveform.Peaks(duration_s=0.15)
    peaks.add(-1, np.array([1.0, 0.5], np.float32))
    peaks.add(400, np.array([-0.25], np.float32))
    peaks.add(1199, np.array([0.75, 1.0], np.float32))
    assert peaks.facts() == {
        "version": 2, "channels": 1, "sample_rate": 8000, "samples_per_pixel": 400, "bits": 8, "length": 3,
        "data": [0, 64, -32, 0, 0, 95],
    }  # fmt: skip


def test_a_tone_after_a_pause_is_found_where_it_is(tmp_path: Path) -> None:
    sound, target = tmp_path / "sound.m4a", tmp_path / "waveform.json"
    late = "sine=440:sample_rate=48000:duration=2,adelay=1000:all=1"
    recorded.run(["-f", "lavfi", "-i", late, "-c:a", "aac", str(sound)])
    assert waveform.make(sound, target, MEANS)
    assert not waveform.make(sound, target, MEANS)
    facts = json.loads(target.read_text())
    high = facts["data"][1::2]
    assert facts["length"] == pytest.approx(60, abs=2)
    assert max(high[:19]) <= 1
    assert min(high[22:58]) >= 10  # ffmpeg's sine has an eighth of full scale


def test_a_picture_alone_has_none(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    recorded.run(["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=1", str(film)])
    with pytest.raises(probe.NotAVideo):
        waveform.make(film, tmp_path / "waveform.json", MEANS)
