import pytest

from ingest.live.webrtc.levels import FRESH_S, Levels


def said(written: list[int]) -> Levels:
    """Packets each 20 ms from 0.0 s."""
    levels = Levels()
    for number, level in enumerate(written):
        levels.add((True, level), number * 0.02)
    return levels


def test_who_writes_no_level_has_none() -> None:
    levels = Levels()
    levels.add(None, 1.0)
    assert levels.at(1.0) is None


def test_decibels_become_the_level_of_the_sound() -> None:
    assert said([20]).at(0.0) == pytest.approx(0.1)
    assert said([40]).at(0.0) == pytest.approx(0.01)
    assert said([127]).at(0.0) == 0.0


def test_a_word_is_seen_within_a_syllable_and_its_end_as_well() -> None:
    assert said([127] * 50 + [20] * 5).at(1.08) == pytest.approx(0.1, rel=0.25)
    assert said([20] * 50 + [127] * 25).at(1.48) == pytest.approx(0, abs=0.01)


def test_a_sender_that_has_gone_is_silent() -> None:
    levels = said([10])
    assert levels.at(FRESH_S - 0.01) == pytest.approx(0.316, abs=0.001)
    assert levels.at(FRESH_S) == 0.0
