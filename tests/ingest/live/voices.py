"""Recorded voices go in, what a room hears of them goes out: talk in turns, coded as on the way, with faults put in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ingest.live.attention import alarms
from ingest.live.attention.alarms import Alarm, Look, Watch
from ingest.live.attention.hearing import Ear
from ingest.live.mix.source import BLOCK_SAMPLES, SAMPLE_RATE, Samples
from ingest.live.webrtc.opus import Decoder, Encoder

ROOM_DB = -62.0  # the noise of a quiet office
PAUSE_S = 0.5  # between two who take turns


def coded(sound: Samples) -> Samples:
    """As it comes out of Opus, whole blocks."""
    encoder, decoder = Encoder(), Decoder()
    blocks = sound[: len(sound) // BLOCK_SAMPLES * BLOCK_SAMPLES].reshape(-1, BLOCK_SAMPLES)
    return np.concatenate([decoder.decode(encoder.encode(block)) for block in blocks])


def noise(length_s: float, level_db: float = ROOM_DB, seed: int = 1) -> Samples:
    spread = 10 ** (level_db / 20)
    return np.random.default_rng(seed).normal(0, spread, round(length_s * SAMPLE_RATE)).astype(np.float32)


def turns(people: Sequence[str], said: Sequence[Samples], order: Sequence[int]) -> dict[str, Samples]:
    """Each of `said` by one of `people` in turn, in this order; the others' microphones hear their rooms meanwhile."""
    parts: dict[str, list[Samples]] = {person: [] for person in people}
    for number, which in enumerate(order):
        sound = np.concatenate([said[which], np.zeros(round(PAUSE_S * SAMPLE_RATE), np.float32)])
        for person in people:
            speaks = people[number % len(people)] == person
            parts[person].append(sound if speaks else np.zeros_like(sound))
    whole = {person: np.concatenate(sounds) for person, sounds in parts.items()}
    length_s = len(next(iter(whole.values()))) / SAMPLE_RATE
    return {person: sound + noise(length_s, seed=number) for number, (person, sound) in enumerate(whole.items())}


def echoed(sent: Samples, *, lag_s: float, level_db: float) -> Samples:
    """What a microphone hears of a loudspeaker in a living room (0.25 s of reverberation) after `lag_s`."""
    rng = np.random.default_rng(5)
    length = SAMPLE_RATE // 4
    room = rng.normal(0, 1, length) * np.exp(-6.9 * np.arange(length) / length)
    room[0] = 4
    room *= 10 ** (level_db / 20) / np.sqrt((room * room).sum())
    size = 1 << (len(sent) + length).bit_length()
    heard = np.fft.irfft(np.fft.rfft(sent, size) * np.fft.rfft(room, size), size)[: len(sent)]
    late = np.zeros(round(lag_s * SAMPLE_RATE))
    return np.concatenate([late, heard])[: len(sent)].astype(np.float32)


@dataclass
class Listening:
    """The sensors of a room at a clock of its own: a second each `hear`."""

    hosts: tuple[str, ...] = ("ada",)
    now: float = 0.0
    watch: Watch = field(default_factory=Watch)
    ears: dict[str, Ear] = field(default_factory=dict)

    def hear(self, sounds: dict[str, Samples], **changed: Look) -> tuple[Alarm, ...]:
        """One more second of everybody; `changed`: looks that are something else."""
        self.now += 1
        mix = np.sum(list(sounds.values()), axis=0)
        looks = []
        for person, sound in sounds.items():
            heard = self.ears.setdefault(person, Ear()).listen(sound, mix - sound)
            looks.append(changed.get(person) or Look(person=person, leads=person in self.hosts, heard=heard))
        self.watch = alarms.after(self.watch, looks, self.now, on_air=True)
        return self.watch.alarms


def seconds(sounds: dict[str, Samples]) -> Iterator[dict[str, Samples]]:
    """Whole seconds of everybody, one after the other."""
    for at in range(0, min(map(len, sounds.values())) // SAMPLE_RATE * SAMPLE_RATE, SAMPLE_RATE):
        yield {person: sound[at : at + SAMPLE_RATE] for person, sound in sounds.items()}
