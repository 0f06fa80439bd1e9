"""`ingest/live/mix/gain.py`: quiet and loud voices end up alike; silence, noise and single sounds move nothing."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.live.mix import audio, gain
from ingest.live.mix.gain import Gain
from ingest.live.mix.source import BLOCK_SAMPLES, SAMPLE_RATE, Samples
from tests.standins.clips import FOLDER
from tests.standins.media import read_sound
from transcode import loudness

QUIET_LUFS, LOUD_LUFS = -35.0, -14.0
"""A citizen two metres away from an old laptop, and a host who shouts into a headset."""
ALIKE_LU = 3.0  # from the issue of the live engine; EBU R128 takes 1 LU for programmes that were mixed by hand


def integrated(sound: Samples) -> float:
    """Integrated loudness of EBU R128, by ffmpeg."""
    raw = ["-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", "-"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", *raw]
    command += ["-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    said = subprocess.run(command, input=sound.tobytes(), capture_output=True, check=True).stderr.decode()
    return loudness.parse(said).integrated_lufs


def at(sound: Samples, lufs: float) -> Samples:
    """The same sound at another loudness."""
    return (sound * 10 ** ((lufs - integrated(sound)) / 20)).astype(np.float32)


def levelled(sound: Samples, known: Gain = Gain()) -> tuple[Samples, list[float]]:  # noqa: B008 - a frozen value
    """The sound as it is mixed, and the gain after each block in dB."""
    out, gains = [], []
    for block in np.split(sound[: len(sound) // BLOCK_SAMPLES * BLOCK_SAMPLES], len(sound) // BLOCK_SAMPLES):
        before, known = known, known.after(block)
        out.append(audio.ramp(block, before.factor, known.factor))
        gains.append(known.db)
    return np.concatenate(out), gains


def noise(lufs: float, length_s: float = 10.0) -> Samples:
    return at(np.random.default_rng(1).normal(0, 0.1, round(length_s * SAMPLE_RATE)).astype(np.float32), lufs)


def voice(name: str) -> Samples:
    """What Ada or Chris says in the demo, forty seconds with long pauses."""
    return read_sound(FOLDER / f"{name}.mp4")


@pytest.mark.parametrize("name", ["ada", "chris"])
def test_a_quiet_citizen_and_a_loud_host_end_alike(name: str) -> None:
    spoken = voice(name)
    quiet, loud = (levelled(at(spoken, lufs))[0] for lufs in (QUIET_LUFS, LOUD_LUFS))
    later = 20 * SAMPLE_RATE  # both have said a sentence or two by then
    assert abs(integrated(quiet[later:]) - integrated(loud[later:])) <= ALIKE_LU


def test_real_voices_end_alike(shared: Path) -> None:
    folder = shared / "fixtures/speech"
    kerstin = np.concatenate([read_sound(clip) for clip in sorted(folder.glob("de_kerstin/*.flac"))[:6]])
    thorsten = np.concatenate([read_sound(clip) for clip in sorted(folder.glob("de_thorsten/sample*.wav"))])
    ends = [
        integrated(levelled(at(sound, lufs))[0][len(sound) // 2 :])
        for sound in (kerstin, thorsten)
        for lufs in (QUIET_LUFS, -24.0, LOUD_LUFS)
    ]
    print("integrated loudness after levelling:", ends)
    assert max(ends) - min(ends) <= ALIKE_LU


def test_a_few_seconds_of_speech_are_enough() -> None:
    spoken = at(voice("ada")[: 4 * SAMPLE_RATE], QUIET_LUFS)  # three seconds of words
    _, gains = levelled(spoken)
    assert gains[-1] > 10


@pytest.mark.parametrize("level", [-60.0, -45.0, -30.0])
def test_a_fan_is_never_turned_up(level: float) -> None:
    assert set(levelled(noise(level))[1]) == {0.0}


def test_silence_moves_nothing_and_keeps_what_is_known() -> None:
    _, gains = levelled(at(voice("ada")[: 12 * SAMPLE_RATE], QUIET_LUFS))
    known = Gain(db=gains[-1], spoken_s=6.0, power=1e-4, floor_lufs=-60.0)
    assert levelled(np.zeros(30 * SAMPLE_RATE, np.float32), known)[1][-1] == known.db


def test_a_cough_moves_nothing() -> None:
    cough = np.zeros(3 * SAMPLE_RATE, np.float32)
    cough[SAMPLE_RATE : SAMPLE_RATE + SAMPLE_RATE // 4] = noise(-12.0, 0.25)
    assert set(levelled(cough)[1]) == {0.0}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=50, max_size=400))
def test_the_gain_never_leaves_its_bounds_and_never_jumps(powers: list[float]) -> None:
    known, most = Gain(), gain.FASTER_DB_S * gain.BLOCK_S + 1e-9
    for power in powers:
        before, known = known, gain.step(known, power)
        assert gain.LEAST_DB <= known.db <= gain.MOST_DB
        assert abs(known.db - before.db) <= most


def test_loudness_is_that_of_bs_1770() -> None:
    """A sine of 997 Hz at full scale in one channel reads -3.01 LUFS (BS.1770-5, annex 1)."""
    tone = np.sin(2 * np.pi * 1000 * np.arange(BLOCK_SAMPLES) / SAMPLE_RATE).astype(np.float32)
    assert gain.lufs(gain.weighted(tone)) == pytest.approx(-3.01, abs=0.05)


def test_speech_at_its_own_loudness_reads_a_little_above_the_integrated_one() -> None:
    spoken = at(voice("ada"), -23.0)
    known = Gain()
    for block in np.split(spoken[: 12 * SAMPLE_RATE], 12 * SAMPLE_RATE // BLOCK_SAMPLES):
        known = known.after(block)
    assert -23.0 <= gain.lufs(known.power) <= -19.0
