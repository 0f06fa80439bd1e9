"""Words as heard and the names that may have been said come in, words go out with names written right.

A speech model writes a name it does not know as it sounds: "Punkastorf" for Purkersdorf. A stretch of words of low
probability that sounds like one of the given names is written as that name, and keeps what was heard for the editor.
A name that nobody said sounds like nothing that was heard; between two names that sound alike the nearer one wins,
and where both are as near, nothing is changed.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from transcode.clauses import TITLES
from transcode.phonetics import cologne, letters, likeness
from transcode.speech import Word

SHORTEST = 3  # letters of a name; shorter ones sound like too much else
ALIKE = 0.61  # likeness that a stretch of no probability needs; measured with decoys, see README
TRUST = 0.28  # how much more likeness a stretch needs that was heard for certain
BRIEF = 0.06  # and for each sound that a name has less than six
AFTER_TITLE = 0.22  # how much less after "Frau" or "Herr", where a name is due
CERTAIN = 0.85  # a stretch heard for more certain than this is no name, unless a title says so
COMMON = 0.35  # the same for words without a capital letter
SHARED = 0.6  # the part of a name's Cologne digits that must be heard at all: a quick look before a slow one
LEAD = 0.03  # by how much the nearest name must be nearer than the next
EDGES = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Find:
    """A stretch of words, first to before `after`, that sounds like a name."""

    first: int
    after: int
    name: str
    margin: float


def single(names: Iterable[str]) -> list[str]:
    """The names word by word, since people are called by either; titles and initials are no names."""
    words = (word.strip(",;()\"'") for name in names for word in name.split())
    kept = [word for word in words if len(letters(word)) >= SHORTEST and word.lower() not in TITLES]
    return list(dict.fromkeys(kept))


def corrected(words: Sequence[Word], names: Iterable[str]) -> list[Word]:
    """The words, with names written where they sound like what was heard; `heard` holds what stood there."""
    wanted = single(names)
    finds = sorted(_finds(words, wanted), key=lambda find: -find.margin)
    chosen: dict[int, Find] = {}
    taken: set[int] = set()
    for find in finds:
        stretch = range(find.first, find.after)
        if not taken.intersection(stretch):
            taken.update(stretch)
            chosen[find.first] = find
    return _written(words, chosen)


def _finds(words: Sequence[Word], names: Sequence[str]) -> Iterable[Find]:
    known = {letters(name): name for name in names}
    for first in range(len(words)):
        titled = first > 0 and words[first - 1].word.lower() in TITLES
        for after in range(first + 1, min(first + 4, len(words) + 1)):
            stretch = words[first:after]
            if any(word.doubt or word.language for word in stretch) or _apart(stretch):
                break  # the key of sounds is the one of the captions' language
            # What already reads as a name stays, but for its hyphens, and no wider stretch may swallow it.
            read = [known[letters(word.word)] for word in stretch if letters(word.word) in known]
            if read:
                if after == first + 1 and read[0].lower() not in stretch[0].word.lower():
                    yield Find(first=first, after=after, name=read[0], margin=1.0)
                break
            if titled or _doubtful(stretch):
                find = _nearest(first, after, stretch, names, titled)
                if find is not None:
                    yield find


def _doubtful(stretch: Sequence[Word]) -> bool:
    """True where a name may hide: not heard for certain, and not only everyday words."""
    capital = any(word.word.lstrip("\"'„“(")[:1].isupper() for word in stretch)
    return certainty(stretch) <= (CERTAIN if capital else COMMON)


def certainty(stretch: Sequence[Word]) -> float:
    return sum(word.probability for word in stretch) / len(stretch)


def _apart(stretch: Sequence[Word]) -> bool:
    """True where a name cannot go across: punctuation inside, another speaker, a pause."""
    pairs = itertools.pairwise(stretch)
    return any(
        before.word[-1:] in ".,;:!?…" or before.speaker != after.speaker or after.start_s - before.end_s > 0.5
        for before, after in pairs
    )


def _nearest(first: int, after: int, stretch: Sequence[Word], names: Sequence[str], titled: bool) -> Find | None:
    heard = " ".join(word.word for word in stretch)
    plain, digits = letters(heard), set(cologne(heard))
    possible = [name for name in names if _same_size(plain, name) and _shares(digits, name)]
    near = sorted(((likeness(heard, name), name) for name in possible), reverse=True)
    if not near:
        return None
    best, name = near[0]
    lead = best - near[1][0] if len(near) > 1 else 1.0
    margin = best - needed(stretch, name) + (AFTER_TITLE if titled else 0.0)
    if margin < 0 or lead < LEAD:
        return None
    return Find(first=first, after=after, name=name, margin=margin)


def needed(stretch: Sequence[Word], name: str) -> float:
    """How much a stretch must sound like a name to be written so."""
    return ALIKE + TRUST * certainty(stretch) + BRIEF * max(0, 6 - len(letters(name)))


def _same_size(plain: str, name: str) -> bool:
    length = len(letters(name))
    return 0.6 * length <= len(plain) <= 1.6 * length + 1


def _shares(digits: set[str], name: str) -> bool:
    wanted = set(cologne(name)) - {"0"}
    return len(wanted & digits) >= SHARED * len(wanted)


def _written(words: Sequence[Word], chosen: dict[int, Find]) -> list[Word]:
    done: list[Word] = []
    at = 0
    while at < len(words):
        find = chosen.get(at)
        if find is None:
            done.append(words[at])
            at += 1
        else:
            done.append(_as_name(words[find.first : find.after], find.name))
            at = find.after
    return done


def _as_name(stretch: Sequence[Word], name: str) -> Word:
    """One word in place of the stretch, with the punctuation around it."""
    before, after = EDGES.match(stretch[0].word), EDGES.match(stretch[-1].word)
    assert before is not None
    assert after is not None
    return replace(
        stretch[0],
        word=before[1] + name + after[3],
        end_s=stretch[-1].end_s,
        probability=min(word.probability for word in stretch),
        heard=" ".join(word.word for word in stretch),
    )
