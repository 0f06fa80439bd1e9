"""Everyone's sound comes in every 20 ms; the public mix goes to the sinks, and to each listener the room without them.

Everybody is brought to one loudness before they are added up (`gain.py`).

A thread of its own: sound that waited for the picture's encoder would reach participants in bursts, and their
browsers would answer with longer buffers.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ingest.live.mix import audio, gain
from ingest.live.mix.backstage import Backstage
from ingest.live.mix.gain import Gain
from ingest.live.mix.pace import Epoch
from ingest.live.mix.source import BLOCK_SAMPLES, SAMPLE_RATE, Samples
from ingest.live.mix.stage import Place

log = logging.getLogger(__name__)
Listener = Callable[[Samples], None]
HearsAlong = Callable[[Mapping[str, Samples], Mapping[str, Samples]], None]
BLOCK_S = BLOCK_SAMPLES / SAMPLE_RATE
WEIGHED = 5  # blocks of those on air; with people beside the programme, half as long


class Desk(threading.Thread):
    """Mixes the sound of one room until `closing` is set."""

    def __init__(self, epoch: Epoch, on_block: Callable[[Samples], None], on_fall: Callable[[Exception], None]) -> None:
        """`on_block` gets the public mix; its first `audio.LOOK_AHEAD` samples are before the room's first.

        `on_fall` hears of an error after which there is no more sound.
        """
        super().__init__(name="desk", daemon=True)
        self.closing = threading.Event()
        self.backstage = Backstage()
        self._epoch = epoch
        self._on_block, self._on_fall = on_block, on_fall
        self._heard: tuple[tuple[Place, ...], bool] = ((), False)
        self._listeners: Mapping[str, Listener] = {}
        self._limiters: dict[str, audio.Limiter] = {}
        self._public = audio.Limiter()
        self._voices: dict[str, Gain] = {}
        self._unweighed: list[tuple[list[str], Samples]] = []
        self._factors: dict[str, float] = {}
        self._factors_aside: dict[str, float] = {}
        self._open = 0.0
        self._raw: dict[str, Samples] = {}
        self._on_heard: HearsAlong | None = None
        self._failed: set[str] = set()

    def set_heard(self, places: tuple[Place, ...], held: bool) -> None:
        """Who is mixed from the next block; `held`: the public hears silence, listeners go on hearing each other."""
        self._heard = (places, held)

    @property
    def gains(self) -> dict[str, float]:
        """By how many dB each person on air is raised or lowered now."""
        return {place.person: self._voices[place.person].db for place in self._heard[0] if place.person in self._voices}

    def set_gains(self, gains: Mapping[str, float]) -> None:
        """Go on with gains in dB that another process found. Before the thread is started."""
        self._voices |= {person: Gain.known(db) for person, db in gains.items()}

    def set_ears(self, on_heard: HearsAlong) -> None:
        """Whoever hears along (`ears.Ears.heard`): each block of everybody as it came, and as it was sent to them."""
        self._on_heard = on_heard

    def set_listeners(self, listeners: Mapping[str, Listener]) -> None:
        """Who hears the room without themselves, by person."""
        self._listeners = dict(listeners)

    def run(self) -> None:
        try:
            self._run()
        except Exception as error:
            self._on_fall(error)
            raise

    def _run(self) -> None:
        block = 0
        while not self.closing.is_set():
            self._epoch.clock.wait_until(self._epoch.due(block * BLOCK_S))
            self._block()
            block += 1

    def _block(self) -> None:
        places, held = self._heard
        listeners = self._listeners
        self._raw = {}
        sounds, self._factors = self._levelled(places, self._factors)
        mix = audio.total(sounds, BLOCK_SAMPLES)
        before, self._open = self._open, 0.0 if held else 1.0
        self._on_block(self._public(audio.ramp(mix, before, self._open)))
        others = self.backstage.asked(sounds, listeners, held)
        aside, self._factors_aside = self._levelled(others, self._factors_aside)
        heard = self.backstage.mix(mix, sounds, aside, held)
        self._limiters = {person: self._limiters.get(person) or audio.Limiter() for person in listeners}
        sent = {person: heard(person) for person in listeners}
        if self._on_heard is not None:
            self._on_heard(self._raw, sent)
        for person, listener in listeners.items():
            block = self._limiters[person](sent[person])
            self._guarded(person, lambda listener=listener, block=block: listener(block))  # type: ignore[misc]

    def _levelled(
        self, places: Sequence[Place], before: Mapping[str, float]
    ) -> tuple[dict[str, Samples], dict[str, float]]:
        """Everybody's sound at one loudness, and by how much each was raised; who is new fades in.

        Looked at together, since a call of numpy costs more than its work.
        """
        sounds: dict[str, Samples] = {}
        factors: dict[str, float] = {}
        if not places:
            return sounds, factors
        blocks = np.stack([self._pulled(place) for place in places])
        blocks[~np.isfinite(blocks.sum(axis=1))] = 0.0
        heard = [not place.muted for place in places]
        self._weigh([place.person for place in places if not place.muted], blocks[heard])
        for place, block in zip(places, blocks, strict=True):
            person = place.person
            self._raw[person] = block
            factors[person] = 0.0 if place.muted else self._voices[person].factor
            sounds[person] = audio.ramp(block, before.get(person, 0.0), factors[person])
        return sounds, factors

    def _weigh(self, people: list[str], blocks: Samples) -> None:
        """What is known of each voice, which is kept while somebody is off air.

        A tenth of a second is weighed at once: nobody hears the gain come by so much later, and work that is seldom
        and longer finds its code in the caches (0.36 ms a block with four people instead of 0.47).
        """
        for person in people:
            self._voices.setdefault(person, Gain())
        self._unweighed.append((people, blocks))
        if len(self._unweighed) < WEIGHED:
            return
        everybody = [person for people, _ in self._unweighed for person in people]
        for person, power in zip(
            everybody, gain.powers(np.concatenate([each for _, each in self._unweighed])), strict=True
        ):
            self._voices[person] = gain.step(self._voices[person], power)
        self._unweighed.clear()

    def _pulled(self, place: Place) -> Samples:
        sound = self._guarded(place.person, lambda: place.source.sound(BLOCK_SAMPLES))
        if sound is None or sound.shape != (BLOCK_SAMPLES,):
            return np.zeros(BLOCK_SAMPLES, np.float32)
        return sound

    def _guarded(self, person: str, call: Callable[[], Samples | None]) -> Samples | None:
        try:
            result = call()
        except Exception:
            # One person's broken connection must not end the office hour of all; they are silent until it mends.
            if person not in self._failed:
                log.exception("no sound from or to person %s", person)
            self._failed.add(person)
            return None
        return result
