"""Windows side by side: which go together, and what holds no voice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcode import recogniser
from transcode.recogniser import BATCH, batches
from transcode.sound import RATE
from transcode.voice import Stretch


def windows(count: int) -> list[Stretch]:
    return [Stretch(start_s=30.0 * n, end_s=30.0 * n + 29) for n in range(count)]


@pytest.mark.parametrize(
    ("count", "workers", "sizes"),
    [(0, 2, []), (1, 2, [1]), (2, 2, [1, 1]), (8, 1, [8]), (9, 1, [4, 5]), (9, 2, [2, 2, 3, 2]), (10, 2, [2, 3, 3, 2])],
)
def test_each_worker_has_about_as_much_to_do(count: int, workers: int, sizes: list[int]) -> None:
    assert [len(batch) for batch in batches(windows(count), workers)] == sizes


@given(st.integers(0, 60), st.integers(1, 16))
def test_every_window_is_in_one_batch_and_no_more_are_decoded_at_a_time_than_fit(count: int, workers: int) -> None:
    found = batches(windows(count), workers)
    assert [each for batch in found for each in batch] == windows(count)
    assert all(1 <= len(batch) <= max(BATCH // workers, 1) for batch in found)


def test_noise_and_a_tone_hold_no_voice() -> None:
    noise = np.random.default_rng(1).normal(0, 0.05, RATE * 8).astype(np.float32)
    tone = (0.3 * np.sin(np.arange(RATE * 4) * 0.17)).astype(np.float32)
    assert recogniser.voiced(np.concatenate([noise, tone])) == []
