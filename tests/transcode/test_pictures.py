"""The poster is sharp, bright and from the middle."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ingest.archive import Room
from tests.transcode import recorded
from transcode import pictures, probe
from transcode.encode import Means
from transcode.settings import Settings

MEANS = Means(settings=Settings())


def test_moments_lie_in_the_middle_half() -> None:
    assert pictures.moments(0.0, 100.0, 5) == [25.0, 37.5, 50.0, 62.5, 75.0]


def test_sharp_beats_blurred_beats_black() -> None:
    noise = np.random.default_rng(1).integers(60, 200, (180, 320), dtype=np.uint8)
    blurred = ((noise.astype(int) + np.roll(noise, 1, 0) + np.roll(noise, 1, 1) + np.roll(noise, 2, 0)) // 4).astype(
        np.uint8
    )
    black = noise // 12
    assert pictures.score(black) < pictures.score(blurred) < pictures.score(noise)


def test_poster_avoids_the_black_middle(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    black_middle = "testsrc2=size=320x180:rate=25:duration=10,drawbox=color=black:t=fill:enable='between(t,4,6.5)'"
    recorded.run(["-f", "lavfi", "-i", black_middle, "-g", "25", str(film)])
    assert pictures.make_poster(film, tmp_path / "poster.jpg", MEANS)
    assert not pictures.make_poster(film, tmp_path / "poster.jpg", MEANS)
    with Image.open(tmp_path / "poster.jpg") as image:
        assert image.size == (320, 180)
        assert np.asarray(image.convert("L")).mean() > 60


def test_programme_has_a_poster_of_its_own_size(tmp_path: Path) -> None:
    room = Room(tmp_path)
    programme = recorded.programme(room.programme(), seconds=6, size="640x360")
    pictures.make_poster(programme.playlist("video"), room.poster, MEANS)
    with Image.open(room.poster) as image:
        assert image.size == (640, 360)


def test_sound_alone_has_no_poster(tmp_path: Path) -> None:
    recorded.run(["-f", "lavfi", "-i", "sine=440:duration=1", str(tmp_path / "sound.m4a")])
    with pytest.raises(probe.NotAVideo, match="no picture"):
        pictures.make_poster(tmp_path / "sound.m4a", tmp_path / "poster.jpg", MEANS)
    assert not (tmp_path / "poster.jpg").exists()
