"""`ingest/live/mix/scene.py`: where people are in the picture."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.live.mix.scene import Box, Scene, arranged, fitted, fitting, grid, layout

SIZES = [(1280, 720), (1920, 1080)]


def seen(boxes: list[Box | None]) -> list[int]:
    return [place for place, box in enumerate(boxes) if box is not None]


def check(boxes: list[Box], width: int, height: int, band: int) -> None:
    """Even, of 16:9, inside the picture, and none over another one."""
    for box in boxes:
        assert all(each % 2 == 0 for each in (box.x, box.y, box.width, box.height))
        assert abs(box.width / box.height - 16 / 9) < 0.05  # both sides are rounded down to even pixels
        assert box.x >= 0
        assert box.x + box.width <= width
        assert box.y >= 0
        assert box.y + box.height <= height - band
    for one, other in combinations(boxes, 2):
        apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
        apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert apart_x or apart_y


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
    check(boxes, 1280, 720, band)


def test_thirteen_people_are_refused() -> None:
    with pytest.raises(ValueError, match="room for 12 people"):
        grid(Box(0, 0, 1280, 720), 13, 12)


def test_a_picture_is_letterboxed_in_the_middle_of_its_tile() -> None:
    tile = Box(100, 50, 640, 360)
    assert fitted(tile, 640, 480) == Box(180, 50, 480, 360)
    assert fitted(tile, 1920, 800) == Box(100, 96, 640, 266)
    assert fitted(tile, 360, 640) == Box(318, 50, 202, 360)
    assert fitted(tile, 1280, 720) == tile


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("band", [0, 150])
@pytest.mark.parametrize("count", range(1, 13))
@pytest.mark.parametrize("scene", list(Scene))
def test_every_scene_fits_every_number_of_people(scene: Scene, count: int, band: int, size: tuple[int, int]) -> None:
    for shared in ([], [count - 1]):
        screens = [each in shared for each in range(count)]
        boxes = arranged(scene, *size, screens, 0, band)
        assert len(boxes) == count
        assert seen(boxes)
        check([box for box in boxes if box], *size, band)


def test_nobody_is_an_empty_picture() -> None:
    assert [arranged(scene, 1280, 720, []) for scene in Scene] == [[]] * len(Scene)


def test_who_speaks_is_large_and_five_others_are_beside() -> None:
    boxes = arranged(Scene.SPEAKER, 1280, 720, [False] * 8, 6)
    assert seen(boxes) == [0, 1, 2, 3, 4, 6]
    large = max((box for box in boxes if box), key=lambda box: box.width)
    assert boxes[6] == large == Box(24, 84, 982, 552)


def test_a_shared_screen_is_large_with_who_speaks_above_the_others() -> None:
    boxes = arranged(Scene.SCREEN, 1280, 720, [False, False, True, False], 1)
    assert boxes == [Box(948, 410, 148, 82), Box(948, 226, 308, 172), Box(24, 104, 912, 512), Box(1108, 410, 148, 82)]


def test_two_people_keep_their_sides_whoever_speaks() -> None:
    for speaker in (0, 1, None):
        assert arranged(Scene.PAIR, 1280, 720, [False] * 2, speaker) == layout(1280, 720, 2)


def test_one_person_fills_the_picture_while_others_are_only_heard() -> None:
    assert arranged(Scene.FULL, 1280, 720, [False] * 3, 1) == [None, Box(0, 0, 1280, 720), None]


@pytest.mark.parametrize(
    ("screens", "speaker", "drawn"),
    [
        ([False], 0, Scene.FULL),
        ([False] * 2, 0, Scene.PAIR),
        ([False] * 3, None, Scene.GRID),
        ([False] * 3, 1, Scene.SPEAKER),
        ([False, True], 0, Scene.SCREEN),
        ([True], None, Scene.FULL),
    ],
)
def test_the_automatic_scene_follows_who_is_there(screens: list[bool], speaker: int | None, drawn: Scene) -> None:
    assert fitting(Scene.AUTO, screens, speaker) is drawn


def test_a_scene_without_its_screen_is_a_grid() -> None:
    assert fitting(Scene.SCREEN, [False] * 3, 0) is Scene.GRID


@st.composite
def pictures(draw: st.DrawFn) -> tuple[Scene, tuple[int, int], list[bool], int | None, int, list[int]]:
    """A scene, its size, who is a shared screen, who speaks, a question below, who is pinned."""
    count = draw(st.integers(1, 12))
    screens = [False] * count
    if draw(st.booleans()) and count > 1:
        screens[draw(st.integers(0, count - 1))] = True
    faces = [each for each in range(count) if not screens[each]]
    width, height = draw(st.sampled_from(SIZES))
    band = draw(st.sampled_from([0, height // 8, height * 206 // 720])) // 2 * 2
    speaker = draw(st.none() | st.sampled_from(faces))
    pinned = draw(st.lists(st.sampled_from(faces), unique=True, max_size=len(faces)))
    return draw(st.sampled_from(list(Scene))), (width, height), screens, speaker, band, pinned


@given(pictures())
def test_who_is_pinned_is_in_every_scene(
    picture: tuple[Scene, tuple[int, int], list[bool], int | None, int, list[int]],
) -> None:
    scene, (width, height), screens, speaker, band, pinned = picture
    boxes = arranged(scene, width, height, screens, speaker, band, pinned)
    assert set(pinned) <= set(seen(boxes))
    assert scene is not Scene.SCREEN or not any(screens) or screens.index(True) in seen(boxes)
    check([box for box in boxes if box], width, height, band)
    areas = [box.width * box.height for box in boxes if box and boxes.index(box) in pinned]
    if len(pinned) == 1 or (len(pinned) == 2 and not band):
        assert min(areas) * 6 >= width * height
    if len(pinned) == 2:
        assert min(areas) >= 320 * 240  # QVGA, under the longest question


def test_a_scene_keeps_its_look_beside_who_is_pinned() -> None:
    alone = arranged(Scene.FULL, 1280, 720, [False] * 3, 0, pinned=[2])
    assert alone == [Box(24, 166, 688, 386), None, Box(724, 210, 532, 300)]
    large = arranged(Scene.SPEAKER, 1280, 720, [False] * 6, 0, pinned=[5])
    assert large[0] == max((box for box in large if box), key=lambda box: box.width)
    assert seen(arranged(Scene.SPEAKER, 1280, 720, [False] * 9, 0, pinned=[8])) == [0, 1, 2, 3, 4, 5, 8]


def test_who_is_pinned_and_speaks_is_the_large_one() -> None:
    boxes = arranged(Scene.SPEAKER, 1280, 720, [False] * 4, 2, pinned=[2, 3])
    assert boxes[2] == max((box for box in boxes if box), key=lambda box: box.width)
