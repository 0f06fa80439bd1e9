"""German sentences with their times come in, a sound track of speech goes out, as float32 mono at 48 kHz.

The voice is espeak-ng's, a program of the machine (not a Python package). Around the pitches of the beeps narrow bands
are taken out of the voice, so that beeps mixed in later are found exactly while the words stay as clear as before.
"""

import io
import shutil
import subprocess
import wave
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float32]

SAMPLE_RATE = 48_000
# Wide enough for the main lobe of a 50 ms beep (±20 Hz) and its ramps; a tenth of a formant's width.
KEPT_FREE_HZ = 70.0
MENDED_BY = "apt-get install espeak-ng"


class VoiceMissing(RuntimeError):
    """espeak-ng is not on this machine; the message says which command mends it."""


@dataclass(frozen=True, kw_only=True)
class Voice:
    """How somebody sounds: an espeak-ng voice, its pitch (0 to 99) and words a minute."""

    name: str
    pitch: int
    words_a_minute: int


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What is said, and at which second it begins."""

    at_s: float
    text: str


def speak(
    sentences: Sequence[Sentence], voice: Voice, length_s: float, *, beeps_hz: Sequence[float], peak: float = 0.5
) -> Sound:
    """The sentences as one track of `length_s` seconds, the loudest sample at `peak`, nothing around `beeps_hz`.

    Raises VoiceMissing without espeak-ng, ValueError when a sentence runs into the next one or over the end.
    """
    track = np.zeros(round(length_s * SAMPLE_RATE), np.float32)
    free_from = 0
    for sentence in sentences:
        spoken, start = say(sentence.text, voice), round(sentence.at_s * SAMPLE_RATE)
        if start < free_from or start + len(spoken) > len(track):
            raise ValueError(f"no room for {sentence.text!r} at {sentence.at_s} s ({len(spoken) / SAMPLE_RATE:.1f} s)")
        free_from = start + len(spoken)
        track[start:free_from] = spoken
    for hz in beeps_hz:
        track = without_band(track, hz)
    return track * np.float32(peak / np.abs(track).max())


def say(text: str, voice: Voice) -> Sound:
    """One sentence as sound, without the silence before and after it."""
    program = shutil.which("espeak-ng")
    if program is None:
        raise VoiceMissing(f"espeak-ng is missing; `{MENDED_BY}` brings it")
    command = [program, "--stdout", "-v", voice.name, "-p", str(voice.pitch), "-s", str(voice.words_a_minute), text]
    recording = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(recording)) as file:
        rate = file.getframerate()
        samples = (np.frombuffer(file.readframes(-1), "<i2") / 32768).astype(np.float32)
    loud = np.flatnonzero(np.abs(samples) > 0.003)
    return resampled(samples[loud[0] : loud[-1] + 1], rate, SAMPLE_RATE)


def resampled(samples: Sound, rate: int, wanted: int) -> Sound:
    """The same sound at another rate, by its spectrum: exact, for whole clips of some seconds."""
    length = round(len(samples) * wanted / rate)
    spectrum = np.fft.rfft(samples)
    wide = np.zeros(length // 2 + 1, complex)
    kept = min(len(wide), len(spectrum))
    wide[:kept] = spectrum[:kept]
    return (np.fft.irfft(wide, length) * (wanted / rate)).astype(np.float32)


def without_band(samples: Sound, hz: float) -> Sound:
    """The sound without the frequencies within `KEPT_FREE_HZ` of this one; times stay as they are."""
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    spectrum[np.abs(frequency - hz) < KEPT_FREE_HZ] = 0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)
