"""Probing tells what is really inside a file."""

from fractions import Fraction
from pathlib import Path

import pytest

from ingest import steps
from ingest.archive import Room
from tests.transcode import recorded
from transcode import probe
from transcode.probe import Media, Picture


def test_probe_counts_what_the_playlist_holds(tmp_path: Path) -> None:
    programme = recorded.programme(Room(tmp_path).programme(), seconds=3, size="320x180")
    picture = Picture(
        codec="avc1.42c00c", frames=75, start_s=0.0, end_s=3.0, width=320, height=180, frame_rate=Fraction(25)
    )
    assert probe.probe(programme.playlist("video")) == Media(picture=picture, sound=None)
    sound = probe.sound_of(programme.playlist("audio"))
    assert (sound.codec, sound.sample_rate, sound.channels) == ("mp4a.40.2", 48_000, 1)


def test_interruption_with_continuous_time_changes_nothing(tmp_path: Path) -> None:
    playlist = recorded.programme(Room(tmp_path).programme(), seconds=4, size="320x180").playlist("video")
    before = probe.probe(playlist)
    recorded.interrupt(playlist, 1)
    assert probe.probe(playlist) == before


@pytest.mark.parametrize("content", [b"", b"<html><body>404</body></html>", bytes(range(256)) * 40])
def test_file_that_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(probe.NotAVideo, match=r"film\.mp4") as caught:
        probe.probe(path)
    assert isinstance(caught.value, steps.Permanent)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(probe.NotAVideo, match="there is no file"):
        probe.probe(tmp_path / "film.mp4")


def test_playlist_in_disguise_opens_no_other_file(tmp_path: Path) -> None:
    programme = recorded.programme(Room(tmp_path / "room").programme(), seconds=2, size="320x180", sound=False)
    disguised = programme.folder("video") / "film.mp4"
    disguised.write_bytes(programme.playlist("video").read_bytes())
    with pytest.raises(probe.NotAVideo):
        probe.probe(disguised)


def test_rotated_picture_is_measured_as_shown(tmp_path: Path) -> None:
    drawn = ["-f", "lavfi", "-i", "testsrc2=size=320x180:duration=1", str(tmp_path / "flat.mp4")]
    recorded.run(drawn)
    recorded.run(["-display_rotation", "90", "-i", str(tmp_path / "flat.mp4"), "-c", "copy", str(tmp_path / "r.mp4")])
    picture = probe.picture_of(tmp_path / "r.mp4")
    assert (picture.width, picture.height) == (180, 320)
