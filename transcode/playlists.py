"""The text of an HLS media playlist comes in, its segments go out; and back into text for a rendition.

Only what the programme's playlists hold is understood (RFC 8216bis): MAP, EXTINF, DISCONTINUITY, PROGRAM-DATE-TIME,
ENDLIST. Low-latency parts are skipped: every whole segment also stands in the playlist by itself.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from ingest import steps


class StillRecording(steps.Transient):
    """The playlist has no end yet: look again later."""


class MissingSegment(steps.Permanent):
    """A file named by a playlist is not there."""


class BadPlaylist(steps.Permanent):
    """The file is no media playlist."""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One piece of media: its address relative to the playlist, and how long it lasts."""

    address: str
    duration_s: float
    discontinuity: bool = False
    date_time: str | None = None


@dataclass(frozen=True, kw_only=True)
class Playlist:
    """A media playlist of one kind of track."""

    init: str
    segments: tuple[Segment, ...]
    first_number: int = 0
    ended: bool = True

    @property
    def duration_s(self) -> float:
        return math.fsum(each.duration_s for each in self.segments)

    @property
    def starts_s(self) -> list[float]:
        """The media time at which each segment begins, as far as the playlist knows."""
        return [0.0, *accumulate(each.duration_s for each in self.segments)][:-1]


def parse(text: str) -> Playlist:
    """Read a media playlist. Raises BadPlaylist."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or lines[0] != "#EXTM3U":
        raise BadPlaylist("a playlist must begin with #EXTM3U")
    init, segments, number, ended = "", [], 0, False
    pending: dict[str, str] = {}
    for line in lines[1:]:
        tag, _, value = line.partition(":")
        if tag == "#EXT-X-MAP":
            init = init or _quoted(value, "URI")
        elif tag == "#EXT-X-MEDIA-SEQUENCE":
            number = int(value)
        elif tag == "#EXT-X-ENDLIST":
            ended = True
        elif not line.startswith("#"):
            segments.append(_segment(line, pending))
            pending = {}
        else:
            pending[tag] = value
    return Playlist(init=init, segments=tuple(segments), first_number=number, ended=ended)


def _segment(address: str, tags: dict[str, str]) -> Segment:
    try:
        duration_s = float(tags["#EXTINF"].split(",")[0])
    except (KeyError, ValueError) as error:
        raise BadPlaylist(f"segment {address} has no duration") from error
    return Segment(
        address=address,
        duration_s=duration_s,
        discontinuity="#EXT-X-DISCONTINUITY" in tags,
        date_time=tags.get("#EXT-X-PROGRAM-DATE-TIME"),
    )


def _quoted(attributes: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', attributes)
    if found is None:
        raise BadPlaylist(f"an attribute {name} is missing in {attributes!r}")
    return found[1]


def read(path: Path, which: slice = slice(None)) -> Playlist:
    """Read the playlist of a finished recording, of which the segments `which` are needed (all, unless said).

    Raises StillRecording, BadPlaylist, MissingSegment.
    """
    try:
        playlist = parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MissingSegment(f"there is no playlist {path}: was anything recorded?") from error
    if not playlist.ended:
        raise StillRecording(f"{path} has no end yet")
    if not playlist.segments:
        raise MissingSegment(f"{path} names no segment: nothing was recorded")
    for each in files(path, playlist, which):
        if not each.is_file():
            raise MissingSegment(f"{each} is named by {path.name} and is not there")
    return playlist


def files(path: Path, playlist: Playlist, which: slice = slice(None)) -> list[Path]:
    """The init segment and the segments `which` (all, unless said), as files."""
    return [path.parent / each for each in [playlist.init, *(each.address for each in playlist.segments[which])]]


def write(init: str, segments: Sequence[Segment], first_number: int) -> str:
    """The text of a finished media playlist (VOD)."""
    longest_s = max(each.duration_s for each in segments)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(1, math.floor(longest_s + 0.5))}",
        f"#EXT-X-MEDIA-SEQUENCE:{first_number}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{init}"',
    ]
    for each in segments:
        lines += ["#EXT-X-DISCONTINUITY"] if each.discontinuity else []
        lines += [f"#EXT-X-PROGRAM-DATE-TIME:{each.date_time}"] if each.date_time else []
        lines += [f"#EXTINF:{each.duration_s:.6f},", each.address]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])
