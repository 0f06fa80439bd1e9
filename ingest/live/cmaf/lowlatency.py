"""A live window and its parts come in, the text of a low-latency playlist goes out, and who has to wait (RFC 8216bis).

Parts have addresses of their own, `00000012.3.m4s` for the fourth part of segment 12, though they lie in the segment's
file: a cache in front keeps an address for good, and a range of a growing file not at all. `requested` reads what a
player asks for, `verdict` says whether it is there. Nothing here knows a clock or a disk.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from fractions import Fraction

from ingest.live.cmaf import boxes, hls

# Frames of sound do not fit parts of 0.4 s: some hold 19 of them, and no part may be longer than the target says.
PART_TARGET_S = Fraction(19 * boxes.AAC_FRAME, boxes.AUDIO_TIMESCALE)
PART_HOLD_BACK = 3  # parts; RFC 8216bis, 4.4.3.8: at least two, better three
PARTS_KEPT = 3  # target durations from the end, after which parts leave the list (4.4.4.9)
SKIP_UNTIL = 6  # target durations; the least there may be (4.4.3.8)
ADVANCE_SEGMENTS = 2  # further ahead nobody can know of anything (6.2.5.2)
ADVANCE_PARTS = -(-3 // PART_TARGET_S)  # for parts shorter than a second: those of three seconds (6.2.5.2)
PART_ADDRESS = re.compile(r"(\d{8})\.(\d{1,2})\.m4s")


class BadDirective(ValueError):
    """What the player asks for means nothing; the text is for its maker."""


class Verdict(Enum):
    """What to do with a request."""

    READY = "ready"
    WAIT = "wait"
    TOO_FAR = "too far"


@dataclass(frozen=True)
class Part:
    """A piece of a segment that can be had before the segment is whole."""

    seconds: Fraction
    independent: bool


@dataclass(frozen=True)
class Report:
    """Where another rendition stands: its address and its newest part."""

    uri: str
    number: int
    part: int


@dataclass(frozen=True, kw_only=True)
class Live:
    """One kind as viewers see it: whole segments, parts by segment number, and the segment that is being written.

    `wall` is when the first frame of that open segment was shown, None before its first part is there.
    """

    playlist: hls.Playlist
    parts: Mapping[int, Sequence[Part]] = field(default_factory=dict)
    wall: datetime | None = None

    @property
    def next_number(self) -> int:
        """The number of the open segment."""
        return self.playlist.first + len(self.playlist.segments)

    @property
    def newest(self) -> tuple[int, int] | None:
        """Segment and index of the newest part, None before there is one."""
        for number in (self.next_number, self.next_number - 1):
            if self.parts.get(number):
                return number, len(self.parts[number]) - 1
        return None

    def report(self, uri: str) -> Report | None:
        """What other renditions say of this one."""
        return Report(uri, *self.newest) if self.newest else None


@dataclass(frozen=True)
class Requested:
    """What a player asks a playlist for: to wait for segment `number` (or its `part`), and to leave out what is old."""

    number: int | None = None
    part: int | None = None
    skip: bool = False


def requested(query: Mapping[str, str]) -> Requested:
    """Read delivery directives (6.2.5). Raises BadDirective."""
    number, part = (_count(query, name) for name in ("_HLS_msn", "_HLS_part"))
    if part is not None and number is None:
        raise BadDirective("_HLS_part needs _HLS_msn")
    return Requested(number, part, query.get("_HLS_skip") in ("YES", "v2"))


def _count(query: Mapping[str, str], name: str) -> int | None:
    value = query.get(name)
    if value is None:
        return None
    if not re.fullmatch(r"\d{1,9}", value, re.ASCII):
        raise BadDirective(f"{name} is a number")
    return int(value)


def verdict(live: Live, request: Requested) -> Verdict:
    """Whether the playlist holds what is asked for, may soon, or cannot within reason."""
    if request.number is None or live.playlist.ended:
        return Verdict.READY
    number, part = request.number, request.part
    if part is not None and number < live.next_number and part >= len(live.parts.get(number, ())):
        # A part past the end of its segment is the first of the next one; of old segments nobody knows parts.
        number, part = (number + 1, 0) if number in live.parts else (number, None)
    if number < live.next_number:
        return Verdict.READY
    there = len(live.parts.get(live.next_number, ()))
    if number == live.next_number and part is not None:
        if part < there:
            return Verdict.READY
        return Verdict.WAIT if part < there + ADVANCE_PARTS else Verdict.TOO_FAR
    newest = live.next_number if there else live.next_number - 1
    return Verdict.WAIT if number <= newest + ADVANCE_SEGMENTS else Verdict.TOO_FAR


def part_address(number: int, index: int) -> str:
    """The address of a part, beside its segment's."""
    return f"{number:08d}.{index}.m4s"


