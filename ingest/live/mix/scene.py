"""Which scene, how many people and who is large come in, where each of them is goes out. Pure geometry, in pixels.

All edges are even, since the colours of yuv420p have half the resolution.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

MOST_TILES = 12
MOST_IN_STRIP = 5  # beside a large picture; a sixth face would be a stamp
SHAPE = Fraction(16, 9)
PINNED = Fraction(5, 12)
"""Width of a pinned tile as a share of the picture's: just over a sixth of its area, the least that Ofcom's guidelines
on access services leave a signer; at 720 lines 532x300, between the QVGA that EN 301 549 (6.5.2) asks for and VGA."""


class Scene(Enum):
    """How people are arranged. AUTO stands for one of the others, by who is there and who speaks."""

    AUTO = "auto"
    FULL = "full"  # one person
    PAIR = "pair"  # two people, of the same size
    GRID = "grid"  # everybody, of the same size
    SPEAKER = "speaker"  # one person large, up to five others beside
    SCREEN = "screen"  # a shared screen large; who speaks beside it, the others below


@dataclass(frozen=True)
class Box:
    """A rectangle: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int

    def inset(self, by: int) -> "Box":
        return Box(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


def margin(height: int) -> int:
    """The edge nothing is put into: a thirtieth of the height, 24 pixels of 720."""
    return _even(Fraction(height, 30))


def gap(height: int) -> int:
    """The space between tiles: 12 pixels of 720."""
    return _even(Fraction(height, 60))


def grid(area: Box, count: int, space: int) -> list[Box]:
    """Boxes of 16:9 for `count` people, as large as `area` allows, row by row; the last row is centred.

    Raises ValueError beyond MOST_TILES: smaller tiles show nobody.
    """
    if not 0 <= count <= MOST_TILES:
        raise ValueError(f"a scene has room for {MOST_TILES} people, not for {count}")
    if count == 0:
        return []
    columns = max(range(1, count + 1), key=lambda each: (_tile_width(area, count, each, space), -each))
    rows = -(-count // columns)
    width = _even(_tile_width(area, count, columns, space))
    height = _even(width / SHAPE)
    top = area.y + (area.height - rows * height - (rows - 1) * space) // 2
    boxes = []
    for row in range(rows):
        here = min(columns, count - row * columns)
        left = area.x + (area.width - here * width - (here - 1) * space) // 2
        boxes += [
            Box(_even(left + column * (width + space)), _even(top + row * (height + space)), width, height)
            for column in range(here)
        ]
    return boxes


def _tile_width(area: Box, count: int, columns: int, space: int) -> Fraction:
    rows = -(-count // columns)
    by_width = Fraction(area.width - (columns - 1) * space, columns)
    by_height = Fraction(area.height - (rows - 1) * space, rows) * SHAPE
    return min(by_width, by_height)


def fitted(box: Box, width: int, height: int) -> Box:
    """The largest box of the shape `width` x `height` inside `box`, in its middle (letterboxed)."""
    scale = min(Fraction(box.width, width), Fraction(box.height, height))
    inner_width = min(box.width, max(2, _even(width * scale)))
    inner_height = min(box.height, max(2, _even(height * scale)))
    x = box.x + (box.width - inner_width) // 2
    y = box.y + (box.height - inner_height) // 2
    return Box(_even(x), _even(y), inner_width, inner_height)


def fitting(scene: Scene, screens: Sequence[bool], speaker: int | None) -> Scene:
    """The scene that is drawn for the one wished: AUTO is decided, and what nobody is there for becomes another.

    `screens` says of each place whether it is a shared screen; `speaker` is the place of who speaks.
    """
    count = len(screens)
    if scene is Scene.AUTO:
        many = Scene.GRID if speaker is None else Scene.SPEAKER
        scene = Scene.SCREEN if any(screens) else Scene.PAIR if count == 2 else many
    if scene is Scene.SCREEN and not any(screens):
        scene = Scene.GRID
    return Scene.FULL if count == 1 else scene


def arranged(
    scene: Scene,
    width: int,
    height: int,
    screens: Sequence[bool],
    speaker: int | None = None,
    band: int = 0,
    pinned: Collection[int] = (),
) -> list[Box | None]:
    """A box for each place in a programme of `width` x `height`, None for those who are heard and not seen.

    `speaker` is the place that is large (the first when None); `band`: pixels at the bottom kept free for a question;
    `pinned`: places of those who sign, for whom a picture is what a voice is for others: they are in every scene, with
    a sixth of it where there is room for that.
    """
    count = len(screens)
    scene = fitting(scene, screens, speaker)
    plain = _plain(scene, width, height, screens, speaker, band)
    if not pinned or _least(plain, pinned) * 6 >= width * height:
        return plain
    column = _beside_pinned(scene, width, height, screens, speaker, band, pinned)
    equal: list[Box | None] = [*layout(width, height, count, band)]
    # A column of many is narrow: where nobody gets their sixth, the look of a scene is worth a tenth of their size.
    enough = min(width * height // 6, _least(equal, pinned) * 9 // 10)
    return column if _least(column, pinned) >= enough else equal


def _plain(
    scene: Scene, width: int, height: int, screens: Sequence[bool], speaker: int | None, band: int
) -> list[Box | None]:
    order = _order(scene, range(len(screens)), screens, speaker)
    if scene is Scene.SCREEN:
        boxes = beside(framed(width, height, band), len(order), gap(height), second_large=True)
    elif scene is Scene.SPEAKER:
        boxes = beside(framed(width, height, band), len(order), gap(height))
    else:
        boxes = layout(width, height, len(order), band)
    return _placed(len(screens), order, boxes)


def _placed(count: int, order: Sequence[int], boxes: Sequence[Box]) -> list[Box | None]:
    found = dict(zip(order, boxes, strict=True))
    return [found.get(place) for place in range(count)]


def _least(boxes: Sequence[Box | None], pinned: Collection[int]) -> int:
    """The area of the smallest pinned tile; 0 where one is missing."""
    found = [boxes[each] for each in pinned]
    return min((box.width * box.height if box else 0 for box in found), default=0)


def _beside_pinned(
    scene: Scene,
    width: int,
    height: int,
    screens: Sequence[bool],
    speaker: int | None,
    band: int,
    pinned: Collection[int],
) -> list[Box | None]:
    """The pinned ones in a column at the right, at the left what the scene makes of the others.

    Who is large in a scene with such a place is so at the left, pinned or not.
    """
    area, space = framed(width, height, band), gap(height)
    everyone = range(len(screens))
    equal = scene in (Scene.GRID, Scene.PAIR)
    large = None if equal else _order(scene, everyone, screens, speaker)[0]
    column = [each for each in everyone if each in pinned and each != large]
    others = _order(scene, [each for each in everyone if each not in column], screens, speaker)
    tall = _even(min(width * PINNED / SHAPE, Fraction(area.height - (len(column) - 1) * space, len(column))))
    wide = _even(tall * SHAPE)
    left = Box(area.x, area.y, area.width - wide - space, area.height)
    boxes = grid(left, len(others), space) if equal else _over(left, len(others), space)
    top = area.y + (area.height - len(column) * tall - (len(column) - 1) * space) // 2
    edge = area.x + area.width - wide
    boxes += [Box(_even(edge), _even(top + row * (tall + space)), wide, tall) for row in range(len(column))]
    return _placed(len(screens), [*others, *column], boxes)


def _over(area: Box, count: int, space: int) -> list[Box]:
    """One large box over the others, all of 16:9."""
    if count < 2:
        return grid(area, count, space)
    upper = Box(area.x, area.y, area.width, _even(area.height * Fraction(2, 3)))
    below = Box(area.x, area.y + upper.height + space, area.width, area.height - upper.height - space)
    return [fitted(upper, 16, 9), *grid(below, count - 1, space)]


def _order(scene: Scene, places: Iterable[int], screens: Sequence[bool], speaker: int | None) -> list[int]:
    """Those of the places that are seen, the large ones first."""
    everyone = list(places)
    if scene is Scene.GRID:
        return everyone
    if scene is Scene.SCREEN:
        people = [each for each in everyone if not screens[each]]
        return [screens.index(True), *_first(people, speaker)][: MOST_IN_STRIP + 1]
    if scene is Scene.PAIR:
        return sorted(_first(everyone, speaker)[:2])
    return _first(everyone, speaker)[: 1 if scene is Scene.FULL else MOST_IN_STRIP + 1]


def _first(places: list[int], speaker: int | None) -> list[int]:
    return [*(each for each in places if each == speaker), *(each for each in places if each != speaker)]


def beside(area: Box, count: int, space: int, *, second_large: bool = False) -> list[Box]:
    """One large box and a column of up to five smaller ones at its right, all of 16:9, together in the middle.

    With `second_large` the first of the column is as wide as it, and the others stand below it two by two.
    """
    if count == 0:
        return []
    if count == 1:
        return grid(area, 1, space)
    others = count - 1
    rows = 1 + -(-(others - 1) // 2) / 2 if second_large else others
    column = _even(min(area.width // 4 if second_large else area.width // 5, area.height / rows * SHAPE))
    large = fitted(Box(area.x, area.y, area.width - space - column, area.height), 16, 9)
    left = area.x + (area.width - large.width - space - column) // 2
    large = Box(_even(left), large.y, large.width, large.height)
    small = _column(Box(large.x + large.width + space, area.y, column, area.height), others, space, second_large)
    return [large, *small]


def _column(area: Box, count: int, space: int, first_large: bool) -> list[Box]:
    width, height = area.width, _even(area.width / SHAPE)
    if not first_large:
        height = min(height, _even((area.height - (count - 1) * space) // count))
        width = _even(height * SHAPE)
    pairs = count - 1 if first_large else 0
    half = _even((width - space) // 2)
    low = _even(half / SHAPE)
    rows = -(-pairs // 2)
    tall = height + rows * (space + low) if first_large else count * height + (count - 1) * space
    top = _even(area.y + (area.height - tall) // 2)
    if not first_large:
        return [Box(area.x, _even(top + each * (height + space)), width, height) for each in range(count)]
    below = top + height + space
    return [Box(area.x, top, width, height)] + [
        Box(_even(area.x + each % 2 * (width - half)), _even(below + each // 2 * (low + space)), half, low)
        for each in range(pairs)
    ]


def framed(width: int, height: int, band: int = 0) -> Box:
    """What of a programme framed pictures may lie in."""
    edge = margin(height)
    return Box(edge, edge, width - 2 * edge, height - edge - (band + edge if band else edge))


def layout(width: int, height: int, count: int, band: int = 0) -> list[Box]:
    """The tiles of a programme of `width` x `height`; `band`: pixels at the bottom kept free for a question.

    One person alone has the whole picture; with a question below, a framed one like everyone else's.
    """
    if count == 1 and not band:
        return [Box(0, 0, width, height)]
    return grid(framed(width, height, band), count, gap(height))


def _even(value: Fraction | int | float) -> int:
    return int(value) // 2 * 2
