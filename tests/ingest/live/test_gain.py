"""`ingest/live/gain.py`: everybody is equally loud after a few seconds, and noise stays where it is."""

import itertools
from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.live.gain import LEAST_DB, MOST_DB, NEAR_DB, TARGET_LUFS, Gain, after, lufs, weighted_power
from ingest.live.source import BLOCK_SAMPLES, SAMPLE_RATE, Samples


def blocks(sound: Samples) -> Iterable[Samples]:
    return (sound[at : at + BLOCK_SAMPLES] for at in range(0, len(sound) - BLOCK_SAMPLES + 1, BLOCK_SAMPLES))


def mixed(sound: Samples, gain: Gain | None = None) -> tuple[Gain, Samples]:
    """The sound as the desk plays it."""
    gain, played = gain or Gain(), []
    for block in blocks(sound):
        gain = after(gain, weighted_power(block))
        played.append(block * np.float32(gain.factor))
    return gain, np.concatenate(played)


def integrated(sound: Samples) -> float:
    """Loudness with the two gates of R 128: blocks of 400 ms, above -70 LUFS and no more than 10 LU below the rest."""
    powers = np.array([weighted_power(block) for block in blocks(sound)])
    momentary = np.convolve(powers, np.ones(20) / 20, "valid")[::5]
    loud = momentary[momentary > 10 ** ((-70 + 0.691) / 10)]
    return lufs(float(loud[loud > loud.mean() / 10].mean()))


def at(sound: Samples, loudness: float) -> Samples:
    return (sound * 10 ** ((loudness - integrated(sound)) / 20)).astype(np.float32)


def speech(seconds: float, *, pitch: float = 130.0, seed: int = 1) -> Samples:
    """Syllables of a humming voice, of uneven strength, with a breath after every second one to eight."""
    dice = np.random.default_rng(seed)
    times = np.arange(round(0.18 * SAMPLE_RATE)) / SAMPLE_RATE
    tone = sum(np.sin(2 * np.pi * pitch * n * times) / n for n in range(1, 20))
    syllable = np.asarray(tone * np.sin(np.pi * times / 0.18) ** 0.5)
    parts: list[NDArray[np.float64]] = []
    while sum(len(part) for part in parts) < seconds * SAMPLE_RATE:
        parts.append(syllable * dice.uniform(0.3, 1))
        parts.append(np.zeros(round(dice.choice([0.02, 0.04, 0.3]) * SAMPLE_RATE)))
    return np.concatenate(parts)[: round(seconds * SAMPLE_RATE)].astype(np.float32)


def noise(seconds: float, loudness: float) -> Samples:
    return at(np.random.default_rng(2).normal(size=round(seconds * SAMPLE_RATE)).astype(np.float32), loudness)


def test_a_sine_of_1_khz_is_as_loud_as_the_standard_says() -> None:
    """EBU Tech 3341: 997 Hz at full scale in one channel is -3.01 LUFS."""
    tone = np.sin(2 * np.pi * 997 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    assert integrated(tone) == pytest.approx(-3.01, abs=0.1)
    low = np.sin(2 * np.pi * 50 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    assert integrated(low) < -6


def test_a_quiet_citizen_and_a_loud_host_end_within_3_lu() -> None:
    quiet, loud = at(speech(12), -35), at(speech(12, pitch=210, seed=3), -14)
    ends = [mixed(sound)[1][-6 * SAMPLE_RATE :] for sound in (quiet, loud)]
    assert abs(integrated(ends[0]) - integrated(ends[1])) < 3
    assert all(integrated(end) == pytest.approx(TARGET_LUFS, abs=3) for end in ends)


@pytest.mark.parametrize("level", [-70, -50, -40, -25])
def test_steady_noise_is_never_made_louder(level: float) -> None:
    gain, _ = mixed(np.concatenate([np.zeros(SAMPLE_RATE, np.float32), noise(20, level)]))
    assert gain.db <= 0.1


def test_the_fan_of_a_quiet_citizen_does_not_grow_while_they_listen() -> None:
    fan = noise(10, -60)
    talking = at(speech(10), -35) + fan
    spoken, _ = mixed(talking)
    assert spoken.db == pytest.approx(TARGET_LUFS + 35, abs=2)
    assert mixed(np.tile(fan, 3), spoken)[0].db == spoken.db


def test_silence_and_a_cough_change_nothing() -> None:
    assert mixed(np.zeros(5 * SAMPLE_RATE, np.float32))[0].db == 0
    cough = np.concatenate([noise(2, -60), noise(0.3, -20), noise(5, -60)])
    assert mixed(cough)[0].db == 0


def test_the_gain_is_bounded_and_moves_slowly() -> None:
    whisper, shout = at(speech(20), -48), at(speech(20), -3)
    gains, gain = [0.0], Gain()
    for block in itertools.chain(blocks(whisper), blocks(shout)):
        gain = after(gain, weighted_power(block))
        gains.append(gain.db)
    assert MOST_DB - NEAR_DB <= max(gains) <= MOST_DB
    assert LEAST_DB <= min(gains) <= LEAST_DB + NEAR_DB
    assert np.diff(gains).max() <= 0.0801
    assert np.diff(gains).min() >= -0.1601


def test_real_voices_end_within_3_lu(shared: Path) -> None:
    voices = shared / "fixtures" / "speech"
    kerstin = voices / "de_long" / "lang_kerstin_shared_10min.flac"
    thorsten = sorted((voices / "de_thorsten").glob("*"))
    loud = at(np.concatenate([decoded(path) for path in thorsten])[: 30 * SAMPLE_RATE], -14)
    ends = [mixed(sound)[1][8 * SAMPLE_RATE :] for sound in (at(decoded(kerstin)[: 30 * SAMPLE_RATE], -35), loud)]
    assert abs(integrated(ends[0]) - integrated(ends[1])) < 3


def decoded(path: Path) -> Samples:
    try:
        with av.open(str(path)) as file:
            resampler = av.AudioResampler("flt", "mono", SAMPLE_RATE)
            frames = [out for frame in file.decode(audio=0) for out in resampler.resample(frame)]
    except (av.FFmpegError, IndexError):
        return np.zeros(0, np.float32)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])
