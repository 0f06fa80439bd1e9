"""Words and a size come in, fonts and lines that fit go out.

Source Sans (SIL Open Font License) from the package `font-source-sans-pro`, which holds Latin, Greek and Cyrillic.
Pillow's own font has no umlauts, so without the package a font of the system is looked for, and only then that one.
"""

import importlib.util
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


class Face(Enum):
    """The two weights that cards use, and the files they may come from."""

    PLAIN = ("SourceSansPro-Regular.ttf", "DejaVuSans.ttf", "Arial.ttf")
    STRONG = ("SourceSansPro-Semibold.ttf", "DejaVuSans-Bold.ttf", "Arial Bold.ttf")


@cache
def font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """A face in a size in pixels."""
    for name in _candidates(face):
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    bundled = ImageFont.load_default(size)
    if not isinstance(bundled, ImageFont.FreeTypeFont):
        raise RuntimeError("cards need Pillow with FreeType")
    return bundled


def _candidates(face: Face) -> Iterator[str]:
    packaged, *others = face.value
    spec = importlib.util.find_spec("font_source_sans_pro")
    if spec is not None and spec.origin is not None:
        yield str(Path(spec.origin).parent / "files" / packaged)
    yield from others


def wrapped(text: str, face: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """The text in lines no wider than `width`; a word wider than that is broken."""
    lines: list[str] = []
    for word in text.split():
        if lines and face.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        while face.getlength(word) > width:
            fits = max(1, sum(face.getlength(word[:end]) <= width for end in range(1, len(word) + 1)))
            lines.append(word[:fits])
            word = word[fits:]
        if word:
            lines.append(word)
    return lines


def shortened(text: str, face: ImageFont.FreeTypeFont, width: float) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if face.getlength(text) <= width:
        return text
    while text and face.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip(" ,.;:–-") + "…"
