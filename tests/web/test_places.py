"""How many heavy steps a machine does at once."""

import pytest

from web import places

GB = 1_000_000_000


@pytest.mark.parametrize(
    ("cores", "memory", "found"), [(2, 24 * GB, 2), (8, 8 * GB, 4), (4, 2 * GB, 1), (1, 64 * GB, 1), (16, GB // 2, 1)]
)
def test_one_step_for_each_core_as_far_as_memory_goes(cores: int, memory: int, found: int) -> None:
    assert places.heavy_places(cores, memory) == found


def test_this_machine_has_memory_and_cores() -> None:
    assert places.memory() > GB // 10
    assert places.cores() >= 1
