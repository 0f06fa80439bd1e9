"""`ingest/live/shedding.py`: what a room does without, and when it has it back."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ingest.live.shedding import Load, Relief, after, draws, room_for_one_more, still

NEW, SAME = 1.0, 0.2  # what a tick costs with a new picture, and with the one before, of what `Machine` gives


@dataclass
class Machine:
    """A room whose pictures cost so much of a tick's time; `late` says whether they are late for other reasons."""

    load: Load = Load()
    frame: int = 0

    def run(self, ticks: int, cost: float, late: Callable[[int], bool] = lambda frame: False) -> list[Relief]:
        """The steps that were taken."""
        steps = []
        for _ in range(ticks):
            drawn = draws(self.load.relief, self.frame)
            share = cost * (NEW if drawn else SAME) * (0.5 if drawn and self.load.relief is Relief.FEW else 1)
            before, self.load = self.load, after(self.load, share, drawn=drawn, late=late(self.frame) or share > 1.5)
            steps += [self.load.relief] if self.load.relief != before.relief else []
            self.frame += 1
        return steps


def test_a_room_that_has_time_gives_up_nothing() -> None:
    assert Machine().run(3000, 0.5) == []


def test_first_fewer_pictures_then_fewer_that_move() -> None:
    assert Machine().run(300, 0.95) == [Relief.HALF]
    assert Machine().run(300, 1.5) == [Relief.HALF, Relief.THIRD]
    assert Machine().run(300, 3.0) == [Relief.HALF, Relief.THIRD, Relief.FEW]


def test_it_is_given_up_within_two_seconds() -> None:
    machine = Machine()
    assert machine.run(60, 1.3) == [Relief.HALF]


def test_it_comes_back_step_by_step_when_it_can_be_afforded() -> None:
    machine = Machine()
    machine.run(300, 3.0)
    assert machine.run(239, 0.4) == []
    assert machine.run(900, 0.4) == [Relief.THIRD, Relief.HALF, Relief.NONE]


@pytest.mark.parametrize("cost", [0.9, 1.0, 1.2, 1.4])
def test_it_does_not_go_back_and_forth(cost: float) -> None:
    machine = Machine()
    machine.run(300, cost)
    assert machine.run(9000, cost) == []


def test_a_machine_that_is_busy_with_something_else_counts_too() -> None:
    machine = Machine()
    assert machine.run(300, 0.3, lambda frame: frame % 4 == 0)[0] is Relief.HALF
    assert machine.run(2000, 0.3)[-1] is Relief.NONE


def test_a_machine_that_stood_still_once_gives_up_nothing() -> None:
    assert Machine().run(300, 0.3, lambda frame: 100 <= frame < 125) == []


def test_one_slow_tick_changes_nothing() -> None:
    assert Machine().run(300, 0.3, lambda frame: frame % 60 == 0) == []


def test_half_and_third_of_the_pictures() -> None:
    assert [sum(draws(relief, frame) for frame in range(30)) for relief in Relief] == [30, 15, 10, 10]


def test_only_who_speaks_moves_at_the_last_step() -> None:
    assert still(Relief.FEW, ["ada", "bo", "chris"], {"chris"}) == {"ada", "bo"}
    assert still(Relief.THIRD, ["ada", "bo", "chris"], {"chris"}) == frozenset()
    assert still(Relief.FEW, ["ada", "bo"], frozenset()) == frozenset()


@pytest.mark.parametrize(
    ("load", "people", "comes"),
    [
        (Load(share=0.5), 4, True),
        (Load(share=0.8), 4, False),
        (Load(share=0.8), 11, True),
        (Load(share=0.4, relief=Relief.HALF), 4, False),
        (Load(share=0.9, relief=Relief.HALF), 1, True),
    ],
)
def test_a_guest_is_refused_before_the_others_suffer(load: Load, people: int, comes: bool) -> None:
    assert room_for_one_more(load, people) is comes
