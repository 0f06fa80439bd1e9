"""The makers and detectors agree about where a beep, a flash, a colour, black and silence are."""

from pathlib import Path

import numpy as np
import pytest

from tests.standins import media
from tests.standins.media import Region

# The docstring of media.py gives the reasons.
BEEP_TOLERANCE_S = 0.004


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_clip_has_a_beep_and_a_flash_each_second(tmp_path: Path, suffix: str) -> None:
    clip = media.write_clip(tmp_path / f"ada{suffix}", 4.0)

    assert media.find_beeps(clip) == pytest.approx([0, 1, 2, 3], abs=BEEP_TOLERANCE_S)
    assert media.find_flashes(clip) == pytest.approx([0, 1, 2, 3], abs=0.001)


def test_opus_keeps_beeps_in_place(tmp_path: Path) -> None:
    clip = media.write(tmp_path / "sound.mkv", None, media.beeps(3.0), audio_codec="libopus")

    assert media.find_beeps(clip) == pytest.approx([0, 1, 2], abs=BEEP_TOLERANCE_S)


def test_beeps_of_two_people_are_told_apart_by_frequency() -> None:
    both = media.beeps(3.0, hz=1000) + np.roll(media.beeps(3.0, hz=1600), 12_000)

    assert media.find_beeps(both, hz=1000) == pytest.approx([0, 1, 2], abs=BEEP_TOLERANCE_S)
    assert media.find_beeps(both, hz=1600) == pytest.approx([0.25, 1.25, 2.25], abs=BEEP_TOLERANCE_S)


def test_lasting_tone_and_silence_are_no_beeps() -> None:
    time = np.arange(3 * media.SAMPLE_RATE) / media.SAMPLE_RATE
    tone = (0.1 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)

    assert media.find_beeps(tone) == []
    assert media.find_beeps(np.zeros_like(tone)) == []


def test_colours_tell_whose_tile_it_is(tmp_path: Path) -> None:
    for name, colour in media.COLOURS.items():
        clip = media.write_clip(tmp_path / f"{name}.mp4", 1.0, colour)
        assert media.nearest_person(media.mean_colour(clip, Region(0.3, 0.3, 0.7, 0.7))) == name


def test_mean_colour_past_the_end_is_an_error(tmp_path: Path) -> None:
    clip = media.write_clip(tmp_path / "ada.mp4", 1.0)

    with pytest.raises(ValueError, match="no picture at 5"):
        media.mean_colour(clip, at_s=5.0)


def test_region_within_a_tile() -> None:
    assert Region(0.0, 0.5, 0.5, 1.0).within(Region(0.5, 0.0, 1.0, 0.5)) == Region(0.5, 0.25, 0.75, 0.5)


def test_black_and_silent_stretches_are_found(tmp_path: Path) -> None:
    grey = np.full((90, 160, 3), 128, np.uint8)
    black = np.zeros_like(grey)
    sound = np.concatenate([media.beeps(1.0), np.zeros(3 * media.SAMPLE_RATE, np.float32), media.beeps(1.0)])
    clip = media.write(tmp_path / "gap.mp4", [grey] * 30 + [black] * 60 + [grey] * 60, sound)

    assert media.black_stretches(clip) == [pytest.approx((1.0, 3.0), abs=0.001)]
    # From the end of the first second's beep to the next beep; the codec smears by a frame of 21 ms at most.
    assert media.silent_stretches(clip) == [pytest.approx((0.05, 4.0), abs=0.025)]


def test_beeping_clip_has_no_black_or_silent_stretch(tmp_path: Path) -> None:
    clip = media.write_clip(tmp_path / "ada.mp4", 3.0)

    assert media.black_stretches(clip) == []
    assert media.silent_stretches(clip) == []
