"""A word comes in, how it sounds goes out; two words, how alike they sound.

`cologne` is the Kölner Phonetik (Hans Joachim Postel, IBM-Nachrichten 19, 1969): a digit for each group of consonants,
vowels left out. It alone takes "Lindgren" and "Lindberg" apart but not "Moser" and "Mieser", so `likeness` compares
spellings folded to sounds, where consonants of one group, and vowels among themselves, are near to each other.
"""

import re
import unicodedata
from functools import lru_cache

VOWELS = "aeiouäöüy"
GROUPS = {letter: digit for digit, letters in {"1": "bp", "2": "dt", "3": "fvw", "5": "l", "6": "mn", "7": "r"}.items()
          for letter in letters} | dict.fromkeys("gkq", "4") | dict.fromkeys("szß", "8")  # fmt: skip
FOLDED = [
    (r"sch", "S"), (r"tsch|tch", "tS"), (r"chs", "ks"), (r"ck|qu?", "k"), (r"ph|v", "f"), (r"dt|th|tt", "t"),
    (r"tz|zz?|(?<=[aeiouäöü])c(?=[ei])", "ts"), (r"ä", "e"), (r"ai|ay|ey|ei", "A"),
    (r"eu|äu|oi|oy", "O"), (r"ie|y", "i"),
    (r"au|ou", "U"), (r"ch", "X"), (r"c", "k"), (r"ß", "s"), (r"x", "ks"), (r"w", "v"), (r"oe", "ö"), (r"ae", "e"),
    (r"ue", "ü"), (r"(?<=[aeiouöüAOUi])h", ""), (r"(.)\1", r"\1"),
]  # fmt: skip
"""Spelling to sound, in this order. Capital letters stand for sounds that take several letters."""
NEAR = {frozenset(pair) for pair in ("td", "kg", "pb", "fv", "sz", "sS", "SX", "XA", "kX", "mn", "gX", "zt", "rX")}


@lru_cache(maxsize=20_000)
def letters(word: str) -> str:
    """Lower-case letters only; accents that German does not know are taken off."""
    text = "".join(
        unicodedata.normalize("NFD", letter)[0] if letter not in "äöüß" else letter for letter in word.lower()
    )
    return re.sub(r"[^a-zäöüß]", "", text)


@lru_cache(maxsize=20_000)
def cologne(word: str) -> str:
    """The Cologne key of a word; vowels are kept only at its beginning, as 0."""
    text = letters(word)
    digits = "".join(_digit(text, at) for at in range(len(text)))
    once = re.sub(r"(.)\1+", r"\1", digits)
    return once[:1] + once[1:].replace("0", "")


def _digit(text: str, at: int) -> str:
    """The digits of one letter among its neighbours; nothing for h."""
    letter, before, after = text[at], text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if letter in VOWELS or letter == "j":
        return "0"
    if letter == "h":
        return ""
    if letter == "p" and after == "h":
        return "3"
    if letter in "dt":
        return "8" if after and after in "csz" else "2"
    if letter == "x":
        return "8" if before and before in "ckq" else "48"
    if letter == "c":
        hard = after in set("ahkloqrux") if not before else after in set("ahkoqux") and before not in "sz"
        return "4" if hard else "8"
    return GROUPS[letter]


@lru_cache(maxsize=20_000)
def sounds(word: str) -> str:
    """The word's spelling folded to sounds: "Hochstätter" and "Hochstädter" come out nearly alike."""
    text = letters(word)
    for pattern, sound in FOLDED:
        text = re.sub(pattern, sound, text)
    return text


@lru_cache(maxsize=200_000)
def likeness(one: str, other: str) -> float:
    """How alike two words sound: 1 for the same, 0 for nothing in common. Edit distance with prices for sounds."""
    first, second = sounds(one), sounds(other)
    if not first or not second:
        return 0.0
    row = [0.0]
    for sound in second:
        row.append(row[-1] + _alone(sound))
    for sound in first:
        above, row = row, [row[0] + _alone(sound)]
        for at, against in enumerate(second, 1):
            row.append(
                min(
                    above[at] + _alone(sound),
                    row[at - 1] + _alone(against),
                    above[at - 1] + _instead(sound, against),
                )
            )
    return max(0.0, 1.0 - row[-1] / max(_weight(first), _weight(second)))


def _weight(text: str) -> float:
    return sum(_alone(sound) for sound in text)


def _alone(sound: str) -> float:
    """The price of a sound too many: vowels and breath are easily swallowed."""
    return 0.5 if _vowel(sound) or sound == "h" else 1.0


def _vowel(sound: str) -> bool:
    return sound in "aeiouöüAOU"


def _instead(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if _vowel(one) and _vowel(other):
        return 0.25
    return 0.35 if frozenset((one, other)) in NEAR else 1.0
