"""A recording that is being written comes in, playlists and parts for its viewers go out, some of them after a wait.

The disk is the truth: after a restart of the studio everything is read from there. What the room tells (`told`) is
only how far the newest segment may be read, and that it is time to look. Nothing is read while nobody watches.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from fractions import Fraction

from ingest import archive
from ingest.live.cmaf import boxes, hls, lowlatency
from ingest.live.cmaf.lowlatency import Live, Part, Requested, Verdict
from ingest.live.cmaf.resume import TIMESCALES
from ingest.live.cmaf.segments import KINDS, Edge
from ingest.live.output.recorder import SEGMENT_S

SEGMENTS_A_MINUTE = 30
LEAST_SEGMENTS = 7
"""What a list must hold at least: delta updates are for playlists longer than twelve seconds."""
PARTS_KNOWN = 6  # segments; players behind a slow line may still ask for parts that have just left the list
BYTES_KEPT = 48  # parts of either kind, about 3 MB at 2.5 Mbit/s: everybody asks for the same ones
LOOK_AGAIN_S = 1.0  # when no room tells anything: it is being started again, or the office hour is over
WATCHED_S = 10.0  # A player that waits for a part asks again within six seconds.
PATIENCE_S = 3.0 * SEGMENT_S  # RFC 8216bis, 6.2.5.2


class TooFar(ValueError):
    """The player asks for what cannot come soon."""


@dataclass(frozen=True)
class Listed:
    """A playlist on the disk, and the state of its file when it was read."""

    stamp: tuple[int, int]
    playlist: hls.Playlist


class Viewing:
    """One recording as viewers see it, with at most `segments` to go back. Belongs to the event loop."""

    def __init__(self, programme: archive.Programme, segments: int) -> None:
        self._programme, self._segments = programme, segments
        self._edge: Edge | None = None
        self._lives: dict[str, Live] = {}
        self._listed: dict[str, Listed] = {}
        self._found: dict[str, dict[int, list[boxes.Part]]] = {kind: {} for kind in KINDS}
        self._texts: dict[tuple[str, bool], str] = {}
        self._bytes: OrderedDict[tuple[str, int, int], asyncio.Task[bytes]] = OrderedDict()
        self._changed = asyncio.Event()
        self._looking = asyncio.Lock()
        self._looked = self._watched = -WATCHED_S
        self._task: asyncio.Task[None] | None = None

    def told(self, edge: Edge) -> None:
        """The room says that a part is on the disk."""
        self._edge = edge
        if not self._lives or self._now() - self._watched > WATCHED_S:
            return
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_until_done())

    async def playlist(self, kind: str, request: Requested) -> str:
        """The playlist, once it holds what is asked for. Raises FileNotFoundError, TooFar, TimeoutError."""
        await self._fresh()
        async with asyncio.timeout(PATIENCE_S):
            while True:
                changed, live = self._changed, self._live(kind)
                verdict = lowlatency.verdict(live, request)
                if verdict is Verdict.READY:
                    return self._text(kind, request.skip)
                if verdict is Verdict.TOO_FAR:
                    raise TooFar(f"segment {request.number} is far beyond {live.next_number}")
                await changed.wait()

    async def part(self, kind: str, number: int, index: int) -> bytes:
        """The bytes of a part; of the next one, once it is there. Raises FileNotFoundError, TimeoutError."""
        await self._fresh()
        async with asyncio.timeout(PATIENCE_S):
            while True:
                changed, live = self._changed, self._live(kind)
                found = self._found[kind].get(number, [])
                if index < len(found):
                    return await self._read(kind, number, index, found[index])
                if (number, index) != (live.next_number, len(found)) or live.playlist.ended:
                    raise FileNotFoundError(lowlatency.part_address(number, index))
                await changed.wait()

    async def has_segment(self, number: int) -> bool:
        """Whether a segment is whole and listed, or was."""
        await self._fresh()
        return number < self._live("video").next_number

    def _live(self, kind: str) -> Live:
        if kind not in self._lives:
            raise FileNotFoundError(self._programme.playlist(kind))
        return self._lives[kind]

    def _text(self, kind: str, skip: bool) -> str:
        """Everybody gets the same few texts: they are written once for each part."""
        if (kind, skip) not in self._texts:
            other = next(each for each in KINDS if each != kind)
            report = self._lives[other].report(f"../{other}/index.m3u8") if other in self._lives else None
            self._texts[kind, skip] = lowlatency.media(self._lives[kind], report, skip=skip)
        return self._texts[kind, skip]

    async def _read(self, kind: str, number: int, index: int, part: boxes.Part) -> bytes:
        """Everybody waits for the same part: one of them reads it, and all are given that."""
        key = kind, number, index
        reading = self._bytes.get(key)
        if reading is None or (reading.done() and (reading.cancelled() or reading.exception())):
            work = asyncio.to_thread(read_part, self._programme, kind, number, part)
            reading = self._bytes[key] = asyncio.create_task(work)
            if len(self._bytes) > BYTES_KEPT:
                self._bytes.popitem(last=False)
        return reading.result() if reading.done() else await asyncio.shield(reading)

    async def _fresh(self) -> None:
        self._watched = self._now()
        if self._now() - self._looked > LOOK_AGAIN_S:
            await self._look()

    async def _look_until_done(self) -> None:
        while True:
            edge = self._edge
            await self._look()
            if edge is self._edge:
                return

    async def _look(self) -> None:
        async with self._looking:
            before = self._lives
            self._lives = await asyncio.to_thread(self._read_lives, self._edge)
            self._looked = self._now()
            if before != self._lives:
                self._texts.clear()
                self._changed.set()
                self._changed = asyncio.Event()

    def _read_lives(self, edge: Edge | None) -> dict[str, Live]:
        try:
            return {kind: self._read_live(kind, edge) for kind in KINDS}
        except FileNotFoundError:
            return {}  # the recording is being made at this moment

    def _read_live(self, kind: str, edge: Edge | None) -> Live:
        playlist = self._read_playlist(kind)
        number = playlist.first + len(playlist.segments)
        known = self._found[kind]
        # Of what was open when it was last read, only as much is known as the room had told.
        settled = self._lives[kind].next_number if kind in self._lives else 0
        found: dict[int, list[boxes.Part]] = {}
        for whole in range(max(playlist.first, number - PARTS_KNOWN), number):
            final = whole in known and whole < settled
            found[whole] = known[whole] if final else boxes.whole_parts(self._programme.segment(kind, whole))
        wall = None
        if edge is not None and edge.number == number and not playlist.ended:
            found[number] = boxes.whole_parts(self._programme.segment(kind, number))[: edge.parts]
            wall = edge.wall
        self._found[kind] = found
        parts = {each: _parts(kind, pieces) for each, pieces in found.items()}
        return Live(playlist=playlist, parts=parts, wall=wall)

    def _read_playlist(self, kind: str) -> hls.Playlist:
        path = self._programme.playlist(kind)
        state = path.stat()
        stamp = (state.st_mtime_ns, state.st_ino)
        if kind not in self._listed or self._listed[kind].stamp != stamp:
            playlist = hls.parse_newest(path.read_text(encoding="utf-8"), self._segments)
            self._listed[kind] = Listed(stamp, playlist)
        return self._listed[kind].playlist

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _parts(kind: str, found: list[boxes.Part]) -> tuple[Part, ...]:
    # Each segment begins with a keyframe; sound can begin anywhere.
    scale = TIMESCALES[kind]
    return tuple(
        Part(Fraction(each.duration, scale), independent=kind == "audio" or index == 0)
        for index, each in enumerate(found)
    )


def window(rewind_minutes: int) -> int:
    """How many segments viewers can go back."""
    return max(rewind_minutes * SEGMENTS_A_MINUTE, LEAST_SEGMENTS)


def read_part(programme: archive.Programme, kind: str, number: int, part: boxes.Part) -> bytes:
    """The bytes of the part at this media time: a segment that went dark has others. Raises FileNotFoundError."""
    path = programme.segment(kind, number)
    for each in boxes.whole_parts(path):
        if each.time == part.time:
            with path.open("rb") as file:
                file.seek(each.offset)
                return file.read(each.size)
    raise FileNotFoundError(f"{path} has no part at {part.time}")
