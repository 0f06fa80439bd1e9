"""Words come in as values, pictures of them go out, and into `cards/<digest>.png` for renders to come.

Nothing here knows a language: names, roles, questions and the words of slides are passed in as they shall be read.
Sizes follow the height of what the card lies on, so that a small tile has a small name.
"""

import hashlib
import io
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ingest import archive
from ingest.live.mix.letters import Face, balanced, font_for, right_to_left, shortened, wrapped

log = logging.getLogger(__name__)
Pixels = NDArray[np.uint8]
SLATE = (22, 30, 40)
PANEL = (34, 45, 58)
ACCENT = (88, 166, 222)
TEXT = (244, 247, 250)
QUIET = (178, 192, 206)
QUESTION_LINES = 4
LONGEST_QUESTION = 600  # letters; four lines hold about 420
FIGURES = ["tnum"]  # all figures of one width, so that a clock does not tremble
MOST_CARDS = 256  # drawn cards kept in memory; a room has a few per person and question


@dataclass(frozen=True)
class Slide:
    """What is shown while the programme is held: `kind` names it in the timeline ("soon", "pause", "over")."""

    kind: str
    title: str
    detail: str = ""
    footer: str = ""


@dataclass(frozen=True)
class Card:
    """A card as drawn: the name of its file, and height x width x RGBA."""

    digest: str
    pixels: Pixels


class Cards:
    """Draws cards once and keeps them, in memory and in the folder `cards`. Safe from several threads."""

    def __init__(self, folder: Path | None, logo: Path | None = None) -> None:
        """`logo`: a picture of the office's sign, for slides; PNG with or without transparency.

        Without a folder nothing is kept on the disk.
        """
        self.folder = folder
        self._logo = None if logo is None else _opened(logo)
        self._lock = threading.Lock()
        self._drawn: dict[tuple[object, ...], Card] = {}

    def name(self, name: str, role: str, width: int, height: int) -> Card:
        """The lower third of a tile of this size."""
        return self.card(("name", name, role, width, height), lambda: draw_name(name, role, width, height))

    def missing(self, name: str, width: int, height: int) -> Card:
        """What stands in for a picture that does not come."""
        return self.card(("missing", name, width, height), lambda: draw_missing(name, width, height))

    def question(self, text: str, author: str, width: int, height: int) -> Card:
        """The question of a programme of this size."""
        return self.card(("question", text, author, width, height), lambda: draw_question(text, author, width, height))

    def slide(self, slide: Slide, width: int, height: int) -> Card:
        """A whole picture."""
        return self.card(("slide", slide, width, height), lambda: draw_slide(slide, width, height, self._logo))

    def count(self, words: str, width: int, height: int, *, reverse: bool = False) -> Pixels:
        """Words that change every second, for the place `count_at` of a slide. Not kept: media time has not begun."""
        return np.asarray(draw_count(words, width, height, reverse=reverse).convert("RGBA"))

    def card(self, key: tuple[object, ...], draw: Callable[[], Image.Image]) -> Card:
        """The card with this key; drawn when it is new."""
        with self._lock:
            if key not in self._drawn:
                if len(self._drawn) >= MOST_CARDS:
                    self._drawn.clear()
                self._drawn[key] = self._keep(draw())
            return self._drawn[key]

    def _keep(self, image: Image.Image) -> Card:
        buffer = io.BytesIO()
        image.save(buffer, "png", compress_level=6)
        digest = hashlib.sha256(buffer.getvalue()).hexdigest()
        path = self.folder and self.folder / f"{digest}.png"
        if path is not None and not path.exists():
            with archive.write_whole(path) as beside:
                beside.write_bytes(buffer.getvalue())
        return Card(digest, np.asarray(image.convert("RGBA")))


