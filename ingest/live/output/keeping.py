"""Pictures and sound that were cut come in as they were; a sealed Matroska file of them goes out, for the office only.

In a thread of its own, which may wait for the disk; what comes while it is too far behind is lost to the file, never
to anybody else. The room holds only the key that seals.
"""

import io
import logging
import queue
import threading
from datetime import UTC, datetime
from fractions import Fraction

import av
import numpy as np
from av.container import OutputContainer

from ingest import sealed
from ingest.archive import Room
from ingest.live.mix.source import SAMPLE_RATE
from ingest.live.output.delay import Picture, Sound
from ingest.sealing import SealedFile

log = logging.getLogger(__name__)
QUEUE = 2048  # About 25 s of both: longer than a disk stalls.
MUXER = {"flush_packets": "1", "cluster_time_limit": "1000", "max_interleave_delta": "1000000"}


def next_number(room: Room) -> int:
    """The number of the next stretch, counted from 1; also of those that were erased."""
    numbers = [int(path.stem) for path in room.sealed.glob("*.*") if path.stem.isdigit()]
    return max(numbers, default=0) + 1


class Keeping:
    """One stretch; see `broadcast.Sealing`. `number` is known at once."""

    def __init__(self, room: Room, number: int, key: str, frame_rate: int) -> None:
        self.number = number
        self._room, self._key, self._rate = room, key, frame_rate
        self._queue: queue.Queue[Picture | Sound | None] = queue.Queue(QUEUE)
        self._closed = threading.Event()
        threading.Thread(target=self._run, name=f"sealed {number}", daemon=True).start()

    def picture(self, picture: Picture) -> None:
        self._put(picture)

    def sound(self, sound: Sound) -> None:
        self._put(sound)

    def end(self) -> None:
        self._put(None)

    def wait(self, timeout_s: float) -> bool:
        """Whether the file was finished in time. Blocks."""
        return self._closed.wait(timeout_s)

    def _put(self, item: Picture | Sound | None) -> None:
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            log.error("the disk does not keep up: a piece of the cut stretch %d is lost", self.number)

    def _run(self) -> None:
        try:
            sealed.note(self._room, self.number, began=datetime.now(UTC).isoformat())
            file = SealedFile(self._room.sealed_stretch(self.number), self._key)
            try:
                self._write(file)
            finally:
                file.close()
            sealed.note(self._room, self.number, ended=datetime.now(UTC).isoformat())
        except (av.FFmpegError, OSError, ValueError) as error:
            # The broadcast stays cut whether its cut stretch can be kept or not.
            log.error("the cut stretch %d cannot be kept: %s", self.number, error)
        finally:
            self._closed.set()

    def _write(self, file: SealedFile) -> None:
        film: _Film | None = None
        early: list[Sound] = []
        while (item := self._queue.get()) is not None:
            if isinstance(item, Sound):
                early.append(item)
            elif film is not None:
                film.picture(item)
            elif item.keyframe:
                film = _Film(_Pieces(file), item, self._rate)
            while film is not None and early:
                film.sound(early.pop(0))
        if film is not None:
            film.close()


class _Pieces(io.RawIOBase):
    """What the muxer writes to; it cannot go back in it."""

    def __init__(self, file: SealedFile) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._file.append(bytes(data))
        return len(data)


class _Film:
    """A Matroska file that begins with a keyframe."""

    def __init__(self, file: _Pieces, first: Picture, frame_rate: int) -> None:
        self._container: OutputContainer = av.open(file, "w", format="matroska", options=MUXER)
        with av.open(io.BytesIO(first.data), "r", format="h264") as template:
            self._video = self._container.add_stream_from_template(template.streams.video[0], opaque=True)
        self._audio = self._container.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        self._first, self._rate = first.frame, frame_rate
        self.picture(first)

    def picture(self, picture: Picture) -> None:
        packet = av.Packet(picture.data)
        packet.stream, packet.time_base = self._video, Fraction(1, self._rate)
        packet.pts = packet.dts = picture.frame - self._first
        packet.is_keyframe = picture.keyframe
        self._container.mux(packet)

    def sound(self, sound: Sound) -> None:
        at = sound.position - self._first * SAMPLE_RATE // self._rate
        if at < 0:
            return
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.samples)[None], format="fltp", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = SAMPLE_RATE, Fraction(1, SAMPLE_RATE), at
        self._container.mux(self._audio.encode(frame))

    def close(self) -> None:
        self._container.mux(self._audio.encode(None))
        self._container.close()
