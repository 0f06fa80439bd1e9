"""A second of everybody's sound comes in; how loud, how near to full scale, and how much of it is echo goes out. Pure.

Echo is looked for between a microphone and what was sent to the same person: a cross-correlation in which every
frequency counts the same (GCC-PHAT, Knapp and Carter 1976), so that neither pitch nor a room's colour makes a peak.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.live.mix.source import SAMPLE_RATE, Samples

HOT = 0.9  # of full scale: after Opus the flat top of a clipped wave lies a little above and below it
HOT_SHARE = 0.005  # of a second; of real voices that were not clipped 99 % of the seconds stay below 0.001
_STEP = 12  # samples that become one: 4 kHz hold what tells voices apart
RATE = SAMPLE_RATE // _STEP
WINDOW_S = 2.0  # several words; clocks of two sound cards differ by less than a sample in it
NEAREST_S, FARTHEST_S = 0.05, 0.8  # what network, buffers and a room take there and back
STANDS_OUT = 8.0  # A true echo 30 dB down stands out by 8 to 21, voices that do not know of each other by 4 to 7.
TONE_BANDS, TONE_SHARE = 50, 0.85  # in a fiftieth of the pitches words have 0.15 to 0.77 of their power, beeps 0.93
AUDIBLE_DB = -55.0  # of what was sent: in silence there is nothing to be echoed
_SIZE = 16384  # of the transforms: window and longest lag fit
QUIETEST_DB = -120.0


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One person's last second. `level_db`: root mean square below full scale; `echo_s`: at which lag what they were
    sent came back, None when it did not; `tellable`: whether an echo could have been heard at all."""

    level_db: float
    clipped: bool
    echo_s: float | None = None
    tellable: bool = False


def decibels(sound: Samples) -> float:
    """Root mean square below full scale; silence is -120."""
    power = float(np.dot(sound, sound)) / max(len(sound), 1)
    return max(QUIETEST_DB, 10 * float(np.log10(power + 1e-12)))


def clipped(sound: Samples) -> bool:
    """Whether a second of sound was cut off at full scale."""
    return bool(np.count_nonzero(np.abs(sound) > HOT) > HOT_SHARE * len(sound))


def thinned(sound: Samples) -> Samples:
    """The sound at `RATE`: the mean of each dozen samples."""
    thin: Samples = sound[: len(sound) // _STEP * _STEP].reshape(-1, _STEP).mean(axis=1, dtype=np.float32)
    return thin


def is_tone(spectrum: NDArray[np.complex128]) -> bool:
    """Whether nearly all of a sound lies at a few pitches: a beep, a whistle or hum is like any other of its kind."""
    power = np.sort(np.abs(spectrum) ** 2)
    return bool(power[-len(power) // TONE_BANDS :].sum() > TONE_SHARE * power.sum())


def echo(microphone: Samples, sent: Samples) -> float | None:
    """The lag in seconds at which `sent` is found in `microphone`; both at `RATE` and ending at the same moment."""
    window, farthest = round(WINDOW_S * RATE), round(FARTHEST_S * RATE)
    if len(microphone) < window or len(sent) < window + farthest:
        return None
    mine = np.diff(microphone[-window:]) * np.hanning(window - 1)
    theirs = np.diff(sent[-window - farthest :])
    heard, played = np.fft.rfft(mine, _SIZE), np.fft.rfft(theirs, _SIZE)
    if is_tone(heard) or is_tone(played):
        return None
    both = heard * np.conj(played)
    size = np.abs(both)
    alike = np.fft.irfft(both / (size + 1e-3 * size.mean() + 1e-12), _SIZE)
    lags = np.arange(round(NEAREST_S * RATE), farthest)
    strength = np.abs(alike[(lags - farthest) % _SIZE])
    usual = float(np.median(strength)) / 0.6745  # the deviation of what is normally distributed
    best = int(strength.argmax())
    return float(lags[best]) / RATE if usual > 0 and strength[best] > STANDS_OUT * usual else None


class Ear:
    """What was heard of one person and sent to them, as long as an echo takes."""

    def __init__(self) -> None:
        self._heard = np.zeros(0, np.float32)
        self._sent = np.zeros(0, np.float32)

    def listen(self, sound: Samples, sent: Samples | None) -> Heard:
        """Take the next second; `sent`: what this person heard meanwhile, None when they hear nothing."""
        keep = round((WINDOW_S + FARTHEST_S) * RATE)
        self._heard = np.concatenate([self._heard, thinned(sound)])[-keep:]
        self._sent = np.concatenate([self._sent, thinned(np.zeros_like(sound) if sent is None else sent)])[-keep:]
        audible = sent is not None and decibels(self._sent[-round(WINDOW_S * RATE) :]) > AUDIBLE_DB
        found = echo(self._heard, self._sent) if audible else None
        return Heard(level_db=decibels(sound), clipped=clipped(sound), echo_s=found, tellable=audible)
