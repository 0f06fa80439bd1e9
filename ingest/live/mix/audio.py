"""Blocks of everyone's sound come in; the mix, each one's mix without themselves, and AAC go out.

Sound is mono float32 at 48 kHz. The limiter keeps a mix of many loud voices below full scale without crackling: it
sees `LOOK_AHEAD` samples ahead, turns down before the peak comes and comes back slowly. Its output is late by that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import av
import numpy as np
from numpy.typing import NDArray

from ingest.live.cmaf.boxes import AAC_FRAME
from ingest.live.mix.source import SAMPLE_RATE, Samples

LOOK_AHEAD = 255  # samples, 5.3 ms: shorter than any ear hears as early, long enough to turn down without a click
CEILING = 0.891  # -1 dBFS: AAC may overshoot what it was given by a little
RELEASE_S = 0.25  # from silence back to full gain: slow enough not to modulate a voice
AUDIO_BITRATE = 96_000


def total(sounds: Mapping[str, Samples], samples: int) -> Samples:
    """Everyone's sound added up, unlimited."""
    mix = np.zeros(samples, np.float32)
    for sound in sounds.values():
        mix += sound
    return mix


def without(mix: Samples, own: Samples | None) -> Samples:
    """The mix as the one hears it who said `own`; `own` None: someone who is not in it."""
    return mix if own is None else mix - own


def ramp(sound: Samples, before: float, after: float) -> Samples:
    """The block with its gain going evenly from `before` to `after`, so that a switch does not click."""
    if before == after:
        return sound if after == 1.0 else sound * np.float32(after)
    return sound * np.linspace(before, after, len(sound), dtype=np.float32)


_NOTHING_TURNED_DOWN = np.ones(LOOK_AHEAD)


@dataclass(frozen=True)
class LimiterState:
    """What the limiter remembers between blocks: the sound it holds back, and two histories of gain."""

    held: Samples = field(default_factory=lambda: np.zeros(LOOK_AHEAD, np.float32))
    wanted: NDArray[np.float64] = field(default_factory=lambda: _NOTHING_TURNED_DOWN)
    allowed: NDArray[np.float64] = field(default_factory=lambda: _NOTHING_TURNED_DOWN)
    idle: bool = True


def limit(state: LimiterState, block: Samples) -> tuple[LimiterState, Samples]:
    """Return the new state and as many samples as came in, none above CEILING, late by LOOK_AHEAD samples.

    The gain a sample wants is CEILING / |x|; each output sample gets the mean over the look-ahead of the least gain
    wanted in it, so the gain has come down fully when the peak is there (a peak limiter with a hold and a box filter).
    """
    sound = np.concatenate([state.held, block])
    held, late = sound[len(block) :], sound[: len(block)]
    peak = float(np.abs(block).max(initial=0.0))
    if state.idle and peak <= CEILING:
        return LimiterState(held), late
    wanted = np.concatenate([state.wanted, np.minimum(1.0, CEILING / np.maximum(np.abs(block), 1e-9))])
    allowed = np.concatenate([state.allowed, _released(_least(wanted), state.allowed[-1])])
    sums = np.cumsum(np.concatenate([[0.0], allowed]))
    gain = (sums[LOOK_AHEAD + 1 :] - sums[: len(block)]) / (LOOK_AHEAD + 1)
    idle = bool(wanted[-LOOK_AHEAD:].min() == 1.0 and allowed[-LOOK_AHEAD:].min() == 1.0)
    after = LimiterState(held, wanted[-LOOK_AHEAD:], allowed[-LOOK_AHEAD:], idle)
    return after, (late * gain).astype(np.float32)


def _least(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least of each run of LOOK_AHEAD + 1 = 256 values, by doubling the run eight times."""
    run = 1
    while run <= LOOK_AHEAD:
        values = np.minimum(values[run:], values[:-run])
        run *= 2
    return values


def _released(gains: NDArray[np.float64], before: float) -> NDArray[np.float64]:
    """The gains, allowed to fall at once and to rise by at most one in RELEASE_S."""
    slope = np.arange(1, len(gains) + 1) / (RELEASE_S * SAMPLE_RATE)
    falling = np.minimum.accumulate(np.concatenate([[before], gains - slope]))[1:]
    return np.minimum(falling + slope, 1.0)


class Limiter:
    """A limiter with its memory; the first output is LOOK_AHEAD samples of silence."""

    def __init__(self) -> None:
        self.state = LimiterState()

    def __call__(self, block: Samples) -> Samples:
        self.state, out = limit(self.state, block)
        return out


class AacEncoder:
    """Samples in, AAC frames of 1024 samples out, with the sample each of them begins with.

    The first packet holds nothing but the encoder's priming and is dropped: what remains begins with the first sample
    that was put in, without an edit list.
    """

    def __init__(self, first_sample: int, bitrate: int = AUDIO_BITRATE) -> None:
        """`first_sample`: the media time of the first sample that will come, a multiple of 1024."""
        codec = av.CodecContext.create("aac", "w")
        codec.sample_rate, codec.layout, codec.format, codec.bit_rate = SAMPLE_RATE, "mono", "fltp", bitrate
        codec.flags |= _GLOBAL_HEADER
        codec.open()
        self.config = bytes(codec.extradata or b"")
        self._codec = codec
        self._first = first_sample
        self._taken = 0
        self._rest: Samples = np.zeros(0, np.float32)

    def encode(self, samples: Samples) -> list[tuple[int, bytes]]:
        """Frames that are done, each with the media time of its first sample; about two frames late."""
        self._rest = np.concatenate([self._rest, samples])
        whole = len(self._rest) // AAC_FRAME * AAC_FRAME
        done = self._packets(self._frame(self._rest[:whole])) if whole else []
        self._rest = self._rest[whole:]
        return done

    def flush(self) -> list[tuple[int, bytes]]:
        """The last frames, filled up with silence; nothing may be encoded afterwards."""
        missing = -len(self._rest) % AAC_FRAME
        done = self.encode(np.zeros(missing, np.float32)) if missing else []
        return done + self._packets(None)

    def _frame(self, samples: Samples) -> av.AudioFrame:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples)[None], format="fltp", layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, self._taken
        self._taken += len(samples)
        return frame

    def _packets(self, frame: av.AudioFrame | None) -> list[tuple[int, bytes]]:
        packets = [(int(each.pts or 0), bytes(each)) for each in self._codec.encode(frame)]
        return [(self._first + pts, data) for pts, data in packets if 0 <= pts < self._taken]


_GLOBAL_HEADER = 1 << 22  # AV_CODEC_FLAG_GLOBAL_HEADER: the decoder's configuration is there before the first packet
