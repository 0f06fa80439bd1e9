"""Playlists are read as the recorder writes them, and written so that players can use them."""

from pathlib import Path

import pytest

from ingest import steps
from transcode import playlists
from transcode.playlists import Playlist, Segment

RECORDED = """#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.2
#EXT-X-PART-INF:PART-TARGET=0.4
#EXT-X-MEDIA-SEQUENCE:1
#EXT-X-MAP:URI="init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-23T10:00:00.000Z
#EXT-X-PART:DURATION=0.4,URI="00000001.m4s",BYTERANGE="100@0",INDEPENDENT=YES
#EXTINF:2.00000,
00000001.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="init.mp4"
#EXTINF:1.20000,
00000002.m4s
#EXT-X-ENDLIST
"""


def test_parse_reads_what_the_recorder_writes() -> None:
    first = Segment(address="00000001.m4s", duration_s=2.0, date_time="2026-11-23T10:00:00.000Z")
    second = Segment(address="00000002.m4s", duration_s=1.2, discontinuity=True)
    assert playlists.parse(RECORDED) == Playlist(init="init.mp4", segments=(first, second), first_number=1, ended=True)


def test_written_playlist_reads_the_same() -> None:
    playlist = playlists.parse(RECORDED)
    assert playlists.parse(playlists.write("init.mp4", playlist.segments, 1)) == playlist


def test_starts_are_sums_of_durations() -> None:
    assert playlists.parse(RECORDED).starts_s == [0.0, 2.0]


@pytest.mark.parametrize("text", ["", "<html>", "#EXTM3U\nsegment-without-duration.m4s\n"])
def test_what_is_no_playlist_is_refused(text: str) -> None:
    with pytest.raises(steps.Permanent):
        playlists.parse(text)


def test_recording_without_end_is_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "index.m3u8"
    path.write_text(RECORDED.replace("#EXT-X-ENDLIST\n", ""), encoding="utf-8")
    with pytest.raises(steps.Transient):
        playlists.read(path)


def test_missing_segment_is_named(tmp_path: Path) -> None:
    path = tmp_path / "index.m3u8"
    path.write_text(RECORDED, encoding="utf-8")
    (tmp_path / "init.mp4").touch()
    (tmp_path / "00000001.m4s").touch()
    with pytest.raises(playlists.MissingSegment, match="00000002"):
        playlists.read(path)