def media(live: Live, report: Report | None = None, *, skip: bool = False) -> str:
    """The text of the playlist; with `skip` a delta update, where there is something to leave out."""
    playlist = live.playlist
    skipped = _skippable(live) if skip else 0
    lines = _head(playlist)
    lines.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}" if skipped else f'#EXT-X-MAP:URI="{playlist.init}"')
    listed = _with_parts(live)
    for number, segment in enumerate(playlist.segments[skipped:], playlist.first + skipped):
        lines.append(segment.moment)
        if number in listed:
            lines += _parts(number, live.parts[number])
        lines.append(segment.entry)
    return "\n".join(lines + _tail(live, report)) + "\n"


def _head(playlist: hls.Playlist) -> list[str]:
    hold_back = f"{float(PART_HOLD_BACK * PART_TARGET_S) + 0.001:.3f}"
    skip_until = f"{SKIP_UNTIL * playlist.target_s}.0"
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{playlist.target_s}",
        f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={hold_back},CAN-SKIP-UNTIL={skip_until}",
        f"#EXT-X-PART-INF:PART-TARGET={float(PART_TARGET_S) + 0.00001:.5f}",
        f"#EXT-X-MEDIA-SEQUENCE:{playlist.first}",
    ]
    if playlist.gaps_before:
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{playlist.gaps_before}")
    return [*lines, "#EXT-X-INDEPENDENT-SEGMENTS"]


def _tail(live: Live, report: Report | None) -> list[str]:
    """The open segment, what comes next, and where the other rendition stands."""
    if live.playlist.ended:
        return ["#EXT-X-ENDLIST"]
    number = live.next_number
    parts = live.parts.get(number, ())
    lines = ["#EXT-X-DISCONTINUITY"] if live.playlist.interrupted else []
    if parts and live.wall is not None:
        lines.append(hls.date_time(live.wall))
    lines += _parts(number, parts)
    lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{part_address(number, len(parts))}"')
    if report is not None:
        lines.append(f'#EXT-X-RENDITION-REPORT:URI="{report.uri}",LAST-MSN={report.number},LAST-PART={report.part}')
    return lines


def _parts(number: int, parts: Sequence[Part]) -> list[str]:
    return [
        f'#EXT-X-PART:DURATION={float(part.seconds):.5f},URI="{part_address(number, index)}"'
        + (",INDEPENDENT=YES" if part.independent else "")
        for index, part in enumerate(parts)
    ]


def _open_seconds(live: Live) -> Fraction:
    return sum((part.seconds for part in live.parts.get(live.next_number, ())), Fraction(0))


def _with_parts(live: Live) -> set[int]:
    """Whole segments that are near enough to the end for their parts to be listed."""
    after, listed = _open_seconds(live), set[int]()
    number = live.next_number
    for segment in reversed(live.playlist.segments):
        number -= 1
        if after >= PARTS_KEPT * live.playlist.target_s or not live.parts.get(number):
            break
        listed.add(number)
        after += segment.seconds
    return listed


def _skippable(live: Live) -> int:
    """How many segments at the beginning end before the skip boundary."""
    after, kept = _open_seconds(live), 0
    for segment in reversed(live.playlist.segments):
        if after > SKIP_UNTIL * live.playlist.target_s:
            break
        kept += 1
        after += segment.seconds
    return len(live.playlist.segments) - kept
