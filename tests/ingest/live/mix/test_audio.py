"""`ingest/live/mix/audio.py`: sums, the limiter, and AAC that begins with the first sample."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.live.mix.audio import CEILING, LOOK_AHEAD, AacEncoder, Limiter, ramp, total, without
from ingest.live.mix.source import Samples


def tone(level: float, samples: int = 48_000, hertz: float = 440.0) -> Samples:
    return (level * np.sin(2 * np.pi * hertz * np.arange(samples) / 48_000)).astype(np.float32)


def limited(sound: Samples) -> Samples:
    limiter = Limiter()
    return np.concatenate([limiter(block) for block in np.split(sound, len(sound) // 960)])


def test_everyone_is_in_the_mix_and_nobody_hears_themselves() -> None:
    sounds = {"ada": tone(0.2, 960), "chris": tone(0.3, 960, 1000.0)}
    mix = total(sounds, 960)
    assert without(mix, sounds["ada"]) == pytest.approx(sounds["chris"], abs=1e-6)
    assert without(mix, None) is mix


def test_a_quiet_mix_passes_the_limiter_untouched_and_late() -> None:
    sound = tone(0.5)
    out = limited(sound)
    assert (out[:LOOK_AHEAD] == 0).all()
    assert (out[LOOK_AHEAD:] == sound[:-LOOK_AHEAD]).all()


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 12))
@settings(max_examples=30, deadline=None)
def test_nothing_comes_out_above_the_ceiling(seed: int, level: float) -> None:
    noise = np.random.default_rng(seed).normal(0, level, 960 * 8).astype(np.float32)
    noise[1000] = 40.0
    assert np.abs(limited(noise)).max() <= CEILING * 1.0001


def test_a_peak_is_turned_down_without_a_step_and_comes_back_slowly() -> None:
    sound = tone(0.5)
    sound[9600] = 3.0
    out = limited(sound)[LOOK_AHEAD:]
    # The gain is the same tone before and after, divided: looked at where the tone is not near zero.
    here = np.abs(sound[: len(out)]) > 0.3
    gain = np.where(here, out / np.where(here, sound[: len(out)], 1), np.nan)
    assert out[9600] == pytest.approx(CEILING, rel=0.01)
    assert np.nanmin(gain[9700:10_200]) < 0.5
    assert np.nanmax(np.abs(gain[9000:9300] - 1)) < 1e-6
    assert np.nanmax(np.abs(gain[9600 + 13_000 : 24_000] - 1)) < 1e-6
    steps = np.abs(np.diff(gain))
    assert np.nanmax(steps) < 0.02


def test_a_switch_does_not_click() -> None:
    ones = np.ones(960, np.float32)
    assert ramp(ones, 1.0, 1.0) is ones
    assert not ramp(ones, 0.0, 0.0).any()
    rising = ramp(ones, 0.0, 1.0)
    assert rising[0] == 0
    assert rising[-1] == 1
    assert np.abs(np.diff(rising)).max() < 0.002


def test_aac_begins_with_the_first_sample_that_was_put_in() -> None:
    encoder = AacEncoder(first_sample=20_480)
    sound = tone(0.3, 4800)
    packets = [packet for block in np.split(sound, 5) for packet in encoder.encode(block)] + encoder.flush()
    assert [sample for sample, _ in packets] == [20_480 + 1024 * n for n in range(5)]
    assert all(data for _, data in packets)
    assert encoder.config.hex().startswith("1188")  # AAC-LC, 48 kHz, one channel (ISO/IEC 14496-3, 1.6.2.1)
