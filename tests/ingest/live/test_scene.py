"""`ingest/live/scene.py`: where people are in the picture."""

from itertools import combinations

import pytest

from ingest.live.scene import Box, fitted, grid, layout


def test_one_person_has_the_whole_picture() -> None:
    assert layout(1280, 720, 1) == [Box(0, 0, 1280, 720)]


def test_two_people_sit_side_by_side_in_the_middle() -> None:
    assert layout(1280, 720, 2) == [Box(24, 188, 610, 342), Box(646, 188, 610, 342)]


def test_the_last_row_is_centred() -> None:
    *_, third = layout(1280, 720, 3)
    assert abs((1280 - third.width) // 2 - third.x) <= 1


@pytest.mark.parametrize("band", [0, 150, 200])
@pytest.mark.parametrize("count", range(13))
def test_tiles_are_16_to_9_even_inside_and_apart(count: int, band: int) -> None:
    boxes = layout(1280, 720, count, band)
    assert len(boxes) == count
    for box in boxes:
        assert all(each % 2 == 0 for each in (box.x, box.y, box.width, box.height))
        assert abs(box.width / box.height - 16 / 9) < 0.03  # both sides are rounded down to even pixels
        assert box.x >= 0
        assert box.x + box.width <= 1280
        assert box.y >= 0
        assert box.y + box.height <= 720 - band
    for one, other in combinations(boxes, 2):
        apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
        apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert apart_x or apart_y


def test_thirteen_people_are_refused() -> None:
    with pytest.raises(ValueError, match="room for 12 people"):
        grid(Box(0, 0, 1280, 720), 13, 12)


def test_a_picture_is_letterboxed_in_the_middle_of_its_tile() -> None:
    tile = Box(100, 50, 640, 360)
    assert fitted(tile, 640, 480) == Box(180, 50, 480, 360)
    assert fitted(tile, 1920, 800) == Box(100, 96, 640, 266)
    assert fitted(tile, 360, 640) == Box(318, 50, 202, 360)
    assert fitted(tile, 1280, 720) == tile
