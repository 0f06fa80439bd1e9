"""The sound is as loud as EBU R128 wants it, and not moved by a packet."""

import json
from pathlib import Path

import numpy as np
import pytest

from ingest.archive import Programme, Room
from tests.transcode import recorded
from transcode import loudness, playlists, probe
from transcode.encode import Means
from transcode.fragments import Different
from transcode.loudness import Loudness, Treatment
from transcode.settings import Settings
from transcode.sound import RATE, of_piece

SEARCHED = 800  # samples to either side: two AAC frames
MEANS = Means(settings=Settings(niceness=0))
# Bursts of a tone at 1 kHz beside pink noise, far too soft, and a click now and then: speech as a meter sees it.
SOFT = "aevalsrc='0.02*sin(2*PI*1000*t)*gt(mod(t,0.5),0.2)+0.3*lt(mod(t,2),0.001)':s=48000:d=5"


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def sound_of(programme: Programme, drawn: str) -> Path:
    recorded._hls(programme, "audio", ["-f", "lavfi", "-i", drawn, "-c:a", "aac"])
    return programme.playlist("audio")


def test_soft_sound_becomes_as_loud_as_wanted_and_its_peaks_stay_below(room: Room) -> None:
    sound = sound_of(room.programme(), SOFT)
    assert loudness.normalise(sound, room, MEANS)
    noted = json.loads(room.rendition("loudness.json").read_text())
    assert noted["before"]["integrated_lufs"] < -30
    assert noted["after"] == loudness._finite(loudness.measure(room.rendition("sound/index.m3u8"), 5, MEANS))
    assert noted["after"]["true_peak_dbtp"] <= -1.0
    assert abs(noted["after"]["integrated_lufs"] + 16) <= 0.5
    assert not loudness.normalise(sound, room, MEANS)


def test_not_a_packet_is_moved(room: Room) -> None:
    sound = sound_of(room.programme(), SOFT)
    loudness.normalise(sound, room, MEANS)
    result = room.rendition("sound/index.m3u8")
    assert playlists.read(result) == playlists.read(sound)
    wanted, got = probe.sound_of(sound), probe.sound_of(result)
    assert (got.frames, got.start_s) == (wanted.frames, wanted.start_s)
    assert abs(got.end_s - wanted.end_s) < 1024 / 48_000  # this source's last packet is short; ours are all whole
    before, after = (np.abs(of_piece(path).samples) for path in (sound, result))
    inner = slice(SEARCHED, min(len(before), len(after)) - SEARCHED)
    likeness = {by: float(np.dot(before[inner], np.roll(after, by)[inner])) for by in range(-SEARCHED, SEARCHED + 1, 8)}
    best = max(likeness, key=lambda by: likeness[by])
    assert abs(best) / RATE < 0.002


def test_silence_is_left_as_it_is(room: Room) -> None:
    sound = sound_of(room.programme(), "anullsrc=r=48000:d=3")
    assert not loudness.normalise(sound, room, MEANS)
    assert not room.rendition("sound").exists()
    assert json.loads(room.rendition("loudness.json").read_text())["after"] is None


HEARD = Loudness(integrated_lufs=-16.2, range_lu=4.0, true_peak_dbtp=-1.2)


def test_what_missed_the_target_is_done_otherwise() -> None:
    done = Treatment(gain_db=10.0, peak_db=-1.5)
    assert loudness.better(done, HEARD, -16, -1) is None
    assert loudness.better(done, HEARD, -14, -1) == Treatment(gain_db=12.2, peak_db=-1.5)
    over = loudness.better(done, HEARD, -16, -2)
    assert over is not None
    assert round(over.peak_db, 2) == -2.4


def test_sound_that_cannot_be_measured_is_an_error() -> None:
    with pytest.raises(Different, match="could not be measured"):
        loudness.parse("nothing was said")
