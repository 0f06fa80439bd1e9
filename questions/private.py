"""A text comes in, the stretches that look like personal data go out, for staff to see before it becomes public.

Only a hint: nothing is cut or refused because of it. Addresses are looked for in several layouts, since one line
("Lindenstraße 12, 01234 Lindenau") and three lines are both common. Names are found by what stands before them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

LONGEST_TEXT = 10_000


class Kind(Enum):
    """What a stretch of text looks like."""

    MAIL = "mail"
    PHONE = "phone"
    ACCOUNT = "account"
    ADDRESS = "address"
    NAME = "name"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stretch of the text; `kind` is None where nothing was found."""

    text: str
    kind: Kind | None = None


_NAME = r"[A-ZÄÖÜÇŞĞİÉ][\w'’-]+"
_STREET = r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|steig|chaussee|markt|hof|berg)"
PATTERNS: dict[Kind, re.Pattern[str]] = {
    Kind.MAIL: re.compile(r"[\w.+-]{1,64}(?:@|\s?\((?:at|ät)\)\s?)[\w-]{1,63}(?:\.[\w-]{1,63})+", re.IGNORECASE),
    Kind.ACCOUNT: re.compile(r"\b[A-Z]{2}\d{2}(?: ?[\dA-Z]{4}){3,7}(?: ?[\dA-Z]{1,3})?\b"),
    Kind.ADDRESS: re.compile(
        rf"\b[A-ZÄÖÜ][\w-]{{0,40}}{_STREET}"
        r"\s\d{1,4}(?:\s?[a-h])?\b(?:,?\s*\d{5}\s[A-ZÄÖÜ][\w-]+)?"
        rf"|\b(?:Am|An der|An den|Auf dem|Auf der|Im|In der|In den|Zum|Zur)\s{_NAME}\s\d{{1,3}}(?:\s?[a-h])?\b(?!\.)"
        rf"|\b{_NAME}[ -](?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer)\s\d{{1,4}}(?:\s?[a-h])?\b"
        r"|\b\d{5}\s[A-ZÄÖÜ][a-zäöüß-]{2,}\b"
    ),
    Kind.PHONE: re.compile(r"(?<![\w.,])(?:\+\d{2}|00\d{2}|0\d)[\d \t()/.-]{5,20}\d(?![\w])"),
    Kind.NAME: re.compile(
        rf"\b(?:Frau|Herrn?|Hr\.|Fr\.|Familie|Fam\.|Dr\.|Prof\.|Mrs?\.?|Ms\.?)(?:\s(?:Dr\.|Prof\.))*\s{_NAME}(?:\s{_NAME})?"
        r"|\b(?:[Mm]ein(?:e|en|em|er)?|[Uu]nser(?:e|en|em|er)?)\s"
        r"(?:Nachbarn?|Nachbarin|Mann|Frau|Sohn|Tochter|Bruder|Schwester|Mutter|Vater|Chefin?|Vermieter(?:in)?|Lehrer(?:in)?)"
        rf"\s{_NAME}(?:\s{_NAME})?"
        rf"|\b(?:[Ii]ch hei(?:ß|ss)e|[Mm]ein Name ist|[Mm]y name is)\s{_NAME}(?:\s{_NAME})?"
    ),
}


def pieces(text: str, known: Iterable[str] = ()) -> list[Piece]:
    """The whole text cut into stretches. `known` are names that may be said, as the host's own."""
    fine = {word.casefold() for name in known for word in name.split()}
    found = sorted(
        ((match.start(), match.end(), kind) for kind, match in _matches(text) if not _is_fine(kind, match[0], fine)),
        key=lambda each: (each[0], -each[1]),
    )
    cut, at = [], 0
    for start, end, kind in found:
        if start < at:
            continue
        if start > at:
            cut.append(Piece(text=text[at:start]))
        cut.append(Piece(text=text[start:end], kind=kind))
        at = end
    if at < len(text):
        cut.append(Piece(text=text[at:]))
    return cut


def kinds(text: str, known: Iterable[str] = ()) -> list[Kind]:
    """What sorts of personal data the text seems to hold, in the order of the enum."""
    found = {piece.kind for piece in pieces(text, known)}
    return [kind for kind in Kind if kind in found]


def _matches(text: str) -> Iterable[tuple[Kind, re.Match[str]]]:
    for kind, pattern in PATTERNS.items():
        for match in pattern.finditer(text[:LONGEST_TEXT]):
            yield kind, match


def _is_fine(kind: Kind, text: str, known: set[str]) -> bool:
    return kind is Kind.NAME and text.split()[-1].casefold() in known
