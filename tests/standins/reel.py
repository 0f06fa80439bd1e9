"""People, questions and what the programme looks like come in; its encoded frames go out, by tick and by AAC frame.

Scenes are drawn by the studio's own stage and encoded by its encoders. Since people repeat themselves (loops.py),
a scene is encoded when it is first seen and its frames are given out again and again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from ingest.live.cmaf import boxes
from ingest.live.mix.audio import AacEncoder
from ingest.live.mix.stage import Place, Plan, Shown, Stage
from ingest.live.mix.video import Encoder, Scaler
from ingest.live.output.recorder import SEGMENT_S
from tests.standins import loops, media


@dataclass(frozen=True, kw_only=True)
class Participant:
    """Somebody on air from `from_s` until `until_s` (None: the end), both multiples of 2 s.

    `clip`: a file to stand before their camera, else a colour, a flash and a beep each second.
    """

    person: str
    name: str
    role: str = ""
    from_s: int = 0
    until_s: int | None = None
    clip: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question on air between two multiples of 2 s."""

    question: str
    text: str
    author: str = ""
    from_s: int
    until_s: int


@dataclass(frozen=True, kw_only=True)
class Form:
    """What the programme looks like; small by default, so that tests are fast."""

    width: int = 640
    height: int = 360
    frame_rate: int = 30
    bitrate: int = 800_000
    preset: str = "superfast"


@dataclass(frozen=True)
class Scene:
    """What is shown during a segment: who, as numbers of participants, and which question."""

    people: tuple[int, ...]
    question: Asked | None


class Reel:
    """The programme as encoded frames: picture by tick, sound by AAC frame. Each scene is encoded when first seen."""

    def __init__(
        self, people: Sequence[Participant], questions: Sequence[Asked], form: Form, cards: Path, folder: Path
    ) -> None:
        self.people, self.questions, self.form = people, questions, form
        self.loops = [
            loops.from_clip(person.clip, folder, number, form.frame_rate)
            if person.clip
            else loops.drawn(folder, number, form.frame_rate)
            for number, person in enumerate(people)
        ]
        self.segment_ticks = SEGMENT_S * form.frame_rate
        self._sound_s = math.lcm(*(loop.length_s for loop in self.loops))
        self._picture_segments = math.lcm(*(loop.picture_s for loop in self.loops)) // SEGMENT_S
        self._stage = Stage(form.width, form.height, cards)
        self._encoder = Encoder(
            width=form.width, height=form.height, frame_rate=form.frame_rate, bitrate=form.bitrate, preset=form.preset
        )
        self.parameter_sets = self._encoder.parameter_sets
        self.audio_config = AacEncoder(0).config
        self._plans: dict[Scene, Plan] = {}
        self._pictures: dict[tuple[Scene, int], list[bytes]] = {}
        self._samples: dict[bytes, boxes.Sample] = {}
        self._sounds: dict[tuple[int, ...], list[bytes]] = {}

    def scene(self, second: float) -> Scene:
        """What is shown at this second."""
        end = math.inf
        people = tuple(
            n for n, p in enumerate(self.people) if p.from_s <= second < (end if p.until_s is None else p.until_s)
        )
        return Scene(people, next((each for each in self.questions if each.from_s <= second < each.until_s), None))

    def picture(self, tick: int) -> tuple[bytes, bool]:
        """The frame of a tick in Annex B, and whether it is a keyframe."""
        segment, frame = divmod(tick, self.segment_ticks)
        key = self.scene(segment * SEGMENT_S), segment % self._picture_segments
        if key not in self._pictures:
            self._pictures[key] = self._encoded(*key)
        return self._pictures[key][frame], frame == 0

    def sample(self, tick: int) -> boxes.Sample:
        """The frame of a tick as it lies in a segment."""
        annex_b, keyframe = self.picture(tick)
        if annex_b not in self._samples:
            duration = boxes.VIDEO_TIMESCALE // self.form.frame_rate
            data = boxes.length_prefixed(annex_b)
            self._samples[annex_b] = boxes.Sample(data=data, duration=duration, keyframe=keyframe)
        return self._samples[annex_b]

    def sound(self, number: int) -> bytes:
        """The n-th AAC frame. One that reaches into the next scene belongs to it, so that its first beep is whole."""
        last = (number + 1) * boxes.AAC_FRAME - 1
        people = self.scene(last // boxes.AUDIO_TIMESCALE // SEGMENT_S * SEGMENT_S).people
        if people not in self._sounds:
            self._sounds[people] = self._mixed(people)
        return self._sounds[people][number % len(self._sounds[people])]

    def cards(self, ticks: int) -> list[tuple[int, Asked | None, Shown]]:
        """The cards in the order they were first drawn: tick, the question on air, the card."""
        seen: set[str] = set()
        found = []
        for tick in range(0, ticks, self.segment_ticks):
            scene = self.scene(tick // self.form.frame_rate)
            for shown in self._plan(scene).cards:
                if shown.digest not in seen:
                    seen.add(shown.digest)
                    found.append((tick, scene.question, shown))
        return found

    def _plan(self, scene: Scene) -> Plan:
        if scene not in self._plans:
            playing = [Place(p.person, p.name, p.role, _Playing(p.person)) for p in self.people]
            question = (scene.question.text, scene.question.author) if scene.question else None
            self._plans[scene] = self._stage.plan([playing[n] for n in scene.people], question, None)
        return self._plans[scene]

    def _encoded(self, scene: Scene, segment: int) -> list[bytes]:
        plan = self._plan(scene)
        reels = [self.loops[number].pictures(segment) for number in scene.people]
        packets = []
        for frame in range(self.segment_ticks):
            for place, reel in zip(plan.places, reels, strict=True):
                assert isinstance(place.source, _Playing)
                place.source.frame = reel[frame]
            packets.append(self._encoder.encode(self._stage.draw(plan), keyframe=frame == 0))
        return packets

    def _mixed(self, people: tuple[int, ...]) -> list[bytes]:
        mix = media.beeps(0.0)
        mix.resize(self._sound_s * media.SAMPLE_RATE)
        for number in people:
            loop = self.loops[number]
            for start in range(0, len(mix), len(loop.sound)):
                mix[start : start + len(loop.sound)] += loop.sound
        # The second round is kept: it begins as it ends, and its last frame reaches into the third.
        encoder = AacEncoder(0)
        packets = [packet for _ in range(3) for packet in encoder.encode(mix)]
        return [data for sample, data in packets if len(mix) <= sample < 2 * len(mix)]


class _Playing:
    """A person whose picture is set from outside."""

    def __init__(self, person: str) -> None:
        self.person = person
        self.frame: av.VideoFrame | None = None
        self._scaler = Scaler()

    def picture(self) -> av.VideoFrame | None:
        return self.frame

    def fitted(self, width: int, height: int) -> av.VideoFrame:
        assert self.frame is not None
        return self._scaler.to(self.frame, width, height)

    def sound(self, samples: int) -> media.Sound:
        raise NotImplementedError("the mix of a recorded office hour is made from whole loops")
