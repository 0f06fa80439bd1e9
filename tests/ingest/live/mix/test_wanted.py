import pytest

from ingest.live.mix.scene import Box, layout
from ingest.live.mix.wanted import Wanted, wanted


@pytest.mark.parametrize(
    ("people", "found"),
    [
        (1, Wanted(1280, 720, 30, 2_000_000)),
        (2, Wanted(610, 342, 30, 800_000)),
        (4, Wanted(586, 328, 30, 800_000)),
        (12, Wanted(298, 166, 30, 250_000)),
    ],
)
def test_a_camera_sends_what_its_tile_needs(people: int, found: Wanted) -> None:
    assert wanted(layout(1280, 720, people)[0], 30) == found


def test_who_is_not_shown_sends_little_and_is_there_at_once() -> None:
    waiting = wanted(None, 30)
    assert waiting == Wanted(640, 360, 15, 400_000)
    assert waiting.allowed == 1_000_000


def test_a_line_may_carry_some_more_than_the_picture() -> None:
    assert wanted(Box(0, 0, 1280, 720), 25).allowed == 2_500_000
    assert wanted(Box(0, 0, 1920, 1080), 25).allowed == 4_375_000
