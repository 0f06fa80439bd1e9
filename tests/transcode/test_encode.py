"""Copies have the frames and the media time of the programme."""

import shutil
from pathlib import Path

import pytest

from ingest import steps
from ingest.archive import Programme, Room
from tests.transcode import recorded
from transcode import encode, fragments, made, probe, process
from transcode.encode import Means
from transcode.fragments import Different
from transcode.settings import Settings

MEANS = Means(settings=Settings(niceness=0, rung_preset="ultrafast"))


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "room")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Programme:
    return recorded.programme(Programme(tmp_path_factory.mktemp("programme")), seconds=5, size="320x180")


@pytest.fixture
def programme(room: Room, original: Programme) -> Programme:
    shutil.copytree(original.root, room.programme().root)
    return room.programme()


def test_download_holds_the_programmes_own_packets_index_first(room: Room, programme: Programme) -> None:
    video, audio = programme.playlist("video"), programme.playlist("audio")
    assert encode.copy_download(video, audio, room.download, MEANS)
    assert not encode.copy_download(video, audio, room.download, MEANS)
    result = probe.probe(room.download)
    assert result.picture == probe.picture_of(video)
    assert result.sound == probe.sound_of(audio)
    with room.download.open("rb") as file:
        kinds = [kind for kind, _, _ in fragments.boxes(file)]
    assert kinds.index(b"moov") < kinds.index(b"mdat")


def test_sound_file_holds_the_programmes_own_sound(room: Room, programme: Programme) -> None:
    target = room.rendition("audio.m4a")
    assert encode.copy_sound(programme.playlist("audio"), target, MEANS)
    assert probe.probe(target).sound == probe.sound_of(programme.playlist("audio"))


def test_compare_names_the_difference() -> None:
    whole = probe.Track(codec="h264", frames=50, start_s=0.0, end_s=2.0)
    with pytest.raises(Different, match="49 frames where its source has 50"):
        encode.compare(whole, probe.Track(codec="h264", frames=49, start_s=0.0, end_s=1.96), "x.mp4")
    with pytest.raises(Different, match=r"from 0\.500 to 2\.500 s"):
        encode.compare(whole, probe.Track(codec="h264", frames=50, start_s=0.5, end_s=2.5), "x.mp4")


def test_killed_ffmpeg_leaves_nothing_and_is_tried_again(
    room: Room, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LAUNCHER", str(killer(room.root)))
    with pytest.raises(process.Crashed):
        encode.copy_download(programme.playlist("video"), None, room.download, MEANS)
    assert list(room.rendition("").iterdir()) == []


def killer(folder: Path) -> Path:
    """A launcher whose ffmpeg writes half a file and is killed, as by a kernel without memory."""
    path = folder / "launch.py"
    path.write_text(
        "import os, sys\nopen(sys.argv[-2] if sys.argv[-1] == '-copyts' else sys.argv[-1], 'wb').write(b'half')\n"
        "os.kill(os.getpid(), 9)\n",
        encoding="utf-8",
    )
    return path


def test_lost_lease_before_the_rename_keeps_the_old_file(room: Room, programme: Programme) -> None:
    def lost() -> None:
        raise steps.Stopped("given to another worker")

    room.download.parent.mkdir(parents=True)
    room.download.write_bytes(b"what the other worker made")
    means = Means(settings=MEANS.settings, confirm=lost)
    with pytest.raises(steps.Stopped):
        encode.copy_download(programme.playlist("video"), None, room.download, means)
    assert room.download.read_bytes() == b"what the other worker made"


def test_litter_of_a_killed_worker_is_swept_once_it_is_old(tmp_path: Path) -> None:
    litter, folder = tmp_path / ".123-abcd-download.mp4", tmp_path / ".123-abcd-480p"
    litter.write_bytes(b"half")
    folder.mkdir()
    (folder / "whole.mp4").write_bytes(b"half")
    now = (folder / "whole.mp4").stat().st_mtime
    for thing in ("download.mp4", "480p"):
        made.sweep(tmp_path / thing, now + made.FORGOTTEN_S - 1)
    assert litter.exists()
    assert folder.exists()
    for thing in ("download.mp4", "480p"):
        made.sweep(tmp_path / thing, now + made.FORGOTTEN_S + 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "seconds"), [("out_time_us=2500000", 2.5), ("out_time_us=N/A", None), ("frame=12", None), ("", None)]
)
def test_position_is_read_from_progress(line: str, seconds: float | None) -> None:
    assert encode.position(line) == seconds
