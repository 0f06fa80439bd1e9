"""Encoded frames come in, CMAF segments of 2 s in parts of 0.4 s and their playlists go out.

One sink of the programme. Frames of the picture come in tick by tick, AAC frames with their sample; when both reach
the end of a part, the part goes to the disk's thread. Nothing here waits for the disk.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from fractions import Fraction

from ingest import archive
from ingest.live.cmaf import boxes, hls
from ingest.live.cmaf.resume import Resumed, resume
from ingest.live.cmaf.segments import KINDS, DiskStopped, Edge, SegmentFiles, WrittenPart
from ingest.live.mix.audio import AUDIO_BITRATE

SEGMENT_S = 2
PART_S = Fraction(2, 5)  # whole frames at 25 and at 30 a second


class Recorder:
    """Writes one edition of the programme: `begin`, then `picture` and `sound` as they come, then `finish`."""

    def __init__(
        self,
        programme: archive.Programme,
        *,
        width: int,
        height: int,
        frame_rate: int,
        bitrate: int,
        on_edge: Callable[[Edge], None] = lambda edge: None,
        _resumed: Resumed | None = None,
    ) -> None:
        """A new recording, from tick 0. Raises FileExistsError when there is one already: then `reopen`.

        `on_edge` hears of each part that is on the disk, in the disk's thread.
        """
        if _resumed is None and programme.segments("video"):
            raise FileExistsError(f"{programme.root} holds a recording; reopen it")
        if PART_S * frame_rate % 1 or boxes.VIDEO_TIMESCALE % frame_rate:
            raise ValueError(f"{frame_rate} frames a second do not fit parts of {float(PART_S)} s")
        empty = {kind: hls.Playlist(target_s=SEGMENT_S) for kind in KINDS}
        start = _resumed or Resumed(tick=0, sample=0, number=1, playlists=empty, ended=False)
        self.programme = programme
        self.width, self.height, self.frame_rate, self.bitrate = width, height, frame_rate, bitrate
        self.next_tick = start.tick
        self.next_sample = start.sample
        self.ended = start.ended
        self.segment_ticks = SEGMENT_S * frame_rate
        self._part_ticks = int(PART_S * frame_rate)
        self._samples_per_tick = boxes.AUDIO_TIMESCALE // frame_rate
        self._files = SegmentFiles(programme, start.playlists, on_edge)
        self._lock = threading.Lock()
        self._pictures: list[tuple[datetime, boxes.Sample]] = []
        self._sounds: list[bytes] = []
        self._number = start.number
        self._part_tick = self._segment_tick = start.tick
        self._part_sample = self._segment_sample = start.sample
        self._wall = datetime.fromtimestamp(0, UTC)

    @classmethod
    def reopen(
        cls,
        programme: archive.Programme,
        *,
        width: int,
        height: int,
        frame_rate: int,
        bitrate: int,
        on_edge: Callable[[Edge], None] = lambda edge: None,
    ) -> "Recorder":
        """Go on after a crash: trim to the last whole part, `next_tick` is the tick after it (0 in an empty folder).

        When the recording had ended, `ended` is True and only `finish` makes sense.
        """
        resumed = resume(programme, frame_rate, PART_S, SEGMENT_S)
        return cls(
            programme,
            width=width,
            height=height,
            frame_rate=frame_rate,
            bitrate=bitrate,
            on_edge=on_edge,
            _resumed=resumed,
        )

    def begin(self, parameter_sets: bytes, audio_config: bytes) -> None:
        """Write what comes before the first frame: init segments, master playlist, media playlists.

        Raises ValueError when the recording being continued has ended or was made with other encoder settings.
        """
        if self.ended:
            raise ValueError(f"the recording in {self.programme.root} has ended")
        video = boxes.video_init(parameter_sets, self.width, self.height)
        self._write_init("video", video)
        self._write_init("audio", boxes.audio_init(audio_config, AUDIO_BITRATE))
        for kind in KINDS:
            archive.write_text(self.programme.playlist(kind), hls.media(self._files.playlists[kind]))
        archive.write_text(self.programme.index, hls.master([self._variant(parameter_sets)], "audio/index.m3u8"))
        self._files.start()

    def picture(self, annex_b: bytes, keyframe: bool, wall: datetime) -> None:
        """The frame of `next_tick`, shown at `wall`. Raises DiskStopped when the disk cannot follow."""
        sample = boxes.Sample(
            data=boxes.length_prefixed(annex_b),
            duration=boxes.VIDEO_TIMESCALE // self.frame_rate,
            keyframe=keyframe,
        )
        with self._lock:
            self._pictures.append((wall, sample))
            self.next_tick += 1
            self._write_whole_parts()

    def sound(self, data: bytes) -> None:
        """The AAC frame of `next_sample`. Raises DiskStopped when the disk cannot follow."""
        with self._lock:
            self._sounds.append(data)
            self.next_sample += boxes.AAC_FRAME
            self._write_whole_parts()

    def settle(self) -> None:
        """Wait until all whole parts so far are on the disk."""
        self._files.settle()

    def finish(self) -> "Future[None]":
        """Write what is left, however short, and end the playlists; done when the replay is complete."""
        with self._lock:
            # What is wrong with the disk is said by `close`, in the Future.
            with suppress(DiskStopped):
                if self._pictures:
                    self._write_part(len(self._pictures), len(self._sounds))
        return self._files.close()

    def _write_whole_parts(self) -> None:
        while self.next_tick >= (end := self._part_tick + self._part_ticks):
            end_sample = end * self._samples_per_tick
            if self.next_sample < end_sample:
                return
            # Every AAC frame that begins before the part's end belongs to it: 18 or 19 of them.
            self._write_part(self._part_ticks, -(-(end_sample - self._part_sample) // boxes.AAC_FRAME))

    def _write_part(self, pictures: int, sounds: int) -> None:
        if self._part_tick == self._segment_tick:
            self._wall = self._pictures[0][0]
        self._files.put(self._written(*self._boxes(pictures, sounds)))
        if self._part_tick - self._segment_tick == self.segment_ticks:
            self._number += 1
            self._segment_tick, self._segment_sample = self._part_tick, self._part_sample

    def _boxes(self, pictures: int, sounds: int) -> tuple[bytes, bytes]:
        sequence = self._part_tick // self._part_ticks + 1
        time = self._part_tick * boxes.VIDEO_TIMESCALE // self.frame_rate
        video = boxes.part(sequence, time, [sample for _, sample in self._pictures[:pictures]])
        frames = [boxes.Sample(data=data, duration=boxes.AAC_FRAME) for data in self._sounds[:sounds]]
        audio = boxes.part(sequence, self._part_sample, frames)
        del self._pictures[:pictures], self._sounds[:sounds]
        self._part_tick += pictures
        self._part_sample += sounds * boxes.AAC_FRAME
        return video, audio

    def _written(self, video: bytes, audio: bytes) -> WrittenPart:
        seconds = {
            "video": Fraction(self._part_tick - self._segment_tick, self.frame_rate),
            "audio": Fraction(self._part_sample - self._segment_sample, boxes.AUDIO_TIMESCALE),
        }
        return WrittenPart(
            number=self._number,
            data={"video": video, "audio": audio},
            seconds=seconds,
            wall=self._wall,
            last=self._part_tick - self._segment_tick == self.segment_ticks,
        )

    def _write_init(self, kind: str, data: bytes) -> None:
        path = self.programme.init(kind)
        if path.exists() and self.programme.segments(kind):
            if path.read_bytes() != data:
                raise ValueError(f"{path} was made with other encoder settings: go on with those, or begin an edition")
            return
        with archive.write_whole(path) as beside:
            beside.write_bytes(data)

    def _variant(self, parameter_sets: bytes) -> hls.Variant:
        return hls.Variant(
            uri="video/index.m3u8",
            # The encoder may spend one second's bits at once: over a segment of two seconds, half as much again.
            bandwidth=self.bitrate * 3 // 2 + AUDIO_BITRATE,
            average_bandwidth=self.bitrate + AUDIO_BITRATE,
            codecs=f"{boxes.codec_name(parameter_sets)},mp4a.40.2",
            width=self.width,
            height=self.height,
            frame_rate=self.frame_rate,
        )
