"""Segments of a recording come in; segments of the same length that show a slide and are silent go out.

They fit under the recording's own init segments: the picture is encoded by the programme's encoder (`still.py`), the
sound is frames of silence. Names, lengths, parts and media times stay, so playlists need not be written again.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from ingest import archive
from ingest.live.cmaf import boxes
from ingest.live.mix.audio import AUDIO_BITRATE, AacEncoder
from ingest.live.mix.cards import Cards, Slide
from ingest.live.mix.still import drawn, still
from ingest.live.mix.video import Encoder
from ingest.live.output.recorder import PART_S
from ingest.live.output.withheld import Stretch

STEADY = 4  # frames of silence after which an encoder gives the same bytes again and again


class OtherSettings(ValueError):
    """The recording was made with other encoder settings: nothing of ours would decode under its init segments."""


class Curtain:
    """Makes dark segments of one recording. `make_encoder`: a fresh one with the recording's settings."""

    def __init__(
        self, make_encoder: Callable[[], Encoder], cards: Cards, *, width: int, height: int, frame_rate: int
    ) -> None:
        self._make_encoder, self._cards = make_encoder, cards
        self._width, self._height, self._frame_rate = width, height, frame_rate
        self._drawn: dict[Slide, list[boxes.Sample]] = {}

    def check(self, programme: archive.Programme) -> None:
        """Raises OtherSettings when what is made here would not decode in this recording."""
        video = boxes.video_init(self._make_encoder().parameter_sets, self._width, self._height)
        audio = boxes.audio_init(AacEncoder(0).config, AUDIO_BITRATE)
        for kind, wanted in (("video", video), ("audio", audio)):
            if programme.init(kind).read_bytes() != wanted:
                raise OtherSettings(f"{programme.init(kind)} was made with other encoder settings")

    def of(self, kind: str, segment: Path, slide: Slide) -> bytes:
        """What stands in for a segment of "video" or "audio"."""
        return self._video(segment, slide) if kind == "video" else self._audio(segment)

    def _video(self, segment: Path, slide: Slide) -> bytes:
        samples, at, dark = self._samples(slide), 0, b""
        for part in boxes.whole_parts(segment):
            count = part.duration * self._frame_rate // boxes.VIDEO_TIMESCALE
            # A segment is never longer than what was encoded from one keyframe to the next.
            dark += boxes.part(self._sequence(part.time, boxes.VIDEO_TIMESCALE), part.time, samples[at : at + count])
            at += count
        return dark

    def _audio(self, segment: Path) -> bytes:
        frame = boxes.Sample(data=silence(), duration=boxes.AAC_FRAME)
        return b"".join(
            boxes.part(
                self._sequence(part.time, boxes.AUDIO_TIMESCALE),
                part.time,
                [frame] * (part.duration // boxes.AAC_FRAME),
            )
            for part in boxes.whole_parts(segment)
        )

    def _sequence(self, time: int, scale: int) -> int:
        return int(time // (PART_S * scale)) + 1

    def _samples(self, slide: Slide) -> list[boxes.Sample]:
        if slide not in self._drawn:
            card = self._cards.slide(slide, self._width, self._height)
            frames = still(self._make_encoder(), drawn(card, self._width, self._height), self._frame_rate)
            frames.begin()
            duration = boxes.VIDEO_TIMESCALE // self._frame_rate
            encoded = [frames.frame(False) for _ in range(frames.length)]
            self._drawn[slide] = [
                boxes.Sample(data=boxes.length_prefixed(data), duration=duration, keyframe=keyframe)
                for data, keyframe in encoded
            ]
        return self._drawn[slide]


@cache
def silence() -> bytes:
    """An AAC frame of silence that may follow any other."""
    return AacEncoder(0).encode(np.zeros(boxes.AAC_FRAME * STEADY * 2, np.float32))[STEADY][1]


def ticks_of(segment: Path, frame_rate: int) -> Stretch:
    """The media time of a video segment. Raises ValueError for one without a whole part."""
    parts = boxes.whole_parts(segment)
    if not parts:
        raise ValueError(f"{segment} has no whole part")
    rate, scale = frame_rate, boxes.VIDEO_TIMESCALE
    return Stretch(parts[0].time * rate // scale, parts[-1].end * rate // scale)


def cover(segment: Path, dark: bytes) -> None:
    """Put the dark segment in the place of the one that was recorded; when the disk refuses, nothing stands there.

    Raises OSError then: a recording with a hole is found by whoever reads it, what must not be seen is gone.
    """
    try:
        with archive.write_whole(segment) as beside:
            beside.write_bytes(dark)
    except OSError:
        segment.unlink(missing_ok=True)
        raise
