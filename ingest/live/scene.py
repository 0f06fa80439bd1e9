"""How many people are on air comes in, where each of them is goes out. Pure geometry, in pixels.

All edges are even, since the colours of yuv420p have half the resolution.
"""

from dataclasses import dataclass
from fractions import Fraction

MOST_TILES = 12
SHAPE = Fraction(16, 9)


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


def layout(width: int, height: int, count: int, band: int = 0) -> list[Box]:
    """The tiles of a programme of `width` x `height`; `band`: pixels at the bottom kept free for a question.

    One person alone has the whole picture; with a question below, a framed one like everyone else's.
    """
    if count == 1 and not band:
        return [Box(0, 0, width, height)]
    edge = margin(height)
    below = band + edge if band else edge
    return grid(Box(edge, edge, width - 2 * edge, height - edge - below), count, gap(height))


def _even(value: Fraction | int) -> int:
    return int(value) // 2 * 2
