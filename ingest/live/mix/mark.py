"""A word comes in, a plate with it goes out that lies on every picture of a rehearsal, so that none passes for real.

It is opaque: laid again each tick over what is there, it looks the same.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ingest.live.mix.cards import SLATE
from ingest.live.mix.letters import Face, font_for
from ingest.live.mix.video import Overlay

AMBER = (255, 196, 61)
"""Read at a glance beside faces and slides; dark letters on it have a contrast of 9 to 1."""


def draw_mark(word: str, height: int) -> Image.Image:
    """The plate for a picture of this height; both sides are even."""
    unit = height / 720
    face = font_for(word, Face.STRONG, round(40 * unit))
    text = word.upper()
    width = round(face.getlength(text) + 48 * unit) // 2 * 2
    image = Image.new("RGBA", (width, round(64 * unit) // 2 * 2), (*AMBER, 255))
    ImageDraw.Draw(image).text((width / 2, image.height / 2), text, SLATE, face, anchor="mm")
    return image


def mark_for(word: str, width: int, height: int) -> tuple[tuple[int, int], Overlay] | None:
    """Where the plate lies (in the upper middle, beside names and questions) and what it is; None without a word."""
    if not word:
        return None
    pixels: NDArray[np.uint8] = np.asarray(draw_mark(word, height))
    overlay = Overlay.of(pixels)
    return ((width - overlay.width) // 4 * 2, 0), overlay
