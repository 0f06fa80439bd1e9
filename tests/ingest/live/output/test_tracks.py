from pathlib import Path

import av
import pytest

from ingest.archive import Room
from ingest.live.output.tracks import Track, next_part
from ingest.live.webrtc.jitter import EncodedFrame
from tests.ingest.live.packets import opus, pictures, tone
from tests.standins.media import read_sound


def write(path: Path, frames: list[EncodedFrame], origin: dict[str, int]) -> Track:
    track = Track(path, person="ada", part=1, origin=origin)
    for frame in sorted(frames, key=lambda frame: frame.arrived):
        track.add(frame)
    return track


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_a_track_holds_what_was_received(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "ada.mkv"
    track = write(
        path, pictures(60, codec=codec, first_rtp=9_000) + opus(tone(2.0), 4_800), {"audio": 4_799, "video": 8_999}
    )
    track.end()
    assert track.wait(5)
    with av.open(str(path), "r") as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert len(times) == 60
    assert [times[0], times[-1]] == pytest.approx([0.0, 59 / 30], abs=0.002)
    assert len(read_sound(path)) == pytest.approx(2.0 * 48_000, abs=1920)


def test_a_track_begins_with_a_keyframe_and_leaves_out_what_was_before(tmp_path: Path) -> None:
    frames = pictures(60, group=15)
    track = write(tmp_path / "ada.mkv", frames[5:], {"video": frames[20].rtp})
    track.end()
    assert track.wait(5)
    with av.open(str(tmp_path / "ada.mkv"), "r") as container:
        first = next(container.decode(video=0))
    assert first.key_frame
    assert first.time == pytest.approx(10 / 30, abs=0.002)


def test_what_is_said_before_the_first_keyframe_is_in_the_track(tmp_path: Path) -> None:
    frames = [*pictures(60, group=15)[5:], *opus(tone(2.0))]
    track = write(tmp_path / "ada.mkv", frames, {"audio": -1, "video": -1})
    track.end()
    assert track.wait(5)
    assert len(read_sound(tmp_path / "ada.mkv")) == pytest.approx(2.0 * 48_000, abs=1920)


def test_a_track_whose_process_died_can_be_read(tmp_path: Path) -> None:
    track = write(tmp_path / "ada.mkv", pictures(120) + opus(tone(4.0)), {"audio": -1, "video": -1})
    track.end()
    assert track.wait(5)
    whole = (tmp_path / "ada.mkv").read_bytes()
    torn = tmp_path / "torn.mkv"
    torn.write_bytes(whole[: len(whole) * 3 // 4])
    with av.open(str(torn), "r") as container:
        pictures_seen = sum(1 for _ in container.decode(video=0))
    assert pictures_seen >= 60


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_a_camera_that_turns_stays_in_its_track(tmp_path: Path, codec: str) -> None:
    turned = pictures(15, codec=codec, size=(48, 64), first_rtp=15 * 3000)
    track = write(tmp_path / "ada.mkv", pictures(15, codec=codec) + turned, {"video": -1})
    track.end()
    assert track.wait(5)
    with av.open(str(tmp_path / "ada.mkv"), "r") as container:
        shapes = [(frame.width, frame.height) for frame in container.decode(video=0)]
    assert shapes == [(64, 48)] * 15 + [(48, 64)] * 15


def test_a_microphone_alone_is_a_track_too(tmp_path: Path) -> None:
    track = write(tmp_path / "ada.mkv", opus(tone(1.0)), {"audio": -1})
    track.end()
    assert track.wait(5)
    assert len(read_sound(tmp_path / "ada.mkv")) == pytest.approx(48_000, abs=1920)


def test_a_disk_that_is_full_ends_the_track_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    track = write(tmp_path / "file" / "ada.mkv", pictures(5), {"video": -1})
    assert track.wait(5)


def test_parts_are_counted_on(tmp_path: Path) -> None:
    room = Room(tmp_path)
    assert next_part(room, "ada") == 1
    room.tracks.mkdir()
    room.track("ada", 1).touch()
    room.track("ada", 2).touch()
    assert next_part(room, "ada") == 3
