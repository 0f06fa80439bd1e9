"""Small pictures stand for the whole length, each with what is to be seen then."""

from pathlib import Path

import numpy as np
from PIL import Image

from ingest.archive import Room
from tests.transcode import recorded
from transcode import storyboard
from transcode.encode import Means
from transcode.settings import Settings
from transcode.storyboard import Tile

MEANS = Means(settings=Settings())


def test_a_short_programme_has_a_picture_every_two_seconds() -> None:
    assert storyboard.tiles(0.0, 5.0, 160) == [
        Tile(0.0, 2.0, 0, 0), Tile(2.0, 4.0, 160, 0), Tile(4.0, 5.0, 320, 0),
    ]  # fmt: skip


def test_however_long_it_is_the_sheet_is_no_larger() -> None:
    for hours in (0.1, 0.5, 1, 3, 12):
        found = storyboard.tiles(0.0, hours * 3600, 160)
        assert len(found) <= storyboard.MOST
        assert (found[0].start_s, found[-1].end_s) == (0.0, hours * 3600)


def test_webvtt_names_the_place_on_the_sheet() -> None:
    assert storyboard.webvtt([Tile(3598.0, 3600.5, 160, 90)], 160, "storyboard.jpg") == (
        "WEBVTT\n\n00:59:58.000 --> 01:00:00.500\nstoryboard.jpg#xywh=160,90,160,90\n"
    )


def test_each_picture_shows_its_own_time(tmp_path: Path) -> None:
    room, film = Room(tmp_path), tmp_path / "film.mp4"
    black = "color=c=black:size=320x180:rate=25:duration=8"
    lit = f"{black},drawbox=color=white:t=fill:enable='between(t,4,5.99)'"
    recorded.run(["-f", "lavfi", "-i", lit, "-g", "50", "-pix_fmt", "yuv420p", str(film)])
    assert storyboard.make(film, room, MEANS)
    assert not storyboard.make(film, room, MEANS)
    with Image.open(room.storyboard.with_suffix(".jpg")) as sheet:
        assert sheet.size == (640, 90)
        light = [float(np.asarray(sheet.convert("L"))[:, n * 160 : (n + 1) * 160].mean()) > 128 for n in range(4)]
    assert light == [False, False, True, False]
