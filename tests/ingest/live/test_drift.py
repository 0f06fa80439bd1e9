"""A sender whose clock runs 200 ppm fast or slow for ten minutes: sound and picture stay together, and nothing jumps.

Packets, reports and the mixer's calls are made by a clock that is passed in; ten minutes take some seconds.
"""

from dataclasses import dataclass, field

import numpy as np
import pytest

from ingest.live.mix.source import BLOCK_SAMPLES, SAMPLE_RATE
from ingest.live.webrtc.clock import PersonClock
from ingest.live.webrtc.jitter import EncodedFrame
from ingest.live.webrtc.voice import Voice
from tests.ingest.live.packets import opus, tone

MINUTES = 10
BLOCK_S = BLOCK_SAMPLES / SAMPLE_RATE
VIDEO_RATE, FRAME_S = 90_000, 1 / 30
REPORT_S = 1.0
SOUND_WAY_S, PICTURE_WAY_S = 0.010, 0.035  # encoding a picture takes longer, and all of that is made up for by reports
R37_S = 0.04
"""EBU R37 at the end of the chain: sound at most 40 ms before and 60 ms after its picture; the less for both."""


@dataclass
class Sending:
    """A sender's clock and the mixer's, side by side."""

    ppm: float
    jitter_s: float = 0.0
    clock: PersonClock = field(default_factory=PersonClock)
    now: float = 0.0
    apart: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.voice = Voice(self.clock, lambda: self.now)
        self._random = np.random.default_rng(1)
        self._packets = opus(tone(2.0))
        self._sounds = self._pictures = 0
        self._reported = -1.0

    def run(self, seconds: float) -> None:
        """Let both sides work for so long; `apart` gets sound's lead over the picture once a second."""
        for block in range(round(seconds / BLOCK_S)):
            self.now += BLOCK_S
            self._send(self.now)
            self.voice.pull(BLOCK_SAMPLES)
            if block % 50 == 49 and self.now > 15:
                self.apart.append(self._lead())

    def _send(self, until: float) -> None:
        """Everything that arrives up to then. The sender's second is a little shorter or longer than ours."""
        pace = 1 + self.ppm / 1e6
        while (captured := self._sounds * BLOCK_S / pace) + SOUND_WAY_S + self.jitter_s <= until:
            arrived = captured + SOUND_WAY_S + self._random.uniform(0, self.jitter_s)
            rtp = self._sounds * BLOCK_SAMPLES
            self.clock.track("audio", SAMPLE_RATE).arrived(rtp, arrived)
            data = self._packets[self._sounds % len(self._packets)].data
            self.voice.add(EncodedFrame(kind="audio", codec="opus", data=data, rtp=rtp, keyframe=True, arrived=arrived))
            self._sounds += 1
        while (captured := self._pictures * FRAME_S / pace) + PICTURE_WAY_S + self.jitter_s <= until:
            arrived = captured + PICTURE_WAY_S + self._random.uniform(0, self.jitter_s)
            rtp = self._pictures * VIDEO_RATE // 30
            self.clock.track("video", VIDEO_RATE).arrived(rtp, arrived)
            self.clock.late("video", rtp, arrived)
            self._pictures += 1
        if until - self._reported >= REPORT_S:
            self._reported = until
            for kind, rate in (("audio", SAMPLE_RATE), ("video", VIDEO_RATE)):
                self.clock.track(kind, rate).reported(1000 + until * pace, round(until * pace * rate))

    def _lead(self) -> float:
        """How much earlier the sound of a moment is heard than its picture is seen, in seconds."""
        sound = self.voice.position
        picture = self.clock.rtp_at("video", self.now)
        assert sound is not None
        assert picture is not None
        return (sound - BLOCK_SAMPLES) / SAMPLE_RATE - picture / VIDEO_RATE


@pytest.mark.parametrize("ppm", [200, -200])
def test_sound_and_picture_stay_together_for_ten_minutes(ppm: float) -> None:
    sending = Sending(ppm, jitter_s=0.02)
    sending.run(60 * MINUTES)
    assert (min(sending.apart) > -R37_S, max(sending.apart) < R37_S) == (True, True)
    assert (sending.voice.jumps, sending.voice.late) == (1, 0)
    assert sending.voice.concealed == 0
