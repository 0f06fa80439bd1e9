"""Smaller sizes have the frames, the cuts and the media time of the programme, however they were divided."""

import contextlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from ingest import steps
from ingest.archive import Programme, Room
from tests.transcode import recorded
from transcode import fragments, made, playlists, probe, stretches
from transcode.encode import Means
from transcode.fragments import Different
from transcode.playlists import Playlist, Segment
from transcode.settings import Settings

SETTINGS = Settings(niceness=0, rung_preset="ultrafast", ladder=("90:100", "60:60"), stretch_s=4.0)
MEANS = Means(settings=SETTINGS)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "room")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Programme:
    return recorded.programme(Programme(tmp_path_factory.mktemp("programme")), seconds=7, size="320x180", sound=False)


@pytest.fixture(scope="module")
def finished(original: Programme, tmp_path_factory: pytest.TempPathFactory) -> Room:
    """A room whose smaller sizes were made once; tests that change it take a copy."""
    room = Room(tmp_path_factory.mktemp("finished"))
    shutil.copytree(original.root, room.programme().root)
    recorded.interrupt(room.programme().playlist("video"), 1)
    make(room)
    return room


@pytest.fixture
def own(finished: Room, room: Room) -> Room:
    shutil.copytree(finished.root, room.root)
    return room


def make(room: Room, means: Means = MEANS) -> list[bool]:
    video = room.programme().playlist("video")
    plan = stretches.make_plan(video, room, means)
    news = [stretches.encode_stretch(video, room, number, means) for number in reversed(range(len(plan.counts)))]
    stretches.join(video, room, means)
    return news


def seconds(*lengths: float) -> Playlist:
    return Playlist(init="i", segments=tuple(Segment(address=f"{n}", duration_s=s) for n, s in enumerate(lengths)))


@pytest.mark.parametrize(
    ("playlist", "counts"),
    [
        (seconds(2, 2, 2, 2, 2), (3, 2)),
        (seconds(2), (1,)),
        (seconds(*[2.0] * 300), (30,) * 10),
        (seconds(*[2.0] * 45), (23, 22)),
    ],
)
def test_stretches_are_nearly_equal(playlist: Playlist, counts: tuple[int, ...]) -> None:
    stretch_s = 60 if len(playlist.segments) > 5 else 4
    assert stretches.divide(playlist, stretch_s) == counts


def test_each_size_has_the_frames_times_and_cuts_of_the_programme(finished: Room) -> None:
    video = finished.programme().playlist("video")
    source = playlists.read(video)
    assert stretches.read_plan(finished).counts == (2, 2)
    for name, size in (("90p", (160, 90)), ("60p", (106, 60))):
        path = finished.rendition(f"{name}/index.m3u8")
        assert recorded.picture_times(path) == recorded.picture_times(video)
        assert [(each.duration_s, each.discontinuity) for each in playlists.read(path).segments] == [
            (each.duration_s, each.discontinuity) for each in source.segments
        ]
        picture = probe.picture_of(path)
        assert (picture.width, picture.height) == size


def test_each_segment_plays_by_itself_and_shows_the_same(finished: Room, tmp_path: Path) -> None:
    second = stretches.folder_of(finished, 1) / "90p"
    alone = tmp_path / "alone.mp4"
    alone.write_bytes((second / "init.mp4").read_bytes() + (second / "00000003.m4s").read_bytes())
    assert float(recorded.picture_times(alone)[0]) == 4.0
    source = recorded.brightness(finished.programme().playlist("video"), 4.0).astype(float)
    halved = source.reshape(90, 2, 160, 2).mean(axis=(1, 3))
    # Scaling and compression change single pixels; another frame of the moving test picture differs by 15 and more.
    assert np.abs(halved - recorded.brightness(alone, 4.0).astype(float)).mean() < 8


def test_nothing_is_made_twice_and_what_is_torn_is_made_again(own: Room) -> None:
    assert make(own) == [False, False]
    (stretches.folder_of(own, 0) / "60p" / "00000001.m4s").write_bytes(b"torn")
    assert make(own) == [False, True]


def test_another_ladder_replaces_what_is_there(own: Room) -> None:
    assert make(own, Means(settings=Settings(niceness=0, ladder=("60:60",), stretch_s=60))) == [True]
    assert not own.rendition("90p").exists()
    assert not stretches.folder_of(own, 1).exists()
    assert len(recorded.picture_times(own.rendition("60p/index.m3u8"))) == 7 * recorded.RATE


def test_a_missing_stretch_is_no_rendition(own: Room) -> None:
    own.rendition("90p/index.m3u8").unlink()
    shutil.rmtree(stretches.folder_of(own, 1))
    with pytest.raises(stretches.NoPlan, match="0002 is not made yet"):
        stretches.join(own.programme().playlist("video"), own, MEANS)
    assert not own.rendition("90p/index.m3u8").exists()


def test_a_stretch_that_lost_a_segment_is_an_error_of_the_whole(own: Room) -> None:
    own.rendition("90p/index.m3u8").unlink()
    (stretches.folder_of(own, 1) / "90p" / "00000004.m4s").write_bytes(b"")
    with pytest.raises(Different, match="150 frames where its source has 175"):
        stretches.join(own.programme().playlist("video"), own, MEANS)


def test_damaged_programme_is_an_error_or_complete_and_leaves_no_litter(own: Room) -> None:
    segment = own.programme().segment("video", 4)
    whole = segment.read_bytes()
    segment.write_bytes(whole[: len(whole) // 3] + bytes(len(whole) // 2) + whole[len(whole) * 5 // 6 :])
    video = own.programme().playlist("video")
    with contextlib.suppress(steps.Permanent):
        make(own)
        assert probe.picture_of(own.rendition("90p/index.m3u8")).frames == probe.picture_of(video).frames
    assert [each.name for each in own.rendition("").rglob(".*")] == []


def test_stopping_in_the_middle_leaves_nothing_under_the_final_name(own: Room) -> None:
    def lost() -> None:
        raise steps.Stopped("the lease is lost")

    shutil.rmtree(stretches.folder_of(own, 0))
    made.receipt(stretches.folder_of(own, 0)).unlink()
    with pytest.raises(steps.Stopped):
        stretches.encode_stretch(own.programme().playlist("video"), own, 0, Means(settings=SETTINGS, confirm=lost))
    assert sorted(each.name for each in own.rendition("stretches").iterdir()) == ["0002", "0002.made.json", "plan.json"]


def test_frames_of_a_segment_are_counted(original: Programme) -> None:
    assert [fragments.samples(original.segment("video", n)) for n in (1, 4)] == [50, 25]


def test_wrong_number_of_fragments_is_an_error(original: Programme, tmp_path: Path) -> None:
    whole = tmp_path / "whole.mp4"
    whole.write_bytes(b"".join(original.segment("video", n).read_bytes() for n in (1, 2)))
    with pytest.raises(Different, match="2 fragments where 1 segments"):
        fragments.cut(whole, tmp_path, ["a"])
