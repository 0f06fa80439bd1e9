"""`ingest/live/output/delay.py`: what comes out, when, and what never does."""

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.live.output.delay import FADE_IN, Delay, Heard, Leaving, Picture, Sound, Stretch

WALL = datetime(2026, 11, 25, tzinfo=UTC)
RATE = 25
PER_FRAME = 1920


class Line:
    """A delay and what came out of it: pictures tick by tick, sound as far as pictures need it."""

    def __init__(self, delay_s: float = 0) -> None:
        self.delay = Delay(RATE)
        self.delay.set(delay_s)
        self.pictures: list[Leaving] = []
        self.sounds: list[Heard] = []
        self.frame = self.position = 0

    def run(self, frames: int) -> None:
        for _ in range(frames):
            keyframe = self.frame % (2 * RATE) == 0
            came = Picture(frame=self.frame, data=b"%d" % self.frame, keyframe=keyframe, wall=WALL)
            self.pictures += self.delay.picture(came)
            self.frame += 1
            while self.position + 960 <= self.frame * PER_FRAME:
                self.sounds += self.delay.sound(Sound(self.position, np.ones(960, np.float32)))
                self.position += 960

    def go_on(self) -> None:
        self.delay.go_on(self.frame)

    @property
    def cut_frames(self) -> list[int]:
        return [each.picture.frame for each in self.pictures if each.cut]

    def public_sound(self) -> np.ndarray:
        return np.concatenate([np.zeros(0), *(each.public.samples for each in self.sounds)])


def test_without_a_delay_everything_leaves_as_it_comes() -> None:
    line = Line()
    line.run(3)
    assert [each.picture.frame for each in line.pictures] == [0, 1, 2]
    assert len(line.public_sound()) == 3 * PER_FRAME


def test_with_a_delay_everything_leaves_that_much_later_in_step() -> None:
    line = Line(2)
    line.run(2 * RATE)
    assert (line.pictures, line.sounds) == ([], [])
    line.run(10)
    assert [each.picture.frame for each in line.pictures] == list(range(10))
    assert len(line.public_sound()) == 10 * PER_FRAME


def test_a_cut_takes_what_waits_and_what_follows_until_it_goes_on() -> None:
    line = Line(2)
    line.run(3 * RATE)
    assert line.delay.cut() == Stretch(RATE)
    line.run(RATE)
    line.go_on()
    line.run(4 * RATE)
    assert line.cut_frames == list(range(RATE, 4 * RATE))
    sound = line.public_sound()
    assert not sound[RATE * PER_FRAME : 4 * RATE * PER_FRAME].any()
    assert sound[: RATE * PER_FRAME].all()
    assert (sound[4 * RATE * PER_FRAME + FADE_IN :] == 1).all()


def test_a_second_cut_leaves_no_gap_after_the_first_while_that_still_waits() -> None:
    line = Line(2)
    line.run(3 * RATE)
    line.delay.cut()
    line.run(5)
    line.go_on()
    line.run(5)
    assert line.delay.cut() == Stretch(RATE)
    line.run(RATE)
    line.go_on()
    line.run(3 * RATE)
    assert line.cut_frames == list(range(RATE, 4 * RATE + 10))


def test_a_cut_long_after_another_is_one_of_its_own() -> None:
    line = Line()
    line.run(10)
    line.delay.cut()
    line.run(5)
    line.go_on()
    line.run(20)
    assert line.delay.cut() == Stretch(35)


@pytest.mark.parametrize("seconds", [-1, 61, float("nan")])
def test_a_delay_outside_its_limits_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="broadcast delay"):
        Delay(RATE).set(seconds)


Acts = st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["cut", "go on", "run"])), max_size=8)


@given(delay_s=st.sampled_from([0, 0.4, 1, 2]), acts=Acts)
def test_whatever_is_cut_and_when_nothing_of_it_leaves_and_nothing_else_is_lost(
    delay_s: float, acts: list[tuple[int, str]]
) -> None:
    line, held = Line(delay_s), round(delay_s * RATE)
    forbidden: set[int] = set()
    cutting_since: int | None = None
    for frames, act in acts:
        line.run(frames)
        if act == "cut" and cutting_since is None:
            cutting_since = max(0, line.frame - held)
            line.delay.cut()
        elif act == "go on" and cutting_since is not None:
            line.go_on()
            forbidden |= set(range(cutting_since, line.frame))
            cutting_since = None
    if cutting_since is not None:
        forbidden |= set(range(cutting_since, line.frame + held + 1))
    line.run(held + 1)
    assert [each.picture.frame for each in line.pictures] == list(range(line.frame - held))
    assert line.cut_frames == sorted(forbidden & set(range(line.frame - held)))
    sound = line.public_sound()
    loud = {frame for frame in range(line.frame - held) if sound[frame * PER_FRAME : (frame + 1) * PER_FRAME].any()}
    assert loud == set(range(line.frame - held)) - forbidden
    assert all(before.original.end == after.original.position for before, after in pairwise(line.sounds))
    assert all(len(each.public.samples) == 960 for each in line.sounds)
