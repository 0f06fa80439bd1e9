"""Encoded frames of one person come in as they were received; a Matroska file of them goes out, without re-encoding.

A `Track` is one stretch on air: its picture begins with a keyframe, its sound with the stretch. It is flushed every
second and readable up to the last flush when the process is killed. Its timestamps are RTP time counted from
`origin`, so that a timeline `clock` event (RTP time at a tick) says where in the file that tick lies: `rtp /
clock_rate` seconds.
"""

import io
import logging
import struct
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer, OutputContainer

from ingest.archive import Room
from ingest.live.webrtc.jitter import EncodedFrame

log = logging.getLogger(__name__)
QUEUE = 1024  # About 10 s of sound and picture: longer than a disk stalls.
WRITE_EVERY_S = 0.25  # A thread that woke for each packet cost more than all the writing; a kill loses that more.
RATES = {"audio": 48_000, "video": 90_000}
MUXER = {
    "flush_packets": "1",
    "cluster_time_limit": "1000",  # a kill loses at most a second
    "max_interleave_delta": "1000000",  # do not wait for a camera that is silent
}


def next_part(room: Room, person: str) -> int:
    """The number of the next file of this person, counted from 1."""
    part = 1
    while room.track(person, part).exists():
        part += 1
    return part


class Track:
    """See the module. `origin` holds the extended RTP time of the file's zero by kind; known as soon as it is made."""

    def __init__(self, path: Path, *, person: str, part: int, origin: Mapping[str, int]) -> None:
        self.person = person
        self.part = part
        self.origin = dict(origin)
        self.lost = 0
        self._path = path
        self._waiting: deque[EncodedFrame] = deque()
        self._ending = threading.Event()
        self._last = dict.fromkeys(origin, -1)
        self._need_keyframe = True
        self._closed = threading.Event()
        threading.Thread(target=self._run, name=f"track {person}", daemon=True).start()

    def add(self, frame: EncodedFrame) -> None:
        """Take a frame (event loop); when the disk cannot keep up, frames are lost up to the next keyframe."""
        if len(self._waiting) < QUEUE:
            self._waiting.append(frame)
        else:
            self.lost += 1
            self._need_keyframe = True

    def end(self) -> None:
        """Finish the file in the background; `wait` says when it is done."""
        self._ending.set()

    def wait(self, timeout_s: float) -> bool:
        """Whether the file was finished in time. Blocks: not for the event loop."""
        return self._closed.wait(timeout_s)

    def _run(self) -> None:
        container: OutputContainer | None = None
        early: deque[EncodedFrame] = deque(maxlen=QUEUE)  # what is said until the first keyframe has come
        try:
            for frame in self._frames():
                if container is None and (frame.kind == "video" or "video" not in self.origin) and frame.keyframe:
                    container = self._open(frame)
                    while early:
                        self._write(container, early.popleft())
                if container is not None:
                    self._write(container, frame)
                elif frame.kind == "audio":
                    early.append(frame)
        except (av.FFmpegError, OSError) as error:
            # The conversation and the programme matter more than one person's own track.
            log.error("the track %s cannot be written: %s", self._path.name, error)
        finally:
            if container is not None:
                self._finish(container)
            self._closed.set()

    def _frames(self) -> Iterator[EncodedFrame]:
        """All frames until the end, some at a time."""
        ending = False
        while not ending:
            ending = self._ending.wait(WRITE_EVERY_S)
            while self._waiting:
                yield self._waiting.popleft()

    def _open(self, first: EncodedFrame) -> OutputContainer:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        container = av.open(str(self._path), "w", format="matroska", options=MUXER)
        if "video" in self.origin:
            container.add_stream_from_template(_picture_template(first).streams.video[0], opaque=True)
        if "audio" in self.origin:
            container.add_stream_from_template(_sound_template().streams.audio[0], opaque=True)
        return container

    def _write(self, container: OutputContainer, frame: EncodedFrame) -> None:
        pts = frame.rtp - self.origin.get(frame.kind, frame.rtp + 1)
        if pts <= self._last.get(frame.kind, 0):
            return  # from before the stretch began
        if frame.kind == "video":
            if self._need_keyframe and not frame.keyframe:
                return
            self._need_keyframe = False
        self._last[frame.kind] = pts
        packet = av.Packet(frame.data)
        packet.stream = next(stream for stream in container.streams if stream.type == frame.kind)
        packet.time_base = Fraction(1, RATES[frame.kind])
        packet.pts = packet.dts = pts
        packet.is_keyframe = frame.keyframe
        container.mux(packet)

    def _finish(self, container: OutputContainer) -> None:
        try:
            container.close()
        except (av.FFmpegError, OSError) as error:
            log.error("the track %s cannot be finished: %s", self._path.name, error)


def _picture_template(frame: EncodedFrame) -> InputContainer:
    """A demuxer that knows size and parameter sets of the stream that begins with this keyframe."""
    if frame.codec == "H264":
        return av.open(io.BytesIO(frame.data), "r", format="h264")
    width, height = struct.unpack_from("<HH", frame.data, 6)  # RFC 6386, 9.1
    head = struct.pack("<4sHH4sHHIIII", b"DKIF", 0, 32, b"VP80", width & 0x3FFF, height & 0x3FFF, 30, 1, 1, 0)
    return av.open(io.BytesIO(head + struct.pack("<IQ", len(frame.data), 0) + frame.data), "r", format="ivf")


def _sound_template() -> InputContainer:
    return av.open(io.BytesIO(_opus_file()), "r", format="ogg")


@cache
def _opus_file() -> bytes:
    """A few milliseconds of silence as Ogg Opus, in stereo as WebRTC declares it (RFC 7587, 7)."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATES["audio"], layout="stereo")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1920), np.int16), format="s16", layout="stereo")
        silence.sample_rate = RATES["audio"]
        container.mux(stream.encode(silence))
        container.mux(stream.encode(None))
    return file.getvalue()
