"""What is worth making, and the master playlist over what is there."""

import shutil
from pathlib import Path

import pytest

from ingest.archive import Room
from ingest.settings import SettingError
from tests.transcode import recorded
from transcode import ladder
from transcode.ladder import Rung, Variant
from transcode.settings import Settings

LADDER = ladder.rungs(Settings().ladder)


@pytest.mark.parametrize(
    ("height", "names"), [(1080, ["480p", "240p"]), (720, ["480p", "240p"]), (480, ["240p"]), (240, [])]
)
def test_no_rung_is_as_large_as_the_programme(height: int, names: list[str]) -> None:
    assert [rung.name for rung in ladder.rungs_for(LADDER, height * 16 // 9, height)] == names


def test_width_is_even_and_keeps_the_shape() -> None:
    assert [ladder.width_for(LADDER[0], *size) for size in ((1280, 720), (1920, 1080), (641, 361))] == [854, 854, 852]


def test_ladder_is_a_setting_tallest_first() -> None:
    assert ladder.rungs(("361:500", "720:2000")) == [
        Rung(name="720p", height=720, bitrate=2_000_000),
        Rung(name="360p", height=360, bitrate=500_000),
    ]


@pytest.mark.parametrize("text", ["480", "480p:1000", "0:100", "480:0", "a:b"])
def test_ladder_without_meaning_is_refused_by_name(text: str) -> None:
    with pytest.raises(SettingError, match="OFFICEHOURS_LADDER"):
        ladder.rungs((text,))


def test_master_without_sound_has_no_group() -> None:
    top = Variant(address="v.m3u8", codec="avc1.42c01f", peak=2000, average=1000, width=1280, height=720, frame_rate=30)
    assert ladder.master([top], None).splitlines()[3:] == [
        '#EXT-X-STREAM-INF:BANDWIDTH=2000,AVERAGE-BANDWIDTH=1000,CODECS="avc1.42c01f",'
        "RESOLUTION=1280x720,FRAME-RATE=30.000",
        "v.m3u8",
    ]


def addresses(room: Room) -> list[str]:
    return [line for line in room.master.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


def test_master_names_the_programme_first_and_grows(tmp_path: Path) -> None:
    room = Room(tmp_path)
    programme = recorded.programme(room.programme(), seconds=2, size="640x360")
    ladder.write_master(room, 1, "de")
    assert addresses(room) == ["../programme/1/video/index.m3u8", "../programme/1/audio/index.m3u8"]
    shutil.copytree(programme.folder("video"), room.rendition("480p"))
    ladder.write_master(room, 1, "de")
    text = room.master.read_text(encoding="utf-8")
    assert addresses(room) == [
        "../programme/1/video/index.m3u8",
        "480p/index.m3u8",
        "../programme/1/audio/index.m3u8",
    ]
    assert 'TYPE=AUDIO,GROUP-ID="sound",NAME="Original",LANGUAGE="de"' in text
    assert 'CODECS="avc1.42c01e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=25.000,AUDIO="sound"' in text


def test_last_writer_of_two_at_the_same_time_has_seen_both_rungs(tmp_path: Path) -> None:
    room = Room(tmp_path)
    programme = recorded.programme(room.programme(), seconds=2, size="640x360", sound=False)

    def other_worker_finishes_first() -> None:
        """Between our look and our rename, another worker finishes its rung and writes its master."""
        if not room.rendition("480p").exists():
            shutil.copytree(programme.folder("video"), room.rendition("480p"))
            ladder.write_master(room, 1)

    ladder.write_master(room, 1, confirm=other_worker_finishes_first)
    assert addresses(room) == ["../programme/1/video/index.m3u8", "480p/index.m3u8"]