def draw_name(name: str, role: str, width: int, height: int) -> Image.Image:
    """Name over role on a panel with the accent where the name begins; small tiles have the name alone."""
    size = _between(17, height * 0.066, 36)
    small = round(size * 0.7)
    pad, bar = round(size * 0.5), max(4, size // 7)
    # A long name may cover four fifths of its tile, but not all of it.
    widest = round(width * 0.8) - 2 * pad - bar
    face, quiet = font_for(name, Face.STRONG, size), font_for(role, Face.PLAIN, small)
    name = shortened(name, face, widest)
    role = shortened(role, quiet, widest) if role and height >= 240 else ""
    wide = max(face.getlength(name), quiet.getlength(role) if role else 0)
    tall = round(size * 1.22) + (round(small * 1.3) if role else 0) + pad
    image = Image.new("RGBA", _even(bar + 2 * pad + wide, tall), (*PANEL, 235))
    draw = ImageDraw.Draw(image)
    column = Column(draw, image.width, bar, pad, right_to_left(name))
    column.accent(image.height)
    top = pad // 2
    column.line(top + size, name, TEXT, face)
    if role:
        column.line(top + round(size * 1.22) + small, role, QUIET, quiet)
    return image


@dataclass(frozen=True)
class Column:
    """Lines of one text beside its accent: at the left, or at the right where the text begins there."""

    draw: ImageDraw.ImageDraw
    width: int
    bar: int
    pad: int
    reverse: bool

    def accent(self, height: int) -> None:
        left = self.width - self.bar if self.reverse else 0
        self.draw.rectangle((left, 0, left + self.bar - 1, height), fill=ACCENT)

    def line(self, baseline: float, text: str, fill: tuple[int, int, int], face: ImageFont.FreeTypeFont) -> None:
        edge = self.bar + self.pad
        x, anchor = (self.width - edge, "rs") if self.reverse else (edge, "ls")
        self.draw.text((x, baseline), text, fill, face, anchor=anchor)


def draw_missing(name: str, width: int, height: int) -> Image.Image:
    """A quiet tile with the person's initials."""
    image = Image.new("RGB", (width, height), PANEL)
    draw = ImageDraw.Draw(image)
    radius, middle = height * 0.17, (width / 2, height * 0.46)
    draw.circle(middle, radius, fill=(52, 67, 84))
    draw.text(middle, initials(name), TEXT, font_for(name, Face.STRONG, round(radius * 0.8)), anchor="mm")
    return image


def draw_question(text: str, author: str, width: int, height: int) -> Image.Image:
    """The question over who asks it; smaller type for long ones, the end left out of what still does not fit."""
    text = text[:LONGEST_QUESTION]
    unit = height / 720
    edge = round(24 * unit)
    wide = width - 2 * edge
    bar, pad = round(6 * unit), round(22 * unit)
    room = wide - bar - 2 * pad
    for size in (34, 30, 27, 24):
        face = font_for(text, Face.STRONG, round(size * unit))
        lines = wrapped(text, face, room)
        if len(lines) <= (2 if size > 27 else QUESTION_LINES):
            lines = balanced(text, face, room)
            break
    else:
        lines = [*lines[: QUESTION_LINES - 1], shortened(" ".join(lines[QUESTION_LINES - 1 :]), face, room)]
    step, small = round(size * unit * 1.28), round(22 * unit)
    tall = len(lines) * step + (round(small * 1.7) if author else 0) + round(pad * 1.5)
    image = Image.new("RGBA", _even(wide, tall), (*PANEL, 255))
    column = Column(ImageDraw.Draw(image), image.width, bar, pad, right_to_left(text))
    column.accent(image.height)
    top = round(pad * 0.62)
    for number, line in enumerate(lines):
        column.line(top + number * step + round(size * unit), line, TEXT, face)
    if author:
        quiet = font_for(author, Face.PLAIN, small)
        below = top + len(lines) * step + round(small * 1.35)
        column.line(below, shortened(author, quiet, room), QUIET, quiet)
    return image


def draw_slide(slide: Slide, width: int, height: int, logo: Image.Image | None = None) -> Image.Image:
    """A title with a short accent above it, a sentence below, one quiet line at the foot, the office's sign on top."""
    unit = height / 720
    image = Image.new("RGB", (width, height), SLATE)
    draw = ImageDraw.Draw(image)
    left, room = round(112 * unit), width - round(224 * unit)
    reverse = right_to_left(slide.title)
    column = Column(draw, width, 0, left, reverse)
    title = font_for(slide.title, Face.STRONG, round(60 * unit))
    plain = font_for(slide.detail, Face.PLAIN, round(33 * unit))
    titles, details = balanced(slide.title, title, room)[:3], balanced(slide.detail, plain, room)[:4]
    tall = len(titles) * 74 + (len(details) * 46 + 20 if details else 0)
    top = 344 - tall / 2
    accent = left if not reverse else width - left - 72 * unit
    draw.rectangle((accent, (top - 40) * unit, accent + 72 * unit, (top - 34) * unit), fill=ACCENT)
    for line in titles:
        column.line((top + 58) * unit, line, TEXT, title)
        top += 74
    top += 20
    for line in details:
        column.line((top + 36) * unit, line, QUIET, plain)
        top += 46
    if logo is not None:
        _sign(image, logo, left, round(64 * unit), round(360 * unit), round(84 * unit))
    if slide.footer:
        quiet = font_for(slide.footer, Face.PLAIN, round(24 * unit))
        column.line(height - 64 * unit, shortened(slide.footer, quiet, room), QUIET, quiet)
    return image


def _opened(logo: Path) -> Image.Image | None:
    try:
        return Image.open(logo).convert("RGBA")
    except OSError as error:  # no office hour waits for a picture of a coat of arms
        log.error("slides are without the office's sign: %s", error)
        return None


def _sign(image: Image.Image, logo: Image.Image, left: int, top: int, width: int, height: int) -> None:
    """The sign on a light plate: most are made for white paper."""
    scale = min(width / logo.width, height / logo.height)
    sign = logo.resize(
        (max(1, round(logo.width * scale)), max(1, round(logo.height * scale))), Image.Resampling.LANCZOS
    )
    pad = height // 7
    plate = (left, top, left + sign.width + 2 * pad, top + sign.height + 2 * pad)
    ImageDraw.Draw(image).rounded_rectangle(plate, radius=pad // 2, fill=TEXT)
    image.paste(sign, (left + pad, top + pad), sign)


def draw_count(words: str, width: int, height: int, *, reverse: bool = False) -> Image.Image:
    """One line of a slide's colour and of one size, so that it hides the one before. A lone figure is large.

    `reverse`: it stands at the right, as everything does on a slide that is read from there.
    """
    unit = height / 720
    box = count_size(width, height)
    image = Image.new("RGB", box, SLATE)
    draw = ImageDraw.Draw(image)
    face = font_for(words, Face.STRONG, round((96 if len(words) == 1 else 40) * unit))
    x, anchor = (box[0], "rm") if reverse else (0, "lm")
    draw.text((x, box[1] / 2), shortened(words, face, box[0]), ACCENT, face, anchor=anchor, features=FIGURES)
    return image


def count_size(width: int, height: int) -> tuple[int, int]:
    return _even(width - round(224 * height / 720), 104 * height / 720)


def count_at(width: int, height: int) -> tuple[int, int]:
    """Left and top of the words that change every second: above the foot of a slide, which it leaves free."""
    return round(112 * height / 720) // 2 * 2, round(512 * height / 720) // 2 * 2


def initials(name: str) -> str:
    """The first letters of the first and the last word; one only where two would be joined."""
    words = [word for word in name.split() if word[0].isalnum()]
    if right_to_left(name):
        return words[0][0] if words else ""
    return "".join(word[0].upper() for word in dict.fromkeys([*words[:1], *words[-1:]]))


def inset(height: int) -> int:
    """How far a lower third keeps from the edges of what it lies on.

    None in a tile, where it would only cover more of the face; a twentieth where the tile is the whole picture, which
    old television sets and players' own buttons may hide.
    """
    return height // 20 // 2 * 2 if height >= 600 else 0


def _between(least: float, value: float, most: float) -> int:
    return round(min(max(least, value), most))


def _even(width: float, height: float) -> tuple[int, int]:
    return -(-round(width) // 2) * 2, -(-round(height) // 2) * 2
