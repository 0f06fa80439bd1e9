"""The folder of a recording whose child died comes in; trimmed files and where to go on come out.

Both kinds are cut at the same tick, the end of the last part that is whole in both. The audio of a part may reach up
to one AAC frame past its end (frames do not fit ticks), so sound goes on a little after that tick and nothing is
said twice.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction

from ingest import archive
from ingest.live.cmaf import boxes, hls
from ingest.live.cmaf.segments import KINDS, started_at

TIMESCALES: Mapping[str, int] = {"video": boxes.VIDEO_TIMESCALE, "audio": boxes.AUDIO_TIMESCALE}


@dataclass(frozen=True, kw_only=True)
class Resumed:
    """Where a recording goes on: the tick, the sample (never before the tick), the segment and the playlists."""

    tick: int
    sample: int
    number: int
    playlists: dict[str, hls.Playlist]
    ended: bool


@dataclass(frozen=True, kw_only=True)
class Tail:
    """The newest segments of one kind that may be torn: number and whole parts of each."""

    kind: str
    segments: tuple[tuple[int, tuple[boxes.Part, ...]], ...]

    def whole_parts(self, part_s: Fraction) -> int:
        """How many full parts there are from media time 0 up to the tear."""
        parts = [part for _, parts in self.segments for part in parts]
        return int(Fraction(parts[-1].end, TIMESCALES[self.kind]) / part_s) if parts else 0


def resume(programme: archive.Programme, frame_rate: int, part_s: Fraction, target_s: int) -> Resumed:
    """Trim both kinds to the last part that is whole in both; an empty folder resumes at tick 0."""
    listed = {kind: _listed(programme, kind, target_s) for kind in KINDS}
    tails = {kind: _tail(programme, kind) for kind in KINDS}
    if any(playlist.ended for playlist in listed.values()):
        return _ended(listed, tails, frame_rate)
    parts = min(tail.whole_parts(part_s) for tail in tails.values())
    playlists, ends = {}, {}
    for kind in KINDS:
        playlists[kind], ends[kind] = _cut(programme, listed[kind], tails[kind], parts * part_s)
    number = len(playlists["video"].segments) + 1
    tick = int(parts * part_s * frame_rate)
    return Resumed(tick=tick, sample=ends["audio"], number=number, playlists=playlists, ended=False)


def _listed(programme: archive.Programme, kind: str, target_s: int) -> hls.Playlist:
    try:
        return hls.parse(programme.playlist(kind).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return hls.Playlist(target_s=target_s)


def _tail(programme: archive.Programme, kind: str) -> Tail:
    # Two: parts are written in pairs, so one kind may have begun a segment the other has not.
    newest = programme.segments(kind)[-2:]
    return Tail(kind=kind, segments=tuple((int(path.stem), tuple(boxes.whole_parts(path))) for path in newest))


def _ended(listed: dict[str, hls.Playlist], tails: dict[str, Tail], frame_rate: int) -> Resumed:
    parts = {kind: [part for _, parts in tails[kind].segments for part in parts] for kind in KINDS}
    tick = parts["video"][-1].end * frame_rate // boxes.VIDEO_TIMESCALE if parts["video"] else 0
    sample = parts["audio"][-1].end if parts["audio"] else 0
    number = len(listed["video"].segments) + 1
    return Resumed(tick=tick, sample=sample, number=number, playlists=listed, ended=True)


def _cut(programme: archive.Programme, listed: hls.Playlist, tail: Tail, until_s: Fraction) -> tuple[hls.Playlist, int]:
    """Cut one kind at `until_s`; its playlist, and where its last frame ends in its own timescale."""
    scale = TIMESCALES[tail.kind]
    known = listed.segments[: tail.segments[0][0] - 1] if tail.segments else listed.segments
    interrupted = listed.interrupted and len(known) == len(listed.segments)
    playlist = replace(listed, segments=known, interrupted=interrupted)
    end = 0
    for number, parts in tail.segments:
        kept = [part for part in parts if Fraction(part.time, scale) < until_s]
        path = programme.segment(tail.kind, number)
        if not kept:
            path.unlink()
            continue
        end = kept[-1].end
        seconds = Fraction(end - kept[0].time, scale)
        before = listed.segments[number - 1] if number <= len(listed.segments) else None
        ended = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        wall = before.wall if before else started_at(playlist, ended, seconds)
        _truncate(path, kept[-1].offset + kept[-1].size)
        again = hls.Segment(
            uri=path.name, seconds=seconds, wall=wall, discontinuity=bool(before and before.discontinuity)
        )
        # An announced discontinuity belongs to the first segment after it, which may be this unlisted one.
        playlist = replace(playlist, interrupted=listed.interrupted and number == len(listed.segments) + 1)
        playlist = playlist.with_segment(again)
    return replace(playlist, interrupted=bool(playlist.segments)), end


def _truncate(path: "os.PathLike[str]", size: int) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        if os.fstat(handle).st_size != size:
            os.ftruncate(handle, size)
            os.fsync(handle)
    finally:
        os.close(handle)
