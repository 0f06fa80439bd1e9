"""A person's blocks of sound come in, how much louder or softer they shall be goes out, so that all are equally loud.

Loudness is that of ITU-R BS.1770 (EBU R 128): the power of each block of 20 ms is weighted in its spectrum by the two
filters of the standard, which is exact but for the edges of blocks. Only speech counts: what stands out from the
quietest of the last seconds by 8 dB. So silence, fans and streets are never made louder, whatever their level.
Pure; decibels are those of power, loudness is in LUFS.
"""

import math
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ingest.live.source import BLOCK_SAMPLES, SAMPLE_RATE, Samples

TARGET_LUFS = -20.0  # peaks of a voice lie about 15 dB higher: the limiter rests while one person speaks
MOST_DB, LEAST_DB = 16.0, -12.0  # more would bring up the room of a citizen, whatever was said in it
QUIETEST_LUFS = -55.0  # below, nobody speaks to this microphone
STANDS_OUT_DB = 8.0  # speech does from its own pauses by 15 dB and more, noise from itself by 3
FAR_BELOW_DB = 15.0  # than this person's own speech: somebody else in the room
WINDOW_S = 3.0  # of speech: the short-term loudness of R 128
ENOUGH_S = 0.6  # of speech before anything is changed: a word
UP_DB_PER_S, DOWN_DB_PER_S = 4.0, 8.0  # nobody hears a voice grow at this pace; too loud is mended sooner
NEAR_DB = 0.5  # no change for less than anybody hears
BLOCK_S = BLOCK_SAMPLES / SAMPLE_RATE
SMOOTH = 5  # blocks: 100 ms, a syllable
FLOOR_BLOCKS, FLOORS = (
    25,
    8,
)  # the quietest of each half second, for four seconds: longer than a sentence without a breath
DIGITAL_SILENCE = 1e-10


@dataclass(frozen=True)
class Gain:
    """What is known of a person's loudness. `power` is that of their speech, `heard_s` how much of it there was."""

    db: float = 0.0
    power: float = 0.0
    heard_s: float = 0.0
    recent: tuple[float, ...] = ()
    floors: tuple[float, ...] = ()
    quietest: float = math.inf
    blocks: int = 0

    @property
    def factor(self) -> float:
        """What samples are multiplied by."""
        return float(10 ** (self.db / 20))

    @property
    def loudness(self) -> float:
        """Of the person's speech as it comes in, in LUFS."""
        return lufs(self.power)


def after(gain: Gain, power: float) -> Gain:
    """The gain after one more block of weighted `power`."""
    recent = (*gain.recent, power)[-SMOOTH:]
    smooth = sum(recent) / len(recent)
    gain = _floored(replace(gain, recent=recent), smooth)
    if not _speech(gain, smooth):
        return gain
    heard_s = min(WINDOW_S, gain.heard_s + BLOCK_S)
    mean = gain.power + (smooth - gain.power) * BLOCK_S / heard_s
    return replace(gain, power=mean, heard_s=heard_s, db=_moved(gain.db, mean, heard_s))


def _floored(gain: Gain, smooth: float) -> Gain:
    quietest = min(gain.quietest, smooth if smooth > DIGITAL_SILENCE else math.inf)
    if gain.blocks + 1 < FLOOR_BLOCKS:
        return replace(gain, quietest=quietest, blocks=gain.blocks + 1)
    return replace(gain, floors=(*gain.floors, quietest)[-FLOORS:], quietest=math.inf, blocks=0)


def _speech(gain: Gain, smooth: float) -> bool:
    if smooth <= DIGITAL_SILENCE or lufs(smooth) < QUIETEST_LUFS:
        return False
    floor = min([gain.quietest, *gain.floors])
    if smooth < floor * 10 ** (STANDS_OUT_DB / 10):
        return False
    return gain.heard_s < WINDOW_S or smooth > gain.power * 10 ** (-FAR_BELOW_DB / 10)


def _moved(db: float, power: float, heard_s: float) -> float:
    wanted = min(MOST_DB, max(LEAST_DB, TARGET_LUFS - lufs(power)))
    if heard_s < ENOUGH_S or abs(wanted - db) < NEAR_DB:
        return db
    return min(wanted, db + UP_DB_PER_S * BLOCK_S) if wanted > db else max(wanted, db - DOWN_DB_PER_S * BLOCK_S)


def lufs(power: float) -> float:
    """The loudness of a weighted mean square (BS.1770, one channel)."""
    return -0.691 + 10 * math.log10(max(power, 1e-12))


def weighted_power(block: Samples) -> float:
    """The mean square of a block of BLOCK_SAMPLES, as loud as its frequencies are to an ear."""
    if not block.any():
        return 0.0
    spectrum = np.fft.rfft(block)
    return float((spectrum.real**2 + spectrum.imag**2) @ _weights())


@cache
def _weights() -> NDArray[np.float64]:
    """The squared response of the filters of BS.1770-4, tables 1 and 2, for the bins of a block."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(BLOCK_SAMPLES))
    shelf = np.polyval([1.19839281085285, -2.69169618940638, 1.53512485958697], z)
    shelf /= np.polyval([0.73248077421585, -1.69065929318241, 1.0], z)
    high = np.polyval([1.0, -2.0, 1.0], z) / np.polyval([0.99007225036621, -1.99004745483398, 1.0], z)
    twice = np.full(len(z), 2.0)  # all but the first and the last bin stand for two
    twice[0] = twice[-1] = 1.0
    weights: NDArray[np.float64] = np.abs(shelf * high) ** 2 * twice / BLOCK_SAMPLES**2
    return weights
