"""The demo's clips are what their page says: size, format, a beep and a flash each second, no talking over."""

import shutil

import av
import numpy as np
import pytest

from tests.standins import clips, media, portraits, spoken

PARTS = pytest.mark.parametrize("part", [clips.ADA, clips.CHRIS], ids=lambda part: part.name)


def test_clips_are_small_together() -> None:
    sizes = [(clips.FOLDER / f"{part.name}.mp4").stat().st_size for part in (clips.ADA, clips.CHRIS)]
    assert sum(sizes) <= 2_000_000


@PARTS
def test_clip_is_what_a_camera_sends(part: clips.Part) -> None:
    with av.open(str(clips.FOLDER / f"{part.name}.mp4")) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec.name, video.width, video.height, video.pix_fmt) == ("h264", 640, 360, "yuv420p")
        assert video.average_rate == 30
        assert video.frames == 1200
        assert (audio.codec.name, audio.rate, audio.channels) == ("aac", 48_000, 1)


@PARTS
def test_clip_beeps_and_flashes_each_second(part: clips.Part) -> None:
    path = clips.FOLDER / f"{part.name}.mp4"
    seconds = list(range(40))

    assert media.find_beeps(path, part.beep_hz) == pytest.approx(seconds, abs=0.004)
    assert media.find_flashes(path) == pytest.approx(seconds, abs=0.001)


def test_nobody_talks_over_the_other() -> None:
    starts = sorted((sentence.at_s, part.name) for part in (clips.ADA, clips.CHRIS) for sentence in part.sentences)
    voices = {
        part.name: spoken.without_band(media.read_sound(clips.FOLDER / f"{part.name}.mp4"), part.beep_hz)
        for part in (clips.ADA, clips.CHRIS)
    }
    for (at_s, name), (until_s, _) in zip(starts, [*starts[1:], (clips.LENGTH_S, "")], strict=True):
        heard = voices["chris" if name == "ada" else "ada"][int(at_s * 48_000) : int(until_s * 48_000)]
        # What is left of a beep outside the band that is taken out lies near -40 dBFS.
        assert abs(heard).max() < 0.03, f"both talk at {at_s} s"


def test_missing_voice_says_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)

    with pytest.raises(spoken.VoiceMissing, match="apt-get install espeak-ng"):
        spoken.say("Guten Tag", clips.ADA.voice)


def test_picture_is_the_same_at_the_end_and_the_start() -> None:
    """So a loop shows no jump (frame 1200 would be frame 0 again)."""
    first, again = (
        np.asarray(portraits.picture(portraits.ADA, portraits.Moment(at_s=at_s, length_s=40.0, mouth=0.0, lamp=False)))
        for at_s in (0.0, 40.0)
    )
    # The sines differ in their last digits, which may round an edge by half a pixel.
    assert np.abs(first.astype(int) - again.astype(int)).mean() < 0.1
