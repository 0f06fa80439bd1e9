"""`ingest/live/mix/desk.py`: what each hears of the others, at what loudness."""

import av
import numpy as np
import pytest

from ingest.live.mix.desk import Desk
from ingest.live.mix.pace import Epoch
from ingest.live.mix.source import BLOCK_SAMPLES, SAMPLE_RATE, Samples
from ingest.live.mix.stage import Place
from tests.ingest.live.fakes import FakeClock
from tests.ingest.live.mix.test_gain import QUIET_LUFS, at, integrated, voice


class Speaker:
    """A source that plays a sound once, without a picture."""

    def __init__(self, person: str, sound: Samples) -> None:
        self.person = person
        self._sound, self._at = sound, 0

    def picture(self) -> None:
        return None

    def fitted(self, width: int, height: int) -> av.VideoFrame:
        raise LookupError("there is no picture")

    def sound(self, samples: int) -> Samples:
        block, self._at = self._sound[self._at : self._at + samples], self._at + samples
        return block


class Mixed:
    """A desk that mixes one person for the length of a sound, as fast as it can."""

    def __init__(self, sound: Samples, *, muted: bool = False, gains: dict[str, float] | None = None) -> None:
        self.blocks: list[Samples] = []
        self.failed: list[Exception] = []
        desk = Desk(Epoch(FakeClock()), self.blocks.append, self.failed.append)
        desk.set_gains(gains or {})
        desk.set_heard((Place("chris", "Chris", "", Speaker("chris", sound), muted),), held=False)
        for _ in range(len(sound) // BLOCK_SAMPLES):
            desk._block()
        self.gains = desk.gains

    @property
    def sound(self) -> Samples:
        return np.concatenate(self.blocks)


def test_a_quiet_voice_is_raised_and_the_desk_says_by_how_much() -> None:
    quiet = at(voice("chris"), QUIET_LUFS)
    mixed = Mixed(quiet)
    assert mixed.gains["chris"] == pytest.approx(13, abs=3)
    heard = slice(20 * SAMPLE_RATE, None)
    assert integrated(mixed.sound[heard]) - integrated(quiet[heard]) == pytest.approx(mixed.gains["chris"], abs=1)


def test_a_known_gain_holds_from_the_first_word() -> None:
    quiet = at(voice("ada")[: 4 * SAMPLE_RATE], QUIET_LUFS)
    mixed = Mixed(quiet, gains={"chris": 13.0})
    assert integrated(mixed.sound) - integrated(quiet) == pytest.approx(13, abs=1)


def test_who_is_muted_is_neither_heard_nor_learnt() -> None:
    mixed = Mixed(at(voice("ada")[: 4 * SAMPLE_RATE], QUIET_LUFS), muted=True)
    assert not mixed.sound.any()
    assert mixed.gains == {}
