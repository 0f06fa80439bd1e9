"""The transcode bench counts as its docstring says."""

import shutil

import pytest

from web.benches import transcode as bench
from web.benches.transcode import Took


def test_of_several_runs_the_least_of_each_figure_counts() -> None:
    runs = [Took(wall_s=9.0, cpu_s=5.004, join_s=0.5), Took(wall_s=7.0, cpu_s=6.0, join_s=0.25)]
    assert bench.fastest(runs) == Took(wall_s=7.0, cpu_s=5.0, join_s=0.25)


def test_joining_counts_against_one_ffmpeg_and_not_between_workers() -> None:
    ours, theirs = Took(wall_s=5.0, cpu_s=9.0, join_s=0.5), Took(wall_s=10.0, cpu_s=19.0)
    alone = Took(wall_s=10.0, cpu_s=10.0, busiest_s=10.0, join_s=3.0)
    together = Took(wall_s=5.0, cpu_s=10.2, busiest_s=5.2, join_s=3.0)
    found = bench.compared(ours, theirs, alone, together)
    assert (found["ratio_ffmpeg"], found["ratio_ffmpeg_cpu"]) == (0.55, 0.5)
    assert (found["speedup_two_workers"], found["speedup_two_workers_cpu"]) == (2.0, 1.92)


def test_without_a_redis_only_the_folder_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)
    with bench.redis() as url:
        assert url is None
