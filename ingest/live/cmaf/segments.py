"""Whole parts come in, segment files and playlists on the disk go out, by a thread that may wait for the disk.

A part is appended in one write and fsynced, video before audio; a segment is listed in the playlists when its last
part is on the disk. So whatever a playlist names is there, and what is lost in a crash is the part being written.
"""

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from ingest import archive
from ingest.live.cmaf import hls

KINDS = ("video", "audio")
# 32 parts are 12.8 s and about 5 MB: a disk that stands still longer than that is broken, not busy.
PARTS_WAITING = 32


class DiskStopped(OSError):
    """The disk refused a part or fell too far behind; nothing more is recorded until an operator looks."""


@dataclass(frozen=True, kw_only=True)
class WrittenPart:
    """A part of each kind for segment `number`; `seconds` and `wall` of the segment so far, `last` closes it."""

    number: int
    data: dict[str, bytes]
    seconds: dict[str, Fraction]
    wall: datetime
    last: bool


@dataclass(frozen=True, kw_only=True)
class Edge:
    """What is on the disk: `parts` of both kinds of segment `number`, which began at `wall`."""

    number: int
    parts: int
    wall: datetime


class SegmentFiles(threading.Thread):
    """The disk's side of a recorder. `close()` returns at once; the Future is done when the replay is complete."""

    def __init__(
        self,
        programme: archive.Programme,
        playlists: dict[str, hls.Playlist],
        on_edge: Callable[[Edge], None] = lambda edge: None,
    ) -> None:
        """`on_edge` hears of each part that is on the disk and listed, in this thread, so it must not wait."""
        super().__init__(name="segments", daemon=True)
        self.programme = programme
        self.playlists = playlists
        self.failure: DiskStopped | None = None
        # One place more than parts may wait, so that `close` never has to.
        self._waiting: queue.Queue[WrittenPart | Future[None]] = queue.Queue(PARTS_WAITING + 1)
        self._handles: dict[str, int] = {}
        self._unlisted: WrittenPart | None = None
        self._parts = 0
        self._on_edge = on_edge
        self._closed: Future[None] | None = None

    def put(self, part: WrittenPart) -> None:
        """Hand over a part without waiting. Raises DiskStopped when the disk has failed or is too slow."""
        if self.failure:
            raise self.failure
        if self._waiting.qsize() >= PARTS_WAITING:
            self.failure = DiskStopped(f"{self.programme.root}: the disk is {PARTS_WAITING} parts behind")
            raise self.failure
        self._waiting.put_nowait(part)

    def settle(self) -> None:
        """Wait until everything handed over so far is on the disk or refused."""
        self._waiting.join()

    def close(self) -> "Future[None]":
        """End the playlists after everything handed over so far; the Future fails with DiskStopped."""
        if self._closed is None:
            self._closed = Future()
            self._waiting.put_nowait(self._closed)
            if self.ident is None:
                self.start()
        return self._closed

    def run(self) -> None:
        while not (self._closed and self._closed.done()):
            item = self._waiting.get()
            try:
                self._do(item)
            except OSError as error:
                self.failure = self.failure or DiskStopped(f"{self.programme.root}: {error}")
                if isinstance(item, Future):
                    item.set_exception(self.failure)
            finally:
                self._waiting.task_done()
        self._close_handles()

    def _do(self, item: "WrittenPart | Future[None]") -> None:
        if self.failure:
            raise self.failure
        if isinstance(item, Future):
            self._end()
            item.set_result(None)
        else:
            self._write(item)

    def _write(self, part: WrittenPart) -> None:
        for kind in KINDS:
            if kind not in self._handles:
                self._handles[kind] = open_segment(self.programme, kind, part.number)
            append(self._handles[kind], part.data[kind])
        self._unlisted = part
        self._parts += 1
        edge = Edge(number=part.number, parts=self._parts, wall=part.wall)
        if part.last:
            self._close_segment()
        self._on_edge(edge)

    def _end(self) -> None:
        self._close_segment()
        for kind in KINDS:
            self.playlists[kind] = replace(self.playlists[kind], ended=True, interrupted=False)
            self._list(kind)

    def _close_segment(self) -> None:
        self._close_handles()
        self._parts = 0
        part, self._unlisted = self._unlisted, None
        if part is None:
            return
        for kind in KINDS:
            uri = self.programme.segment(kind, part.number).name
            segment = hls.Segment(uri=uri, seconds=part.seconds[kind], wall=part.wall)
            self.playlists[kind] = self.playlists[kind].with_segment(segment)
            self._list(kind)

    def _close_handles(self) -> None:
        for handle in self._handles.values():
            os.close(handle)
        self._handles.clear()

    def _list(self, kind: str) -> None:
        archive.write_text(self.programme.playlist(kind), hls.media(self.playlists[kind]))


def open_segment(programme: archive.Programme, kind: str, number: int) -> int:
    """Make an empty segment that survives a power cut; the descriptor to append to."""
    path = programme.segment(kind, number)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
    archive.sync(path.parent)
    return handle


def append(handle: int, data: bytes) -> None:
    """Append all of `data` and wait until the disk has it."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.fsync(handle)


def started_at(playlist: hls.Playlist, ended: datetime, seconds: Fraction) -> datetime:
    """When an unlisted segment began: right after the one before, or `seconds` before its file was last written."""
    if playlist.segments and not playlist.interrupted:
        before = playlist.segments[-1]
        return before.wall + timedelta(seconds=float(before.seconds))
    return ended - timedelta(seconds=float(seconds))
