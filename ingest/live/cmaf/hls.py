"""Segments come in as values, the text of HLS playlists goes out (RFC 8216bis), and back after a crash.

The media playlist on disk always lists everything from the first segment: it is the replay, and what a new child
reads to go on. `live_window` is what a live viewer is given of it, so that it does not grow with the hours.
All addresses are relative: the same files play from the studio, the site, a bucket or a folder.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from functools import cached_property

_HEAD = "#EXTM3U\n#EXT-X-VERSION:7\n"


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One line of a media playlist; `seconds` is exact, `wall` is when its first frame was shown."""

    uri: str
    seconds: Fraction
    wall: datetime
    discontinuity: bool = False

    @cached_property
    def moment(self) -> str:
        """The lines before its parts; kept, because a playlist is written again and again, for hours."""
        return ("#EXT-X-DISCONTINUITY\n" if self.discontinuity else "") + date_time(self.wall)

    @cached_property
    def entry(self) -> str:
        """The lines after its parts."""
        return f"#EXTINF:{float(self.seconds):.6f},\n{self.uri}"


@dataclass(frozen=True, kw_only=True)
class Playlist:
    """A media playlist. `interrupted`: the next segment, not yet there, comes after a discontinuity."""

    target_s: int
    segments: tuple[Segment, ...] = ()
    ended: bool = False
    interrupted: bool = False
    first: int = 1
    gaps_before: int = 0
    init: str = "init.mp4"

    def with_segment(self, segment: Segment) -> "Playlist":
        """One more segment at the end; it takes over a discontinuity that was announced."""
        segment = replace(segment, discontinuity=segment.discontinuity or self.interrupted)
        return replace(self, segments=(*self.segments, segment), interrupted=False)


def date_time(wall: datetime) -> str:
    """The tag that says when the next frame was shown."""
    text = wall.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"#EXT-X-PROGRAM-DATE-TIME:{text}"


def media(playlist: Playlist) -> str:
    """The text of a media playlist."""
    lines = [_HEAD + f"#EXT-X-TARGETDURATION:{playlist.target_s}", f"#EXT-X-MEDIA-SEQUENCE:{playlist.first}"]
    if playlist.gaps_before:
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{playlist.gaps_before}")
    if playlist.first == 1:
        lines.append("#EXT-X-PLAYLIST-TYPE:EVENT")
    lines += ["#EXT-X-INDEPENDENT-SEGMENTS", f'#EXT-X-MAP:URI="{playlist.init}"']
    lines += [f"{each.moment}\n{each.entry}" for each in playlist.segments]
    if playlist.interrupted:
        lines.append("#EXT-X-DISCONTINUITY")
    if playlist.ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def parse(text: str) -> Playlist:
    """Read back what `media` wrote. Raises ValueError when it is not such a playlist."""
    if not text.startswith("#EXTM3U\n"):
        raise ValueError(f"not a media playlist: {text[:80]!r}")
    values: dict[str, str] = {}
    segments: list[Segment] = []
    interrupted = False
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if line == "#EXT-X-DISCONTINUITY":
            interrupted = True
        elif line.startswith("#"):
            values[name] = value
        elif line:
            wall = datetime.fromisoformat(values["#EXT-X-PROGRAM-DATE-TIME"].replace("Z", "+00:00"))
            seconds = Fraction(values["#EXTINF"].rstrip(","))
            segments.append(Segment(uri=line, seconds=seconds, wall=wall, discontinuity=interrupted))
            interrupted = False
    try:
        return Playlist(
            target_s=int(values["#EXT-X-TARGETDURATION"]),
            segments=tuple(segments),
            ended="#EXT-X-ENDLIST" in values,
            interrupted=interrupted,
            first=int(values["#EXT-X-MEDIA-SEQUENCE"]),
            gaps_before=int(values.get("#EXT-X-DISCONTINUITY-SEQUENCE", "0")),
            init=values["#EXT-X-MAP"].removeprefix('URI="').removesuffix('"'),
        )
    except KeyError as missing:
        raise ValueError(f"a media playlist without {missing}") from missing


def live_window(playlist: Playlist, segments: int) -> Playlist:
    """The newest `segments`; also at the end, since numbers must not go back before a live viewer's eyes."""
    gone = len(playlist.segments) - segments
    if gone <= 0:
        return playlist
    # A discontinuity leaves the list together with the segment it stands before (RFC 8216bis, 6.2.2).
    gaps = sum(each.discontinuity for each in playlist.segments[:gone])
    kept = playlist.segments[gone:]
    return replace(playlist, segments=kept, first=playlist.first + gone, gaps_before=playlist.gaps_before + gaps)


def parse_newest(text: str, segments: int) -> Playlist:
    """`live_window` of what `parse` would read, in the time that the window takes, not the hours before it."""
    gone = text.count("\n#EXTINF:") - segments
    if gone <= 0:
        return parse(text)
    at = len(text)
    for _ in range(segments):
        at = text.rindex("#EXT-X-PROGRAM-DATE-TIME:", 0, at)
    if text.endswith("#EXT-X-DISCONTINUITY\n", 0, at):
        at -= len("#EXT-X-DISCONTINUITY\n")
    before = text[:at]
    head = before[: before.index("#EXT-X-MAP:")]
    init = before[len(head) : before.index("\n", len(head)) + 1]
    kept = parse(head + init + text[at:])
    gaps = kept.gaps_before + before.count("#EXT-X-DISCONTINUITY\n")
    return replace(kept, first=kept.first + gone, gaps_before=gaps)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A picture in one quality, for the master playlist; rates in bits a second, sound included."""

    uri: str
    bandwidth: int
    average_bandwidth: int
    codecs: str
    width: int
    height: int
    frame_rate: int


def master(variants: Sequence[Variant], audio: str, name: str = "programme") -> str:
    """The text of a master playlist: `variants` in the order a player shall try them, all with the sound `audio`."""
    lines = [_HEAD + "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines.append(f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="{name}",DEFAULT=YES,AUTOSELECT=YES,URI="{audio}"')
    for each in variants:
        rates = f"BANDWIDTH={each.bandwidth},AVERAGE-BANDWIDTH={each.average_bandwidth}"
        shape = f"RESOLUTION={each.width}x{each.height},FRAME-RATE={each.frame_rate:.3f}"
        lines.append(f'#EXT-X-STREAM-INF:{rates},CODECS="{each.codecs}",{shape},AUDIO="audio"')
        lines.append(each.uri)
    return "\n".join(lines) + "\n"
