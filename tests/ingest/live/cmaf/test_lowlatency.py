"""`ingest/live/cmaf/lowlatency.py`: what low-latency playlists say, and who has to wait."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from ingest.live.cmaf.hls import Playlist, Segment
from ingest.live.cmaf.lowlatency import BadDirective, Live, Part, Report, Requested, Verdict, media, requested, verdict
from tests.ingest.live.rules import broken_rules, understood

BEGAN = datetime(2026, 11, 23, 18, tzinfo=UTC)
PARTS = tuple(Part(Fraction(2, 5), n == 0) for n in range(5))


def live(whole: int, parts: int, *, ended: bool = False, first: int = 1, short: int | None = None) -> Live:
    """`whole` segments from `first`, then `parts` of an open one; segment `short` has two parts only."""
    numbers = range(first, first + whole)
    pieces = {n: PARTS[:2] if n == short else PARTS for n in numbers}
    segments = tuple(
        Segment(
            uri=f"{n:08d}.m4s",
            seconds=sum((part.seconds for part in pieces[n]), Fraction(0)),
            wall=BEGAN + timedelta(seconds=2 * n),
        )
        for n in numbers
    )
    playlist = Playlist(target_s=2, segments=segments, first=first, ended=ended, interrupted=short == first + whole - 1)
    open_parts = {} if ended else {first + whole: PARTS[:parts]}
    return Live(playlist=playlist, parts=pieces | open_parts, wall=BEGAN + timedelta(seconds=2 * (first + whole)))


def test_parts_come_before_their_segment_and_after_its_moment() -> None:
    text = media(live(1, 2), Report("../audio/index.m3u8", 2, 1))
    assert text == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:9\n"
        "#EXT-X-TARGETDURATION:2\n"
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.217,CAN-SKIP-UNTIL=12.0\n"
        "#EXT-X-PART-INF:PART-TARGET=0.40534\n"
        "#EXT-X-MEDIA-SEQUENCE:1\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="init.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T18:00:02.000Z\n"
        '#EXT-X-PART:DURATION=0.40000,URI="00000001.0.m4s",INDEPENDENT=YES\n'
        '#EXT-X-PART:DURATION=0.40000,URI="00000001.1.m4s"\n'
        '#EXT-X-PART:DURATION=0.40000,URI="00000001.2.m4s"\n'
        '#EXT-X-PART:DURATION=0.40000,URI="00000001.3.m4s"\n'
        '#EXT-X-PART:DURATION=0.40000,URI="00000001.4.m4s"\n'
        "#EXTINF:2.000000,\n"
        "00000001.m4s\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T18:00:04.000Z\n"
        '#EXT-X-PART:DURATION=0.40000,URI="00000002.0.m4s",INDEPENDENT=YES\n'
        '#EXT-X-PART:DURATION=0.40000,URI="00000002.1.m4s"\n'
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="00000002.2.m4s"\n'
        '#EXT-X-RENDITION-REPORT:URI="../audio/index.m3u8",LAST-MSN=2,LAST-PART=1\n'
    )


@pytest.mark.parametrize("whole", range(13))
@pytest.mark.parametrize("parts", range(5))
@pytest.mark.parametrize("skip", [False, True])
def test_the_rules_hold_at_every_length(whole: int, parts: int, skip: bool) -> None:
    if whole or parts:
        assert broken_rules(media(live(whole, parts), skip=skip)) == []


def test_an_ended_playlist_hints_at_nothing() -> None:
    text = media(live(3, 0, ended=True))
    assert text.endswith("00000003.m4s\n#EXT-X-ENDLIST\n")
    assert broken_rules(text) == []


def test_after_a_crash_the_gap_stands_before_the_open_segment() -> None:
    text = media(live(3, 1, short=3))
    assert "00000003.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME" in text
    assert broken_rules(text) == []


def test_a_delta_update_leaves_out_what_is_old_and_no_more() -> None:
    whole, delta = understood(media(live(10, 3))), understood(media(live(10, 3), skip=True))
    assert delta.skipped == 4
    assert delta.segments == whole.segments[4:]
    assert delta.parts == whole.parts
    assert understood(media(live(6, 0), skip=True)).skipped == 0


def test_numbers_go_on_when_the_window_moves() -> None:
    seen = understood(media(live(10, 3, first=31), skip=True))
    assert (seen.first, seen.skipped, seen.segments[0][0]) == (31, 4, "00000035.m4s")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, Requested()),
        ({"_HLS_msn": "7"}, Requested(7)),
        ({"_HLS_msn": "7", "_HLS_part": "0", "_HLS_skip": "YES"}, Requested(7, 0, skip=True)),
        ({"other": "x", "_HLS_skip": "no"}, Requested()),
    ],
)
def test_directives(query: dict[str, str], expected: Requested) -> None:
    assert requested(query) == expected


@pytest.mark.parametrize(
    "query", [{"_HLS_part": "1"}, {"_HLS_msn": "-1"}, {"_HLS_msn": "x"}, {"_HLS_msn": "٣"}, {"_HLS_msn": "1" * 10}]
)
def test_directives_that_mean_nothing(query: dict[str, str]) -> None:
    with pytest.raises(BadDirective):
        requested(query)


@pytest.mark.parametrize(
    ("number", "part", "expected"),
    [
        (None, None, Verdict.READY),
        (3, None, Verdict.READY),
        (3, 4, Verdict.READY),
        (4, 1, Verdict.READY),
        (4, 2, Verdict.WAIT),
        (4, None, Verdict.WAIT),
        (4, 5, Verdict.WAIT),  # its segment may end before: then it is the first part of the next one
        (4, 9, Verdict.WAIT),
        (4, 10, Verdict.TOO_FAR),
        (5, 0, Verdict.WAIT),
        (6, None, Verdict.WAIT),
        (7, None, Verdict.TOO_FAR),
        (999_999_999, 0, Verdict.TOO_FAR),
    ],
)
def test_who_has_to_wait(number: int | None, part: int | None, expected: Verdict) -> None:
    assert verdict(live(3, 2), Requested(number, part)) is expected


def test_a_part_past_the_end_of_its_segment_is_the_first_of_the_next() -> None:
    for part in (5, 6, 40):
        assert verdict(live(3, 0), Requested(3, part)) is Verdict.WAIT
        assert verdict(live(3, 1), Requested(3, part)) is Verdict.READY
    assert verdict(live(3, 1, short=2), Requested(2, 3)) is Verdict.READY


def test_nobody_waits_for_what_is_over() -> None:
    assert verdict(live(3, 0, ended=True), Requested(4, 0)) is Verdict.READY
