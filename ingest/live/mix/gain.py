"""One person's sound comes in, block by block; the gain that makes everybody about equally loud goes out.

Loudness is that of ITU-R BS.1770-5 (K-weighting, in LUFS of one channel), over the blocks of 20 ms in which somebody
speaks: clearly louder than what was heard between words. Only speech moves the gain, so that neither silence nor a
fan is ever turned up. The mean remembers three seconds of speech; the first words count at once. Pure, but for the
weights, which are worked out once.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ingest.live.mix.source import BLOCK_SAMPLES, SAMPLE_RATE, Samples

TARGET_LUFS = -18.0
"""Of a voice's own blocks; with the pauses that R 128 counts about -19 LUFS. The limiter then has little to do."""
MOST_DB, LEAST_DB = 18.0, -12.0  # from a whisper far from the microphone to somebody who shouts into it
BLOCK_S = BLOCK_SAMPLES / SAMPLE_RATE
MEMORY_S = 3.0  # of speech: as long as R 128's short-term loudness
FIRST_S = 0.3  # of speech before anything moves: a cough or a chair says nothing about a voice
FASTER_DB_S, SLOWER_DB_S = 12.0, 3.0  # upwards, in the first three seconds of speech and later: not heard as pumping
DOWN_DB_S = 12.0  # too loud hurts, too soft does not
NEAR_DB = 1.0  # nobody hears a difference of less; standing still is better
QUIETEST_LUFS = -55.0  # nothing below is taken for speech
ABOVE_FLOOR_DB = 9.0  # how far words stand out from what lies between them
FLOOR_RISE_DB_S = 6.0  # words have a pause in each second or two; what stays for longer than some is no speech
_SILENCE_LUFS = -70.0  # R 128's absolute gate


@dataclass(frozen=True, kw_only=True)
class Gain:
    """What is known of one person's voice. `spoken_s`: seconds of speech heard, `power`: its weighted mean square."""

    db: float = 0.0
    spoken_s: float = 0.0
    power: float = 0.0
    floor_lufs: float = 0.0

    @property
    def factor(self) -> float:
        return float(10 ** (self.db / 20))

    @classmethod
    def known(cls, db: float) -> "Gain":
        """Somebody whose voice was heard before: the gain stays until something else is heard for a while."""
        return cls(db=db, spoken_s=MEMORY_S, power=10 ** ((TARGET_LUFS - db + 0.691) / 10))

    def after(self, block: Samples) -> "Gain":
        """What is known after a block of 960 samples."""
        return step(self, weighted(block))


def step(gain: Gain, power: float) -> Gain:
    """The gain after 20 ms of sound with this K-weighted mean square."""
    loudness = lufs(power)
    speaks = loudness > max(QUIETEST_LUFS, gain.floor_lufs + ABOVE_FLOOR_DB)
    floor = min(loudness, gain.floor_lufs + FLOOR_RISE_DB_S * BLOCK_S)
    if not speaks:
        return replace(gain, floor_lufs=floor)
    spoken = gain.spoken_s + BLOCK_S
    mean = gain.power + (power - gain.power) * BLOCK_S / min(spoken, MEMORY_S)
    return Gain(db=_moved(gain.db, lufs(mean), spoken), spoken_s=spoken, power=mean, floor_lufs=floor)


def _moved(db: float, loudness: float, spoken_s: float) -> float:
    wanted = min(MOST_DB, max(LEAST_DB, TARGET_LUFS - loudness))
    if spoken_s < FIRST_S or abs(wanted - db) < NEAR_DB:
        return db
    up = FASTER_DB_S if spoken_s < MEMORY_S else SLOWER_DB_S
    return min(wanted, db + up * BLOCK_S) if wanted > db else max(wanted, db - DOWN_DB_S * BLOCK_S)


def lufs(power: float) -> float:
    """The loudness of a K-weighted mean square, not below -70."""
    return max(_SILENCE_LUFS, -0.691 + 10 * float(np.log10(max(power, 1e-12))))


def weighted(block: Samples) -> float:
    """The K-weighted mean square of a block, by its spectrum: exact for what lasts longer than the block."""
    return powers(block[None])[0]


def powers(blocks: Samples) -> list[float]:
    """As `weighted`, of everybody's block (people x samples) at once; not finite where a sample is not."""
    samples = blocks.shape[1]
    spectra = np.fft.rfft(blocks)
    values: list[float] = ((spectra.real**2 + spectra.imag**2) @ _weights(samples)).tolist()
    return [value * 2 / samples**2 for value in values]


def _weights(samples: int) -> NDArray[np.float64]:
    """The squared response of BS.1770's two filters (annex 1, tables 1 and 2) at the frequencies of a block."""
    if samples not in _KNOWN:
        turn = np.exp(-2j * np.pi * np.fft.rfftfreq(samples))
        response = np.ones_like(turn)
        for above, below in (_SHELF, _HIGH_PASS):
            response *= np.polyval(above[::-1], turn) / np.polyval(below[::-1], turn)
        _KNOWN[samples] = np.abs(response) ** 2
    return _KNOWN[samples]


_SHELF = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_KNOWN: dict[int, NDArray[np.float64]] = {}
