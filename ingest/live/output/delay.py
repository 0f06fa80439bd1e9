"""Encoded pictures and mixed sound come in as they are made; what is old enough comes out, cut or not. Pure.

Counted in frames and samples of the programme, never in time, so what waits is bounded by the delay. Pictures wait
encoded, sound as it was mixed: what is cut has then been through no encoder of the public's, and no frame of AAC or
Opus holds a trace of it by overlap.

A cut covers everything that has not left yet and all that follows, up to the frame from which it is said to go on.
What has left has left; nothing of the cut comes out as it was.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from ingest.live.mix.source import SAMPLE_RATE, Samples
from ingest.officehours import LONGEST_DELAY_S

FADE_IN = 240  # samples, 5 ms: sound that begins within a word does not click


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The encoded picture of programme frame `frame`: Annex B, drawn at `wall`."""

    frame: int
    data: bytes
    keyframe: bool
    wall: datetime


@dataclass(frozen=True)
class Sound:
    """Mixed sound that begins with programme sample `position`."""

    position: int
    samples: Samples

    @property
    def end(self) -> int:
        return self.position + len(self.samples)


@dataclass(frozen=True)
class Leaving:
    """A picture whose time has come; `cut` says that something else has to take its place."""

    picture: Picture
    cut: bool


@dataclass(frozen=True)
class Heard:
    """Sound whose time has come: what the public may hear of it, and how it was."""

    public: Sound
    original: Sound
    cut: bool


@dataclass(frozen=True)
class Stretch:
    """What is cut: frames from `start` to before `end`, None while nobody has said to go on."""

    start: int
    end: int | None = None


class Delay:
    """Holds pictures and sound for `frames` frames. Calls must not overlap; frames and samples come without gaps."""

    def __init__(self, frame_rate: int) -> None:
        self.frames = 0
        self.cut_stretch: Stretch | None = None
        self._rate = frame_rate
        self._samples_per_frame = SAMPLE_RATE // frame_rate
        self._pictures: deque[Picture] = deque()
        self._sounds: deque[Sound] = deque()
        self._next = 0

    def set(self, seconds: float) -> None:
        """Hold what comes for so long from now on. Raises ValueError outside 0 … 60."""
        if not 0 <= seconds <= LONGEST_DELAY_S:
            raise ValueError(f"a broadcast delay is 0 to {LONGEST_DELAY_S} s, not {seconds}")
        self.frames = round(seconds * self._rate)

    def picture(self, picture: Picture) -> list[Leaving]:
        """Take a picture; those that are old enough."""
        self._pictures.append(picture)
        leaving = []
        while self._pictures and self._pictures[0].frame + self.frames <= picture.frame:
            out = self._pictures.popleft()
            self._next = out.frame + 1
            leaving.append(Leaving(out, self._is_cut(out.frame)))
        return leaving

    def sound(self, sound: Sound) -> list[Heard]:
        """Take a block of sound; those that are old enough, in which what is cut is silence."""
        self._sounds.append(sound)
        held, heard = self.frames * self._samples_per_frame, []
        while self._sounds and self._sounds[0].end + held <= sound.end:
            heard.append(self._heard(self._sounds.popleft()))
        return heard

    def cut(self) -> Stretch:
        """Cut all that waits here and all that comes. What a cut before this one left waiting stays cut."""
        before = self.cut_stretch
        goes_on = before is not None and (before.end is None or before.end > self._next)
        self.cut_stretch = Stretch(before.start if before is not None and goes_on else self._next)
        return self.cut_stretch

    def go_on(self, frame: int) -> None:
        """Cut nothing more from `frame` on, which has to be a keyframe that has not come yet."""
        if self.cut_stretch is not None and self.cut_stretch.end is None:
            self.cut_stretch = Stretch(self.cut_stretch.start, frame)

    def _is_cut(self, frame: int) -> bool:
        cut = self.cut_stretch
        return cut is not None and frame >= cut.start and (cut.end is None or frame < cut.end)

    def _heard(self, sound: Sound) -> Heard:
        """Whatever leaves while a cut holds is silent, also the few samples before its first picture."""
        cut = self.cut_stretch
        if cut is None:
            return Heard(sound, sound, False)
        if cut.end is None or sound.end <= (end := cut.end * self._samples_per_frame):
            return Heard(Sound(sound.position, np.zeros_like(sound.samples)), sound, True)
        if sound.position >= end + FADE_IN:
            return Heard(sound, sound, False)
        since = np.arange(sound.position, sound.end) - end
        opened = np.clip((since + 1) / FADE_IN, 0.0, 1.0).astype(np.float32)
        return Heard(Sound(sound.position, sound.samples * opened), sound, bool(since[0] < 0))
