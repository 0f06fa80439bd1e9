"""`ingest/live/mix/countdown.py`: what stands on the slide before the beginning."""

from datetime import UTC, datetime, timedelta

import pytest

from ingest.live.mix.countdown import Countdown

BEGINS = datetime(2026, 11, 25, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left_s", "words"),
    [
        (3600, ""),
        (3599, "Beginnt in 59:59"),
        (299, "Beginnt in 04:59"),
        (5.5, "Beginnt in 00:06"),
        (5, "5"),
        (0.2, "1"),
        (0, ""),
        (-30, ""),
    ],
)
def test_minutes_then_figures_then_nothing(left_s: float, words: str) -> None:
    assert Countdown(BEGINS, "Beginnt in {time}").at(BEGINS - timedelta(seconds=left_s)) == words


def test_without_words_nothing_is_said() -> None:
    assert [Countdown(BEGINS).at(BEGINS - timedelta(seconds=60)), Countdown().at(BEGINS)] == ["", ""]
