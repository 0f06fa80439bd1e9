"""A person and a moment come in, a drawn picture of them at their desk goes out, as RGB.

Flat shapes in few colours, drawn twice as large and scaled down, so that edges are smooth. Everything that moves
(breathing, swaying, blinking, the mouth) is periodic in the clip's length, so that a clip can be looped unseen.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 360
DRAWN_LARGER = 2
# The lamp in the upper left corner: 32 x 32 pixels on H.264's grid of 16, so that a flash costs few bits.
LAMP = (16, 16, 48, 48)
BLINKS_EACH_S = 4.0
BLINK_S = 0.16

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Look:
    """The colours of a person and their clothes, and what is behind them."""

    skin: str
    shade: str
    hair: str
    coat: str
    collar: str
    long_hair: bool
    beard: bool
    room: Callable[["Brush"], None]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a picture shows: `at_s` of a clip of `length_s`, the mouth from 0 (closed) to 1, the lamp."""

    at_s: float
    length_s: float
    mouth: float
    lamp: bool

    def wave(self, times: int, phase: float = 0.0) -> float:
        """A sine that goes round `times` times in the whole clip."""
        return math.sin(2 * math.pi * (times * self.at_s / self.length_s + phase))


class Brush:
    """Draws in the clip's own pixels on the larger picture, moved by `dx`, `dy`."""

    def __init__(self, picture: Image.Image, dx: float = 0.0, dy: float = 0.0) -> None:
        self._draw, self._dx, self._dy = ImageDraw.Draw(picture), dx, dy

    def _at(self, points: list[Point]) -> list[Point]:
        return [((x + self._dx) * DRAWN_LARGER, (y + self._dy) * DRAWN_LARGER) for x, y in points]

    def oval(self, x: float, y: float, rx: float, ry: float, colour: str) -> None:
        self._draw.ellipse(self._at([(x - rx, y - ry), (x + rx, y + ry)]), fill=colour)

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: str, round_by: float = 0) -> None:
        self._draw.rounded_rectangle(self._at([(x0, y0), (x1, y1)]), round_by * DRAWN_LARGER, fill=colour)

    def shape(self, points: list[Point], colour: str) -> None:
        self._draw.polygon(self._at(points), fill=colour)

    def arc(self, x: float, y: float, rx: float, ry: float, start: int, end: int, colour: str, width: float) -> None:
        box = self._at([(x - rx, y - ry), (x + rx, y + ry)])
        self._draw.arc(box, start, end, fill=colour, width=round(width * DRAWN_LARGER))

    def pie(self, x: float, y: float, rx: float, ry: float, start: int, end: int, colour: str) -> None:
        self._draw.pieslice(self._at([(x - rx, y - ry), (x + rx, y + ry)]), start, end, fill=colour)


def picture(look: Look, moment: Moment) -> Image.Image:
    """One frame of 640 x 360 pixels."""
    canvas = _room(look).copy()
    breath = 1.5 * moment.wave(11)
    _body(Brush(canvas, 0.0, breath), look)
    sway = 4.0 * moment.wave(5) + 1.5 * moment.wave(13, 0.3)
    nod = breath + 2.0 * moment.wave(9, 0.2) + 1.5 * moment.mouth
    _head(Brush(canvas, sway, nod), look, moment)
    small = canvas.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    _lamp(small, moment.lamp)
    return small


@cache
def _room(look: Look) -> Image.Image:
    canvas = Image.new("RGB", (WIDTH * DRAWN_LARGER, HEIGHT * DRAWN_LARGER))
    look.room(Brush(canvas))
    return canvas


def _lamp(canvas: Image.Image, lit: bool) -> None:
    x0, y0, x1, y1 = LAMP
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((x0, y0, x1 - 1, y1 - 1), fill="#ffffff" if lit else "#22313f")


def _body(brush: Brush, look: Look) -> None:
    if look.long_hair:
        brush.oval(320, 178, 84, 92, look.hair)
        brush.box(238, 165, 402, 262, look.hair, 38)
    brush.box(190, 272, 450, 420, look.coat, 78)
    brush.shape([(282, 274), (358, 274), (320, 338)], look.collar)
    brush.box(297, 215, 343, 290, look.shade, 22)
    brush.pie(320, 276, 24, 26, 0, 180, look.shade)
    if look.long_hair:
        for side in (-1, 1):
            x = 320 + side * 38
            brush.shape([(x, 270), (320 + side * 8, 372), (320 + side * 76, 372), (x + side * 22, 276)], look.coat)
        brush.shape([(281, 271), (322, 366), (296, 366), (266, 300)], "#2f4e74")
        brush.shape([(359, 271), (318, 366), (344, 366), (374, 300)], "#2f4e74")
    else:
        brush.shape([(282, 270), (318, 312), (296, 328), (272, 282)], look.collar)
        brush.shape([(358, 270), (322, 312), (344, 328), (368, 282)], look.collar)


def _head(brush: Brush, look: Look, moment: Moment) -> None:
    if not look.long_hair:
        for side in (-1, 1):
            brush.oval(320 + side * 61, 172, 10, 15, look.shade)
    brush.box(259, 92, 381, 244, look.skin, 60)
    if look.beard:
        brush.pie(320, 184, 61, 62, 2, 178, look.hair)
        brush.oval(320, 181, 47, 22, look.skin)
        brush.box(294, 194, 346, 206, look.hair, 6)
    _hair(brush, look)
    _face(brush, look, moment)


