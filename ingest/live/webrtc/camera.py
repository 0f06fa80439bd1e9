"""One person's encoded pictures come in; the decoded one whose moment it is goes out.

It is decoded in the room's `darkroom`, and only while somebody looks (`watched`). Its queue is bounded: when decoding
cannot keep up, the pictures up to the next keyframe are dropped and one is asked for. What was received since the
last keyframe is kept, so that a person who is put on air is seen at once, also if their sender ignores requests.

A picture is brought to the size of its tile right after it was decoded: it still lies in the processor's cache then,
and the tick has less to do.
"""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import av

from ingest.live.mix.video import Scaler
from ingest.live.webrtc.clock import PersonClock
from ingest.live.webrtc.darkroom import Darkroom
from ingest.live.webrtc.jitter import EncodedFrame

log = logging.getLogger(__name__)
QUEUE = 128  # pictures; a group of 2 s at 60 a second still fits
READY = 32  # decoded pictures waiting for their moment: a second at 30 a second, more than the longest delay
GROUP_BYTES = 4_000_000  # a group of pictures kept for a quick start: 16 s at 2 Mbit/s
HALF_A_TICK_S = 1 / 60  # A picture stands for a tick: choosing the one of its middle errs by half a tick at most.
CODECS = {"H264": "h264", "VP8": "vp8"}


@dataclass(frozen=True)
class Decoded:
    """A picture, and the same in the size that was asked for last."""

    frame: av.VideoFrame
    fitted: av.VideoFrame | None


class Camera:
    """See the module. `on_trouble` is called from the decoding thread when only a keyframe helps.

    `darkroom`: where it is decoded; None for one of its own, which waits for nobody.
    """

    def __init__(
        self,
        clock: PersonClock,
        now: Callable[[], float],
        on_trouble: Callable[[], object],
        darkroom: Darkroom | None = None,
    ) -> None:
        self.decoded = 0
        self.skipped = 0
        self._clock = clock
        self._now = now
        self._on_trouble = on_trouble
        self._queue: queue.Queue[EncodedFrame] = queue.Queue(QUEUE)
        self._lock = threading.Lock()
        self._ready: deque[tuple[int, Decoded]] = deque(maxlen=READY)
        self._shown: Decoded | None = None
        self._given: Decoded | None = None  # what `picture` gave last
        self._size: tuple[int, int] | None = None
        self._scaler, self._late_scaler = Scaler(), Scaler()  # of the decoding thread, and of who asks
        self._group: list[EncodedFrame] | None = None
        self._group_bytes = 0
        self._watched = False
        self._need_keyframe = True
        self._decoder: av.VideoCodecContext | None = None
        self._codec = ""
        self._table = (darkroom or Darkroom()).table(self._develop)

    @property
    def watched(self) -> bool:
        """Whether pictures are decoded."""
        return self._watched

    def watch(self, on: bool) -> bool:
        """Start or stop decoding (event loop). Returns whether a keyframe is needed to begin."""
        if on == self._watched:
            return False
        self._watched = on
        if not on:
            with self._lock:
                self._ready.clear()
                self._shown = self._given = None
            return False
        self._need_keyframe = True
        for frame in self._group or ():
            self._offer(frame)
        return self._need_keyframe

    def add(self, frame: EncodedFrame) -> None:
        """Take an encoded picture (event loop)."""
        self._remember(frame)
        if self._watched:
            self._offer(frame)

    def picture(self) -> av.VideoFrame | None:
        """The newest decoded picture whose moment has come; yuv420p, any size. None before the first."""
        due = self._clock.rtp_at("video", self._now() + HALF_A_TICK_S)
        with self._lock:
            while due is not None and self._ready and self._ready[0][0] <= due:
                self._shown = self._ready.popleft()[1]
            self._given = self._shown
            return None if self._given is None else self._given.frame

    def fitted(self, width: int, height: int) -> av.VideoFrame:
        """The picture that `picture` gave last, in this size; those decoded from now on come in it.

        Raises LookupError when there is none.
        """
        self._size = width, height
        with self._lock:
            given = self._given
        if given is None:
            raise LookupError("there is no picture")
        if given.fitted is not None and (given.fitted.width, given.fitted.height) == self._size:
            return given.fitted
        return self._late_scaler.to(given.frame, width, height)

    def wait(self) -> None:
        """Return when everything given has been decoded. Blocks: for tests."""
        self._queue.join()

    def stop(self) -> None:
        """Decode nothing more; never waits."""
        self._watched = False
        self._table.leave()

    def _remember(self, frame: EncodedFrame) -> None:
        if frame.keyframe:
            self._group, self._group_bytes = [], 0
        if self._group is None:
            return
        self._group.append(frame)
        self._group_bytes += len(frame.data)
        if self._group_bytes > GROUP_BYTES or len(self._group) >= QUEUE:
            self._group = None

    def _offer(self, frame: EncodedFrame) -> None:
        if self._need_keyframe and not frame.keyframe:
            self.skipped += 1
            return
        try:
            self._queue.put_nowait(frame)
            self._need_keyframe = False
            self._table.more()
        except queue.Full:
            self.skipped += 1
            self._need_keyframe = True
            self._on_trouble()

    def _develop(self) -> bool:
        try:
            frame = self._queue.get_nowait()
        except queue.Empty:
            return False
        try:
            if self._watched:
                self._decode(frame)
        finally:
            self._queue.task_done()
        return not self._queue.empty()

    def _decode(self, frame: EncodedFrame) -> None:
        if self._decoder is None or frame.codec != self._codec:
            self._decoder, self._codec = _decoder(frame.codec), frame.codec
        try:
            pictures = [self._fit(_planar(picture)) for picture in self._decoder.decode(av.Packet(frame.data))]
        except av.FFmpegError as error:
            log.info("a picture could not be decoded: %s", error)
            self._need_keyframe = True
            self._on_trouble()
        else:
            self._decoded(frame, pictures)

    def _fit(self, picture: av.VideoFrame) -> Decoded:
        size = self._size
        return Decoded(picture, None if size is None else self._scaler.to(picture, *size))

    def _decoded(self, frame: EncodedFrame, pictures: list[Decoded]) -> None:
        now = self._now()
        if now - frame.arrived < 0.5:  # a group that is caught up with says nothing about the network
            self._clock.late("video", frame.rtp, now)
        with self._lock:
            if not self._watched:
                return
            for picture in pictures:
                self.decoded += 1
                self._ready.append((frame.rtp, picture))


def _planar(picture: av.VideoFrame) -> av.VideoFrame:
    if picture.format.name in ("yuv420p", "yuvj420p"):
        return picture
    return picture.reformat(format="yuv420p", threads=1)


def _decoder(codec: str) -> av.VideoCodecContext:
    decoder = av.CodecContext.create(CODECS[codec], "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoder.thread_count = 1  # frame threads would add a picture of delay each
    decoder.options = {"flags": "low_delay"}
    return decoder
