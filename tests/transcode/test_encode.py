"""Renditions have the frames, the cuts and the media time of the programme."""

import contextlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from ingest import steps
from ingest.archive import Programme, Room
from tests.transcode import recorded
from transcode import encode, made, playlists, probe, process
from transcode.encode import Means
from transcode.ladder import Rung
from transcode.settings import Settings

SMALL = Rung(name="90p", height=90, bitrate=100_000)
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


def test_rung_has_the_frames_times_and_cuts_of_the_programme(room: Room, programme: Programme) -> None:
    video = programme.playlist("video")
    recorded.interrupt(video, 1)
    assert encode.encode_rung(video, room.rendition("90p"), SMALL, MEANS)
    made_here = room.rendition("90p/index.m3u8")
    assert recorded.picture_times(made_here) == recorded.picture_times(video)
    assert playlists.read(made_here) == playlists.read(video)
    picture = probe.picture_of(made_here)
    assert (picture.width, picture.height) == (160, 90)


def test_each_segment_of_a_rung_plays_by_itself_and_shows_the_same(room: Room, programme: Programme) -> None:
    encode.encode_rung(programme.playlist("video"), room.rendition("90p"), SMALL, MEANS)
    alone = room.root / "alone.mp4"
    alone.write_bytes(room.rendition("90p/init.mp4").read_bytes() + room.rendition("90p/00000002.m4s").read_bytes())
    assert float(recorded.picture_times(alone)[0]) == 2.0
    source = recorded.brightness(programme.playlist("video"), 2.0).astype(float)
    shown = recorded.brightness(alone, 2.0).astype(float)
    halved = source.reshape(90, 2, 160, 2).mean(axis=(1, 3))
    # Scaling and compression change single pixels; another frame of the moving test picture differs by 15 and more.
    assert np.abs(halved - shown).mean() < 8


def test_rung_is_not_made_twice(room: Room, programme: Programme) -> None:
    video, folder = programme.playlist("video"), room.rendition("90p")
    assert encode.encode_rung(video, folder, SMALL, MEANS)
    assert not encode.encode_rung(video, folder, SMALL, MEANS)
    (folder / "00000001.m4s").write_bytes(b"torn")
    assert encode.encode_rung(video, folder, SMALL, MEANS)


def test_changed_programme_or_parameters_make_a_new_rung(room: Room, programme: Programme) -> None:
    video, folder = programme.playlist("video"), room.rendition("90p")
    encode.encode_rung(video, folder, SMALL, MEANS)
    recorded.interrupt(video, 1)
    assert encode.encode_rung(video, folder, SMALL, MEANS)
    assert encode.encode_rung(video, folder, Rung(name="90p", height=90, bitrate=90_000), MEANS)


def test_single_file_is_cut_every_two_seconds(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    recorded.run(["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=4.5", str(film)])
    encode.encode_rung(film, tmp_path / "90p", SMALL, MEANS)
    playlist = playlists.read(tmp_path / "90p/index.m3u8")
    assert [round(each.duration_s, 3) for each in playlist.segments] == [2.0, 2.0, 0.5]
    assert len(recorded.picture_times(tmp_path / "90p/index.m3u8")) == 135


def test_download_holds_the_programmes_own_packets_index_first(room: Room, programme: Programme) -> None:
    video, audio = programme.playlist("video"), programme.playlist("audio")
    assert encode.copy_download(video, audio, room.download, MEANS)
    assert not encode.copy_download(video, audio, room.download, MEANS)
    result = probe.probe(room.download)
    assert result.picture == probe.picture_of(video)
    assert result.sound == probe.sound_of(audio)
    with room.download.open("rb") as file:
        kinds = [kind for kind, _, _ in encode.boxes(file)]
    assert kinds.index(b"moov") < kinds.index(b"mdat")


def test_sound_file_holds_the_programmes_own_sound(room: Room, programme: Programme) -> None:
    target = room.rendition("audio.m4a")
    assert encode.copy_sound(programme.playlist("audio"), target, MEANS)
    assert probe.probe(target).sound == probe.sound_of(programme.playlist("audio"))


def test_lost_frames_are_an_error_and_leave_no_rendition(room: Room, programme: Programme) -> None:
    segment = programme.segment("video", 2)
    whole = segment.read_bytes()
    segment.write_bytes(whole[: len(whole) // 3] + bytes(len(whole) // 2) + whole[len(whole) * 5 // 6 :])
    with contextlib.suppress(steps.Permanent):
        encode.encode_rung(programme.playlist("video"), room.rendition("90p"), SMALL, MEANS)
        frames = probe.picture_of(room.rendition("90p/index.m3u8")).frames
        assert frames == probe.picture_of(programme.playlist("video")).frames
    assert [each.name for each in room.rendition("").iterdir() if each.name.startswith(".")] == []


def test_compare_names_the_difference() -> None:
    whole = probe.Track(codec="h264", frames=50, start_s=0.0, end_s=2.0)
    with pytest.raises(encode.Different, match="49 frames where its source has 50"):
        encode.compare(whole, probe.Track(codec="h264", frames=49, start_s=0.0, end_s=1.96), "x.mp4")
    with pytest.raises(encode.Different, match=r"from 0\.500 to 2\.500 s"):
        encode.compare(whole, probe.Track(codec="h264", frames=50, start_s=0.5, end_s=2.5), "x.mp4")


@pytest.fixture
def long_programme(room: Room) -> Programme:
    """Large and slow enough for ffmpeg to be met at work: some seconds of encoding."""
    return recorded.programme(room.programme(), seconds=6, size="1280x720", sound=False)


def test_stopping_in_the_middle_leaves_nothing_under_the_final_name(room: Room, long_programme: Programme) -> None:
    def lose_the_lease(fraction: float) -> None:
        if fraction > 0:
            raise steps.Stopped("the lease is lost")

    means = Means(settings=Settings(rung_preset="slower", niceness=0), progress=lose_the_lease)
    rung = Rung(name="480p", height=480, bitrate=1_000_000)
    with pytest.raises(steps.Stopped):
        encode.encode_rung(long_programme.playlist("video"), room.rendition("480p"), rung, means)
    assert list(room.rendition("").iterdir()) == []


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