def _face(brush: Brush, look: Look, moment: Moment) -> None:
    shut = moment.at_s % BLINKS_EACH_S > BLINKS_EACH_S - BLINK_S
    for side in (-1, 1):
        x = 320 + side * 26
        brush.arc(x, 150, 14, 9, 205, 335, look.hair, 4)
        if shut:
            brush.arc(x, 162, 8, 5, 10, 170, "#2a2320", 2.5)
        else:
            brush.oval(x, 164, 9, 6.5, "#fdfbf7")
            brush.oval(x + 0.8 * moment.wave(7), 164, 5, 5.6, "#2a2320")
            brush.oval(x + 1.8, 162, 1.5, 1.5, "#ffffff")
        if not look.beard:
            brush.oval(320 + side * 38, 188, 11, 7, "#e2977f")
    brush.arc(320, 180, 9, 10, 20, 160, look.shade, 3.5)
    _mouth(brush, moment.mouth, 212, "#c0705f" if look.beard else "#8f3b36")


def _mouth(brush: Brush, opened: float, y: float, lips: str) -> None:
    if opened < 0.08:
        brush.arc(320, y - 8, 19, 11, 30, 150, lips, 3.5)
        return
    half = 3 + 9 * opened
    brush.oval(320, y, 17 - 3 * opened, half, "#7a2a2b")
    brush.pie(320, y, 13 - 3 * opened, half * 0.8, 180, 360, "#fbf6ef")
    brush.oval(320, y + half * 0.55, 8, half * 0.35, "#c9605c")


def _hair(brush: Brush, look: Look) -> None:
    if look.long_hair:
        brush.pie(320, 150, 70, 78, 180, 360, look.hair)
        brush.oval(327, 178, 54, 64, look.skin)
        brush.box(250, 146, 268, 226, look.hair, 8)
        brush.box(374, 146, 390, 226, look.hair, 8)
    else:
        brush.pie(320, 150, 66, 74, 180, 360, look.hair)
        brush.pie(320, 158, 54, 34, 180, 360, look.skin)
        brush.box(254, 146, 266, 182, look.hair, 5)
        brush.box(374, 146, 386, 182, look.hair, 5)


def town_hall(brush: Brush) -> None:
    """A blue office; through its window roofs, trees and the tower of a town hall."""
    brush.box(0, 0, 640, 360, "#3f6e8c")
    brush.box(0, 318, 640, 360, "#345d78")
    brush.box(66, 40, 250, 240, "#e9eef0", 6)
    brush.box(76, 50, 240, 230, "#bfe0ee")
    for x, top in ((76, 176), (112, 164), (196, 170)):
        brush.box(x, top, x + 44, 230, "#d98f5f")
        brush.shape([(x - 2, top), (x + 22, top - 20), (x + 46, top)], "#b4553f")
    brush.box(156, 112, 190, 230, "#e8cf9f")
    brush.shape([(150, 112), (173, 66), (196, 112)], "#3f7a6c")
    brush.oval(173, 130, 9, 9, "#fffaf0")
    brush.oval(96, 224, 24, 22, "#5f9a5b")
    brush.oval(220, 218, 20, 20, "#6fa866")
    brush.box(155, 50, 161, 230, "#e9eef0")
    brush.box(76, 136, 240, 142, "#e9eef0")
    brush.box(58, 236, 258, 246, "#f5f7f7", 3)
    brush.box(444, 70, 600, 78, "#e9eef0", 2)
    for x, high, colour in ((456, 40, "#d9a441"), (470, 46, "#e9eef0"), (484, 38, "#b4553f"), (498, 44, "#8fc1d6")):
        brush.box(x, 70 - high, x + 11, 70, colour, 2)
    brush.box(540, 46, 580, 70, "#2f4e74", 3)
    brush.box(546, 176, 552, 330, "#8a6a4a")
    for x, y, rx in ((528, 196, 26), (566, 182, 30), (549, 150, 26), (574, 220, 22)):
        brush.oval(x, y, rx, rx * 0.8, "#6fa866")
    brush.box(520, 300, 578, 360, "#e9eef0", 8)


def living_room(brush: Brush) -> None:
    """A warm room at home: a lamp, a picture, a bookshelf."""
    brush.box(0, 0, 640, 360, "#e8b778")
    brush.box(0, 322, 640, 360, "#c98f55")
    brush.box(60, 96, 206, 104, "#9a6438", 2)
    brush.box(60, 190, 206, 198, "#9a6438", 2)
    books = ((66, 52, "#b4553f"), (82, 60, "#3f7a6c"), (98, 48, "#fbf1de"), (114, 62, "#5b6f95"), (130, 54, "#d9853b"))
    for x, high, colour in books:
        brush.box(x, 190 - high, x + 13, 190, colour, 2)
        brush.box(x + 52, 96 - high * 0.7, x + 64, 96, colour, 2)
    brush.oval(180, 170, 18, 20, "#fbf1de")
    brush.box(452, 46, 574, 146, "#9a6438", 3)
    brush.box(460, 54, 566, 138, "#fbf1de")
    brush.oval(538, 80, 13, 13, "#e9a13b")
    brush.shape([(460, 138), (460, 112), (494, 86), (524, 120), (545, 104), (566, 122), (566, 138)], "#6f9a7c")
    brush.box(524, 214, 530, 340, "#7a5230")
    brush.shape([(494, 222), (508, 170), (546, 170), (560, 222)], "#fff3d6")
    brush.box(500, 336, 554, 342, "#7a5230", 3)


ADA = Look(
    skin="#e9b494", shade="#d79a79", hair="#6b3425", coat="#27415f", collar="#f6f3ec",
    long_hair=True, beard=False, room=town_hall,
)  # fmt: skip
CHRIS = Look(
    skin="#c98d63", shade="#b0754d", hair="#2c2422", coat="#4f7463", collar="#f1e6cf",
    long_hair=False, beard=True, room=living_room,
)  # fmt: skip
