"""Questions come in, for one of them the most alike go out: suggestions for staff, who alone merge.

Texts are compared by their meaning (`meaning.py`); by groups of four and five letters, weighted by how rare they are
(tf-idf), which finds the same words in another form and word for word campaigns; and by the subjects of `subjects.py`,
which know that a Kita and a Kindergarten are one thing. No score tells the same question from a similar one
(measured), so nothing is ever merged by itself.
"""

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from questions import meaning, subjects

SUGGESTED = 3
BUCKETS = 1 << 18
"""Letter groups are numbered by a checksum; two sharing a number in a quarter of a million do no harm."""
GROUPS = (4, 5)
LETTER_WEIGHT = 0.5
"""How much shared letters count beside the meaning; 0.25 and 0.5 give the same recall on the shared pairs."""
SUBJECT_WEIGHT = 0.3
"""How much a shared subject counts: half of the letters, as its words were chosen by somebody who knew the pairs."""
COMMON, FEW = 0.5, 500
"""A group of letters in more than half of the texts, and in more than so many, is passed by. Measured among 10,000
questions of one frame: 0.7 ms instead of 13 for the letters, where summing all at once (bincount) takes 6.7."""
FAINTEST = 0.3
"""Less alike than this is not worth a look: by meaning alone half of all strangers lie below 0.21 and 95 of 100 that
ask the same above 0.31 (measured on the shared pairs)."""
LOOKED_AT = 40
"""Of so many the best that may speak for another are chosen: those before them may have been rejected or merged."""
LONGEST_TEXT = 1000
_WORDS = re.compile(r"[^\W_]+")

Vector = tuple[NDArray[np.int32], NDArray[np.float32]]


@lru_cache(maxsize=20_000)
def _letters(text: str) -> Vector:
    """Numbers of the letter groups in a text, and 1 + log of how often each occurs."""
    return _vector(Counter(group for word in words_of(text) for group in _groups(word)))


@lru_cache(maxsize=50_000)
def _groups(word: str) -> tuple[int, ...]:
    padded = f" {word} "
    return tuple(
        zlib.crc32(padded[at : at + length].encode()) % BUCKETS
        for length in GROUPS
        for at in range(max(1, len(padded) - length + 1))
    )


@lru_cache(maxsize=20_000)
def _subjects(text: str) -> Vector:
    return _vector(Counter(dict.fromkeys(subjects.of(words_of(text)), 1)))


def _vector(counts: Counter[int]) -> Vector:
    keys = np.fromiter(counts.keys(), np.int32, len(counts))
    values = np.fromiter(counts.values(), np.float32, len(counts))
    return keys, (1 + np.log(values)).astype(np.float32)


def words_of(text: str) -> list[str]:
    """Words in lower case, ä as a and ß as ss, so that both spellings meet."""
    folded = unicodedata.normalize("NFKD", text[:LONGEST_TEXT].casefold())
    return _WORDS.findall("".join(char for char in folded if not unicodedata.combining(char)))


class _Space:
    """Texts as one sparse matrix of tf-idf weights, each text of length one; kept by column, as it is asked."""

    def __init__(self, vectors: Sequence[Vector], size: int) -> None:
        keys = np.concatenate([np.zeros(0, np.int32), *(keys for keys, _ in vectors)])
        values = np.concatenate([np.zeros(0, np.float32), *(values for _, values in vectors)])
        rows = np.repeat(np.arange(len(vectors), dtype=np.int32), [len(keys) for keys, _ in vectors])
        seen = np.bincount(keys, minlength=size)
        self.count = len(vectors)
        self.idf = (np.log((1 + len(vectors)) / (1 + seen)) + 1).astype(np.float32)
        weights = values * self.idf[keys]
        lengths = np.sqrt(np.bincount(rows, weights * weights, minlength=len(vectors)))
        weights /= np.maximum(lengths, 1e-9)[rows]
        order = np.argsort(keys, kind="stable")
        self.rows, self.weights = rows[order], weights[order]
        self.ends = np.cumsum(seen)

    def scores(self, vector: Vector) -> NDArray[np.float32]:
        """The cosine of a text with each row, but for what most of many rows have in common: it tells none apart."""
        scores = np.zeros(self.count, np.float32)
        keys, values = vector
        wanted = values * self.idf[keys]
        wanted /= max(float(np.sqrt((wanted**2).sum())), 1e-9)
        begins, ends = np.where(keys > 0, self.ends[keys - 1], 0), self.ends[keys]
        told = ends - begins <= max(COMMON * self.count, FEW)
        for begin, end, weight in zip(begins[told], ends[told], wanted[told], strict=True):
            scores[self.rows[begin:end]] += weight * self.weights[begin:end]
        return scores


class Index:
    """Questions to look in; made anew when one of them changes."""

    def __init__(self, pool: Sequence[tuple[str, str]], *, vocabulary: bool = True) -> None:
        self.ids = [id for id, _ in pool]
        self.texts = [text for _, text in pool]
        self.meanings, self.complete = meaning.of(self.texts)
        self.subject_weight = SUBJECT_WEIGHT if vocabulary else 0.0
        self.letters = _Space([_letters(text) for _, text in pool], BUCKETS)
        self.subjects = _Space([_subjects(text) for _, text in pool], subjects.COUNT)

    def complete_meanings(self) -> None:
        """Take in the meanings that have been read since; the others go on being compared by their letters."""
        if not self.complete:
            self.meanings, self.complete = meaning.of(self.texts, at_once=0)

    def ranked(self, text: str, count: int = LOOKED_AT) -> list[tuple[str, float]]:
        """The most alike with how much they are, the best first."""
        if not self.ids:
            return []
        scores = self.meanings @ meaning.of([text])[0][0] + LETTER_WEIGHT * self.letters.scores(_letters(text))
        scores = scores + self.subject_weight * self.subjects.scores(_subjects(text))
        best = np.argpartition(-scores, count)[:count] if len(scores) > count else np.arange(len(scores))
        best = best[np.lexsort((best, -scores[best]))]
        return [(self.ids[at], float(scores[at])) for at in best]

    def like(self, text: str, *, but: str = "", count: int = SUGGESTED) -> list[str]:
        """Ids of the most alike, the best first, without `but`; fewer when the rest is not alike at all."""
        ranked = self.ranked(text, count + 1)
        return [id for id, score in ranked if id != but and score >= FAINTEST][:count]
