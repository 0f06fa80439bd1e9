"""`ingest/live/cmaf/hls.py`: playlists as text, and back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from ingest.live.cmaf.hls import Playlist, Segment, Variant, live_window, master, media, parse, parse_newest

BEGAN = datetime(2026, 11, 23, 18, tzinfo=UTC)


def segment(number: int, seconds: Fraction = Fraction(2), gap: bool = False) -> Segment:
    wall = BEGAN + timedelta(seconds=2 * (number - 1))
    return Segment(uri=f"{number:08d}.m4s", seconds=seconds, wall=wall, discontinuity=gap)


def test_a_running_playlist() -> None:
    playlist = Playlist(target_s=2, segments=(segment(1), segment(2, Fraction(4, 5)), segment(3, gap=True)))
    assert media(playlist) == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-TARGETDURATION:2\n"
        "#EXT-X-MEDIA-SEQUENCE:1\n"
        "#EXT-X-PLAYLIST-TYPE:EVENT\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="init.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T18:00:00.000Z\n"
        "#EXTINF:2.000000,\n"
        "00000001.m4s\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T18:00:02.000Z\n"
        "#EXTINF:0.800000,\n"
        "00000002.m4s\n"
        "#EXT-X-DISCONTINUITY\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T18:00:04.000Z\n"
        "#EXTINF:2.000000,\n"
        "00000003.m4s\n"
    )


def test_an_ended_playlist_says_so() -> None:
    assert media(Playlist(target_s=2, segments=(segment(1),), ended=True)).endswith("00000001.m4s\n#EXT-X-ENDLIST\n")


def test_what_was_written_is_read_back() -> None:
    whole = Playlist(target_s=2, segments=(segment(1), segment(2, gap=True)), ended=True)
    assert parse(media(whole)) == whole
    waiting = Playlist(target_s=2, segments=(segment(1),), interrupted=True)
    assert parse(media(waiting)) == waiting
    assert parse(media(Playlist(target_s=2))) == Playlist(target_s=2)


def test_an_announced_discontinuity_belongs_to_the_next_segment() -> None:
    playlist = Playlist(target_s=2, segments=(segment(1),), interrupted=True).with_segment(segment(2))
    assert playlist.segments[1] == segment(2, gap=True)
    assert not playlist.interrupted


@pytest.mark.parametrize("text", ["", "<html>", "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:1\n"])
def test_what_is_no_playlist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a media playlist"):
        parse(text)


def test_a_live_viewer_gets_the_newest_segments() -> None:
    playlist = Playlist(target_s=2, segments=tuple(segment(n, gap=n in (2, 5)) for n in range(1, 7)))
    window = live_window(playlist, 3)
    assert window == replace(playlist, segments=playlist.segments[3:], first=4, gaps_before=1)
    text = media(window)
    assert "#EXT-X-MEDIA-SEQUENCE:4\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n" in text
    assert "EVENT" not in text
    assert live_window(playlist, 6) is playlist


def test_numbers_do_not_go_back_at_the_end() -> None:
    playlist = Playlist(target_s=2, segments=tuple(segment(n) for n in range(1, 7)), ended=True)
    assert live_window(playlist, 3).first == 4


@pytest.mark.parametrize("gap", range(1, 8))
@pytest.mark.parametrize("state", ["running", "interrupted", "ended"])
def test_a_window_can_be_read_without_reading_hours(gap: int, state: str) -> None:
    whole = Playlist(
        target_s=2,
        segments=tuple(segment(n, gap=n in (2, gap)) for n in range(1, 7)),
        ended=state == "ended",
        interrupted=state == "interrupted",
    )
    for segments in range(1, 9):
        assert parse_newest(media(whole), segments) == live_window(whole, segments)


def test_a_master_playlist_names_qualities_and_sound() -> None:
    variant = Variant(
        uri="video/index.m3u8",
        bandwidth=3_846_000,
        average_bandwidth=2_596_000,
        codecs="avc1.42c01f,mp4a.40.2",
        width=1280,
        height=720,
        frame_rate=30,
    )
    assert master([variant], "audio/index.m3u8") == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="programme",DEFAULT=YES,AUTOSELECT=YES,URI="audio/index.m3u8"\n'
        "#EXT-X-STREAM-INF:BANDWIDTH=3846000,AVERAGE-BANDWIDTH=2596000,"
        'CODECS="avc1.42c01f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=30.000,AUDIO="audio"\n'
        "video/index.m3u8\n"
    )
