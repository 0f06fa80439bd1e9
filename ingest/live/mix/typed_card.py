"""What somebody on air has written comes in, the card with it goes out: their name, and below it their words.

Letters are as large as subtitles, since it is read in passing; long words are broken, and nothing is left out.
"""

from dataclasses import dataclass

from PIL import Image, ImageDraw

from ingest.live.mix.cards import PANEL, QUIET, TEXT, Column
from ingest.live.mix.letters import Face, balanced, font_for, right_to_left, shortened, wrapped


@dataclass(frozen=True, kw_only=True)
class Typed:
    """One line: its id, who wrote it, the word said beside the name ("writes"), and the text."""

    line: str
    name: str
    words: str
    text: str


def draw_typed(typed: Typed, width: int, height: int) -> Image.Image:
    """A card over the whole width of a programme of this size."""
    unit = height / 720
    wide = width - 2 * round(24 * unit)
    bar, pad = round(6 * unit), round(22 * unit)
    room = wide - bar - 2 * pad
    face = font_for(typed.text, Face.STRONG, round(32 * unit))
    if len(wrapped(typed.text, face, room)) > 2:
        face = font_for(typed.text, Face.STRONG, round(28 * unit))
    lines = balanced(typed.text, face, room)
    step, small = round(face.size * 1.28), round(24 * unit)
    tall = round(small * 1.6) + len(lines) * step + round(pad * 1.4)
    image = Image.new("RGBA", (-(-wide // 2) * 2, -(-tall // 2) * 2), (*PANEL, 255))
    column = Column(ImageDraw.Draw(image), image.width, bar, pad, right_to_left(typed.text))
    column.accent(image.height)
    top = round(pad * 0.6)
    who = f"{typed.name} {typed.words}".strip()
    quiet = font_for(who, Face.PLAIN, small)
    column.line(top + small, shortened(who, quiet, room), QUIET, quiet)
    top += round(small * 1.6)
    for number, line in enumerate(lines):
        column.line(top + number * step + round(face.size), line, TEXT, face)
    return image
