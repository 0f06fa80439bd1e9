"""Words of several files that heard the same office hour come in; each word once goes out, with whose it is. Pure.

A voice is in its own track, in the mix, and sometimes, through somebody's loudspeaker, in another person's track. What
the mix has to say counts only where somebody has no track, and beside no word of a track. What a second track says
with the same words at the same time is an echo: it is kept, marked as doubtful, and not shown.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from transcode.sources import Source
from transcode.speech import Word

ECHO = "echo"
LATE_S = 0.6  # an echo is so much later or earlier at most: what a jitter buffer and a line may differ in
ECHO_WORDS = 3  # so many words in a row: two people do say "Ja, genau" at once
SKIPPED = 3  # in a row, but for two in between: an echo is heard less well, and somebody may speak into it


def whose(words: Sequence[Word], source: Source) -> list[Word]:
    """The words of one file that lie in it, with the person; of the mix those where somebody has no track."""
    found = []
    for word in words:
        middle_s = (word.start_s + word.end_s) / 2
        here = [person for stretch, person in source.who if stretch.start_s <= middle_s < stretch.end_s]
        if here or not source.mixed:
            found.append(replace(word, speaker=here[0] if here else source.person))
    return found


def filled(tracked: Sequence[Word], mixed: Sequence[Word]) -> list[Word]:
    """The words of all tracks, and those of the mix that are said beside none of them; in order of time."""
    said = sorted(tracked, key=lambda word: word.start_s)
    starts = [word.start_s for word in said]

    def beside(word: Word) -> bool:
        # A word is shorter than ten seconds: nothing that begins earlier reaches into it.
        near = said[bisect_left(starts, word.start_s - 10.0) : bisect_left(starts, word.end_s + LATE_S)]
        return any(_touches(each, word, 0.0) or _same(each, word) for each in near)

    return sorted([*tracked, *(word for word in mixed if not beside(word))], key=lambda word: word.start_s)


def _touches(one: Word, other: Word, within_s: float) -> bool:
    return one.start_s - within_s < other.end_s and other.start_s - within_s < one.end_s


def _same(one: Word, other: Word) -> bool:
    """Whether it is one word, which two files may place a little apart."""
    return _plain(one.word) == _plain(other.word) and _touches(one, other, LATE_S)


def echoes(words: Sequence[Word]) -> list[Word]:
    """The words, those marked that stand in two tracks at the same time: in the one that was heard less surely."""
    sure: dict[str, list[int]] = {}
    for number, word in enumerate(words):
        if word.speaker and not word.doubt:
            sure.setdefault(word.speaker, []).append(number)
    again: set[int] = set()
    for speaker, mine in sure.items():
        for other, theirs in sure.items():
            if speaker < other:
                again |= _again(words, mine, theirs)
    return [replace(word, doubt=ECHO) if number in again else word for number, word in enumerate(words)]


def _again(words: Sequence[Word], mine: Sequence[int], theirs: Sequence[int]) -> set[int]:
    """Which of two people's words are an echo of the other's."""
    pairs = _pairs(words, mine, theirs)
    found: set[int] = set()
    run: list[tuple[int, int]] = []
    for pair in [*pairs, None]:
        follows = (
            pair is not None
            and run
            and all(0 < here - before <= SKIPPED for here, before in zip(pair, run[-1], strict=True))
        )
        if run and not follows:
            if len(run) >= ECHO_WORDS:
                found |= _weaker(words, [(mine[first], theirs[second]) for first, second in run])
            run = []
        if pair is not None:
            run.append(pair)
    return found


def _pairs(words: Sequence[Word], mine: Sequence[int], theirs: Sequence[int]) -> list[tuple[int, int]]:
    """Places in both lists of the same word at the same time, each place of mine at most once."""
    starts = [words[number].start_s for number in theirs]
    found = []
    free = 0
    for place, number in enumerate(mine):
        word = words[number]
        at = max(bisect_left(starts, word.start_s - LATE_S), free)
        while at < len(starts) and starts[at] <= word.start_s + LATE_S:
            if _plain(words[theirs[at]].word) == _plain(word.word):
                found.append((place, at))
                free = at + 1
                break
            at += 1
    return found


def _weaker(words: Sequence[Word], run: Sequence[tuple[int, int]]) -> set[int]:
    mine, theirs = ([pair[side] for pair in run] for side in (0, 1))

    def sure(numbers: Sequence[int]) -> float:
        return sum(words[number].probability for number in numbers)

    return set(theirs if sure(mine) >= sure(theirs) else mine)


def _plain(word: str) -> str:
    return re.sub(r"\W", "", word).lower()
