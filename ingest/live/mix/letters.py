"""Words and a size come in, fonts and lines that fit go out.

Source Sans (SIL Open Font License) from the package `font-source-sans-pro`, which holds Latin, Greek and Cyrillic;
Noto Sans Arabic (the same licence) from `fontpkg-noto-sans-arabic` for texts with Arabic letters, which Pillow's own
HarfBuzz joins and sets from right to left.
Pillow's own font has no umlauts, so without the package a font of the system is looked for, and only then that one.
"""

import importlib.util
import unicodedata
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


def font_for(text: str, face: Face, size: int) -> ImageFont.FreeTypeFont:
    """The face that holds the letters of this text."""
    return _arabic(face, size) if any(unicodedata.bidirectional(each) == "AL" for each in text) else font(face, size)


def right_to_left(text: str) -> bool:
    """Whether the text begins at its right: by its first letter that has a direction (UAX 9, rules P2 and P3)."""
    for each in text:
        if (direction := unicodedata.bidirectional(each)) in ("L", "R", "AL"):
            return direction != "L"
    return False


@cache
def _arabic(face: Face, size: int) -> ImageFont.FreeTypeFont:
    spec = importlib.util.find_spec("fontpkg_noto_sans_arabic")
    if spec is None or spec.origin is None:
        return font(face, size)
    found = ImageFont.truetype(str(next((Path(spec.origin).parent / "files").glob("*.ttf"))), size)
    found.set_variation_by_axes([600 if face is Face.STRONG else 400, 100])
    return found


def _candidates(face: Face) -> Iterator[str]:
    packaged, *others = face.value
    spec = importlib.util.find_spec("font_source_sans_pro")
    if spec is not None and spec.origin is not None:
        yield str(Path(spec.origin).parent / "files" / packaged)
    yield from others


def wrapped(text: str, face: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """The text in lines no wider than `width` (but for kerning beside spaces); a word wider than that is broken."""
    words = [piece for word in text.split() for piece in _pieces(word, face, width)]
    return [" ".join(line) for line in _lines(words, _widths(words, face), face.getlength(" "), width)]


def balanced(text: str, face: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """The text in as few lines as `wrapped` needs, but of similar length: no last word stands alone."""
    words = [piece for word in text.split() for piece in _pieces(word, face, width)]
    widths, space = _widths(words, face), face.getlength(" ")
    count = len(_lines(words, widths, space, width))
    narrow, wide = max([width / 2, *widths.values()]), width
    while wide - narrow > 1:
        middle = (narrow + wide) / 2
        narrow, wide = (narrow, middle) if len(_lines(words, widths, space, middle)) == count else (middle, wide)
    return [" ".join(line) for line in _lines(words, widths, space, wide)]


def _widths(words: list[str], face: ImageFont.FreeTypeFont) -> dict[str, float]:
    return {word: face.getlength(word) for word in set(words)}


def _lines(words: list[str], widths: dict[str, float], space: float, width: float) -> list[list[str]]:
    lines: list[list[str]] = []
    used = width
    for word in words:
        if used + space + widths[word] <= width and lines:
            lines[-1].append(word)
            used += space + widths[word]
        else:
            lines.append([word])
            used = widths[word]
    return lines


def _pieces(word: str, face: ImageFont.FreeTypeFont, width: float) -> Iterator[str]:
    while face.getlength(word) > width:
        fits = max(1, sum(face.getlength(word[:end]) <= width for end in range(1, len(word) + 1)))
        yield word[:fits]
        word = word[fits:]
    if word:
        yield word


def shortened(text: str, face: ImageFont.FreeTypeFont, width: float) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if face.getlength(text) <= width:
        return text
    while text and face.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip(" ,.;:–-") + "…"
