"""Nothing that nobody waits for is begun on a busy machine."""

from collections.abc import Callable
from pathlib import Path

import pytest

from transcode.spare import idle_share, spare, times

STAT = "cpu  {busy} 0 100 {idle} 50 0 10 0 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n"


def test_times_are_those_of_all_cores() -> None:
    assert times(STAT.format(busy=200, idle=640)) == (690.0, 1000.0)
    assert idle_share((690.0, 1000.0), (740.0, 1200.0)) == 0.25
    assert idle_share((690.0, 1000.0), (690.0, 1000.0)) == 1.0


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
