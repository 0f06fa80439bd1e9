"""A person's sound on a clock that the test moves."""

from dataclasses import replace

import numpy as np
import pytest

from ingest.live.mix.source import BLOCK_SAMPLES, SAMPLE_RATE, Samples
from ingest.live.webrtc.clock import DELAY_MIN_S, PersonClock
from ingest.live.webrtc.jitter import EncodedFrame
from ingest.live.webrtc.voice import Voice
from tests.ingest.live.packets import opus, tone

BLOCK_S = BLOCK_SAMPLES / SAMPLE_RATE


class Listening:
    """Packets come when they arrive, blocks are pulled each 20 ms."""

    def __init__(self) -> None:
        self.now = 0.0
        self.clock = PersonClock()
        self.voice = Voice(self.clock, lambda: self.now)

    def heard(self, frames: list[EncodedFrame], seconds: float) -> Samples:
        waiting = sorted(frames, key=lambda frame: frame.arrived)
        blocks = []
        for _ in range(round(seconds / BLOCK_S)):
            self.now += BLOCK_S
            while waiting and waiting[0].arrived <= self.now:
                frame = waiting.pop(0)
                self.clock.track("audio", SAMPLE_RATE).arrived(frame.rtp, frame.arrived)
                self.voice.add(frame)
            blocks.append(self.voice.pull(BLOCK_SAMPLES))
        return np.concatenate(blocks)


def loudness(sound: Samples) -> list[float]:
    """Root mean square of each 20 ms."""
    return [float(np.sqrt(np.mean(block**2))) for block in sound.reshape(-1, BLOCK_SAMPLES)]


def test_sound_comes_whole_and_one_delay_later() -> None:
    listening = Listening()
    heard = listening.heard(opus(tone(2.0)), 1.9)
    starts = int(np.argmax(np.abs(heard) > 0.1)) / SAMPLE_RATE
    assert starts == pytest.approx(DELAY_MIN_S, abs=0.025)
    assert min(loudness(heard)[10:]) > 0.3
    assert (listening.voice.concealed, listening.voice.late, listening.voice.jumps) == (0, 0, 1)


def test_lost_packets_are_made_up_and_the_rest_stays_where_it_was() -> None:
    sound = np.where(np.arange(2 * SAMPLE_RATE) < SAMPLE_RATE, tone(2.0), 0).astype(np.float32)
    whole, torn = Listening(), Listening()
    expected = whole.heard(opus(sound), 1.9)
    heard = torn.heard([frame for n, frame in enumerate(opus(sound)) if n not in (20, 30, 31)], 1.9)
    # The first of two that are missing is made up; the last of a hole is repeated by the packet behind it.
    assert (torn.voice.concealed, torn.voice.recovered) == (BLOCK_SAMPLES, 2 * BLOCK_SAMPLES)
    assert min(loudness(heard)[10:45]) > 0.1
    ends = [int(np.flatnonzero(np.abs(each) > 0.1)[-1]) for each in (expected, heard)]
    assert abs(ends[0] - ends[1]) < 48


def test_a_long_hole_fades_to_silence() -> None:
    listening = Listening()
    heard = listening.heard([frame for n, frame in enumerate(opus(tone(2.0))) if not 30 <= n < 60], 1.9)
    assert max(loudness(heard)[40:55]) == 0.0
    assert min(loudness(heard)[68:]) > 0.3


def test_late_packets_raise_the_delay_so_that_later_ones_are_heard() -> None:
    frames = [
        frame if number < 60 or number % 5 else EncodedFrame(**{**vars(frame), "arrived": frame.arrived + 0.1})
        for number, frame in enumerate(opus(tone(6.0)))
    ]
    listening = Listening()
    listening.heard(frames, 3.0)
    late = listening.voice.late
    heard = listening.heard([frame for frame in frames if frame.arrived > 3.0], 2.8)
    assert late >= 1
    assert listening.voice.late <= late + 5
    assert min(loudness(heard)[100:]) > 0.3


def test_sound_that_nobody_hears_does_not_pile_up() -> None:
    listening = Listening()
    for frame in opus(tone(4.0)):
        listening.voice.add(frame)
    assert len(listening.voice._packets) <= 26


def test_a_broken_packet_is_a_hole() -> None:
    frames = opus(tone(1.0))
    frames[10] = EncodedFrame(**{**vars(frames[10]), "data": b"\xff\xff"})
    assert len(Listening().heard(frames, 0.9)) == round(0.9 * SAMPLE_RATE)


def test_a_microphone_that_stood_still_for_seconds_is_heard_again_within_one() -> None:
    listening = Listening()
    frames = [
        frame if n < 100 else replace(frame, arrived=frame.arrived + 3.0) for n, frame in enumerate(opus(tone(6)))
    ]
    heard = loudness(listening.heard(frames, 8.5))
    assert min(heard[300:]) > 0.2  # it goes on at 5.0 s
