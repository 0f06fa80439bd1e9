"""`web/benches/sync.py`: flashes and beeps that belong together, and by how much they miss each other."""

from pathlib import Path

import pytest

from ingest.archive import Programme
from tests.ingest.live.output.test_recorder import Studio
from web.benches.sync import NothingToCompare, offset_ms, pairs, rises


def test_a_level_rises_where_it_comes_over_the_threshold() -> None:
    levels = [(0.0, 9.0), (0.1, 1.0), (0.2, 5.0), (0.3, 6.0), (0.4, 2.0), (0.5, 7.0)]
    assert rises(levels, 5.0) == [0.2, 0.5]


def test_each_flash_is_held_against_the_beep_nearest_to_it() -> None:
    assert pairs([1.0, 2.0, 3.0], [0.96, 2.5, 3.02]) == pytest.approx([-0.04, 0.02])
    assert pairs([1.0], []) == []


def test_a_recording_without_flashes_says_so(tmp_path: Path) -> None:
    Studio(tmp_path).feed(118)
    with pytest.raises(NothingToCompare, match="0 flashes"):
        offset_ms(Programme(tmp_path))
