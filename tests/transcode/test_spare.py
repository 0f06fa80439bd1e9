"""Nothing that nobody waits for is begun on a busy machine."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import here
from transcode.spare import Resting, spare, spare_share, times

STAT = "cpu  {busy} 0 100 {idle} 50 0 10 0 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n"


def test_times_are_those_of_all_cores() -> None:
    assert times(STAT.format(busy=200, idle=640)) == (690.0, 1000.0)
    assert spare_share((690.0, 1000.0), (740.0, 1200.0)) == 0.25
    assert spare_share((690.0, 1000.0), (690.0, 1000.0)) == 1.0


@pytest.mark.parametrize(("idle", "enough"), [(60, True), (40, False)])
def test_a_quarter_of_the_machine_is_asked_for(idle: int, enough: bool, tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text(STAT.format(busy=0, idle=0), encoding="ascii")

    def passes(busy: int, idle: int) -> Callable[[float], None]:
        def wait(seconds: float) -> None:
            stat.write_text(STAT.format(busy=busy, idle=idle), encoding="ascii")

        return wait

    assert spare(0.25, stat=stat, wait=passes(200 - idle, idle)) is enough


def test_where_nobody_can_say_there_is_time(tmp_path: Path) -> None:
    assert spare(0.25, stat=tmp_path / "none")
    assert not spare(1.1, wait=lambda seconds: None)


def test_what_gives_way_is_spare_for_who_may_stop_it() -> None:
    text = "cpu  200 90 10 640 50 0 10 0 0 0\n"
    assert times(text) == (690.0, 1000.0)
    assert times(text, nice=True) == (780.0, 1000.0)


class Machine:
    """A machine in `folder` on which a second passes with each look; `busy`, `nice` and idle hundredths go by in it."""

    def __init__(self, folder: Path, least: float = 0.1) -> None:
        self.stat, self.passed, self.seconds = folder / "stat", [0, 0, 0], 0.0
        self.resting = Resting(folder, least, stat=self.stat, clock=lambda: self.seconds)

    def rests(self, busy: int, nice: int) -> bool:
        self.seconds += 1.0
        self.passed = [a + b for a, b in zip(self.passed, (busy, nice, 200 - busy - nice), strict=True)]
        self.stat.write_text("cpu  {} {} 0 {} 0 0 0 0 0 0\n".format(*self.passed), encoding="ascii")
        return self.resting()


def test_heavy_work_stands_still_while_a_room_here_needs_the_machine_and_goes_on_afterwards(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    assert not machine.rests(195, 5)
    with here.live(tmp_path):
        assert not machine.rests(195, 5)  # one look says nothing yet
        assert machine.rests(195, 5)
        assert machine.rests(195, 0)
        assert not machine.rests(150, 50)  # what gives way has a quarter: that is left
        assert machine.rests(190, 0)
    assert not machine.rests(195, 5)


def test_one_who_asks_again_within_a_second_is_told_the_same(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    with here.live(tmp_path):
        machine.rests(200, 0)
        assert machine.rests(200, 0)
        assert machine.resting()


def test_a_worker_elsewhere_never_stands_still(tmp_path: Path) -> None:
    (tmp_path / "studio").mkdir()
    (tmp_path / "worker").mkdir()
    machine = Machine(tmp_path / "worker")
    with here.live(tmp_path / "studio"):
        assert [machine.rests(200, 0) for _ in range(3)] == [False] * 3


def test_nothing_stands_still_where_it_is_not_wanted_or_nobody_can_say(tmp_path: Path) -> None:
    machine = Machine(tmp_path, least=0.0)
    lost = Resting(tmp_path, 0.1, stat=tmp_path / "none")
    with here.live(tmp_path):
        assert [machine.rests(200, 0) for _ in range(3)] == [False] * 3
        assert not lost()
