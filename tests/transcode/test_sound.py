"""Sound is laid where its time stamps say, from any moment on, and neighbours part in the same pause."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.archive import Room
from ingest.live.cmaf import boxes
from tests.transcode import recorded
from transcode import probe, sound
from transcode.sound import RATE, Sound
from transcode.voice import Stretch


def test_sound_of_a_programme_begins_at_media_time_zero(tmp_path: Path) -> None:
    programme = recorded.programme(Room(tmp_path).programme(), seconds=3, size="320x180")
    found = sound.of_piece(programme.playlist("audio"))
    # AAC adds at most a frame (21 ms) at either end.
    assert found.length_s == pytest.approx(3.0, abs=0.05)
    assert np.abs(found.samples).max() > 0.05


def test_late_sound_stays_late(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    inputs = ["-f", "lavfi", "-i", "testsrc2=size=64x64:duration=2", "-itsoffset", "0.7"]
    recorded.run([*inputs, "-f", "lavfi", "-i", "sine=440:duration=1", str(film)])
    loud = np.flatnonzero(np.abs(sound.of_piece(film).samples) > 0.05)
    # One AAC frame is 21 ms; the tone's own first swing takes less than a millisecond.
    assert loud[0] / RATE == pytest.approx(0.7, abs=0.025)


def test_file_that_is_no_sound_is_refused_for_good(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_text("<html>", encoding="utf-8")
    with pytest.raises(probe.NotAVideo):
        sound.of_piece(film)


def test_a_file_without_sound_is_empty(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    recorded.run(["-f", "lavfi", "-i", "testsrc2=size=64x64:duration=1", str(film)])
    assert len(sound.of_piece(film, 0.2, 0.6).samples) == 0


@pytest.fixture(scope="module")
def ticking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds in which the pitch says the second: a track as a person's, and a programme."""
    folder = tmp_path_factory.mktemp("ticking")
    tone = ["-f", "lavfi", "-i", "aevalsrc='0.5*sin(2*PI*(300+100*floor(t))*t)':s=48000:d=12"]
    recorded.run([*tone, "-c:a", "libopus", "-b:a", "64k", str(folder / "ada.mkv")])
    names = ["-hls_segment_filename", str(folder / "%08d.m4s"), str(folder / "index.m3u8")]
    recorded.run([*tone, "-c:a", "aac", *recorded.HLS, *names])
    return folder


def pitch(found: Sound, at_s: float) -> float:
    first = round((at_s - found.start_s) * RATE)
    spectrum = np.abs(np.fft.rfft(found.samples[first : first + RATE // 2]))
    return float(np.argmax(spectrum)) * 2


@pytest.mark.parametrize("name", ["ada.mkv", "index.m3u8"])
@pytest.mark.parametrize("start_s", [0.0, 4.0, 9.0])
def test_any_seconds_are_found_in_a_track_and_in_a_programme(ticking: Path, name: str, start_s: float) -> None:
    found = sound.between(ticking / name, start_s, start_s + 2)
    assert found.start_s == start_s
    assert found.length_s == pytest.approx(2.0, abs=0.03)
    for second in (start_s, start_s + 1):
        assert pitch(found, second + 0.25) == pytest.approx(300 + 100 * second, abs=3)


def test_beyond_the_end_there_is_nothing(ticking: Path) -> None:
    for name in ("ada.mkv", "index.m3u8"):
        assert len(sound.between(ticking / name, 20, 30).samples) == 0


def test_a_programme_that_is_growing_is_read_as_far_as_it_goes(ticking: Path, tmp_path: Path) -> None:
    programme = Room(tmp_path).programme()
    programme.folder("audio").mkdir(parents=True)
    for path in ticking.glob("*"):
        if path.suffix != ".mkv":
            (programme.folder("audio") / path.name).write_bytes(path.read_bytes())
    playlist = programme.playlist("audio")
    text = playlist.read_text(encoding="utf-8")
    fifth = text.index("00000005.m4s")
    playlist.write_text(text[: text.rindex("#EXTINF", 0, fifth)], encoding="utf-8")  # nor has it an end
    assert sound.between(playlist, 6, 20).length_s == pytest.approx(2.0, abs=0.05)


def test_a_live_programme_ends_with_its_last_whole_part(tmp_path: Path) -> None:
    programme = Room(tmp_path).programme()
    programme.folder("audio").mkdir(parents=True)
    assert sound.ends_s(programme) == 0.0
    part = [boxes.part(n + 1, n * 48_000, [boxes.Sample(data=b"x", duration=48_000)]) for n in range(3)]
    programme.segment("audio", 1).write_bytes(part[0] + part[1])
    assert sound.ends_s(programme) == 2.0
    programme.segment("audio", 2).write_bytes(part[2][:-1])
    assert sound.ends_s(programme) == 2.0


def test_what_may_not_be_heard_is_silent() -> None:
    given_ = Sound(samples=np.ones(10 * RATE, np.float32), start_s=100.0)
    found = sound.only(given_, [Stretch(start_s=99, end_s=101), Stretch(start_s=105, end_s=106)])
    assert [int(found.samples[round(at * RATE)]) for at in (0.5, 1.5, 4.9, 5.5, 6.5)] == [1, 0, 0, 1, 0]


def test_a_piece_begins_and_ends_in_the_pause_near_its_time(ticking: Path) -> None:
    pauses = [Stretch(start_s=0, end_s=3.5), Stretch(start_s=4.5, end_s=9.2), Stretch(start_s=9.8, end_s=12)]
    found = sound.of_piece(ticking / "ada.mkv", 5.0, 9.0, pauses)
    assert 3.5 <= found.start_s <= 4.5
    assert 9.2 <= found.start_s + found.length_s <= 9.8


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 8)), min_size=1, max_size=30), st.floats(3.5, 14))
def test_neighbours_part_at_the_same_sample(levels: list[tuple[float, int]], at_s: float) -> None:
    """Whoever has more before the place and whoever has more after it: both see the same six seconds."""
    noise = np.random.default_rng(1).normal(0, 1, 20 * RATE).astype(np.float32)
    level = np.concatenate([np.full(length * RATE // 10, level) for level, length in levels])
    whole = noise * np.resize(level, len(noise)).astype(np.float32)
    after = round((at_s + 3) * RATE)
    before = round(max(at_s - 3, 0) * RATE)
    first = sound.quietest(Sound(samples=whole[:after]), at_s)
    second = before + sound.quietest(Sound(samples=whole[before:], start_s=before / RATE), at_s)
    assert first == second
    assert abs(first / RATE - at_s) <= 3.0
