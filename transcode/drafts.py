"""Captions as files come in, passages to be edited go out; and the passages as files again: cues, words, texts.

Beside each passage stands why somebody should look at it: words that were left out because they were probably not said,
names that were written for something that sounded like them, words of which the machine was not sure.
"""

import difflib
import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from ingest import archive
from transcode import clauses, reading
from transcode.cues import Cue
from transcode.editing import SHORTEST_MS, Doubt, Passage, tidy
from transcode.speech import Word

UNSURE = 0.35
"""Below this probability a word is to be looked at. A guess: of words right in print most lie above."""
SMALLEST = 4  # letters; shorter words are unsure all the time, and rarely what matters
TOGETHER_S = 1.0  # words left out within this time are one passage
NEAR_MS = 500  # a cue may begin a little late and end a little early (cues.LATE_S): its words are still its own
LONGEST_OUT = 80  # characters of a passage that was left out; "bla bla bla" goes on for minutes


def source(room: archive.Room, language: str) -> str:
    """The digest of what the machine wrote, "" without: another digest is another text."""
    found = [path for path in (room.captions(language), room.words(language)) if path.is_file()]
    if room.captions(language) not in found:
        return ""
    return hashlib.sha256("".join(archive.digest(path) for path in found).encode()).hexdigest()


def machines(room: archive.Room, language: str, name: str) -> list[Passage]:
    """What the machine wrote, as a base called `name`; nothing without captions."""
    if not room.captions(language).is_file():
        return []
    text = room.captions(language).read_text(encoding="utf-8")
    return passages(reading.read(text).cues, name, words(room.words(language)))


def words(path: Path) -> list[Word]:
    """The words of a words file; none without it. What a later version keeps beside them is left alone."""
    if not path.is_file():
        return []
    known = set(Word.__dataclass_fields__)
    stored = json.loads(path.read_text(encoding="utf-8"))
    return [Word(**{name: value for name, value in each.items() if name in known}) for each in stored]


def passages(cues: Iterable[Cue], name: str, heard: Sequence[Word] = ()) -> list[Passage]:
    """Cues as passages of a base called `name`, with all doubts about the words."""
    found = [
        Passage(
            id=f"{name}-{number}",
            start_ms=round(cue.start_s * 1000),
            end_ms=max(round(cue.end_s * 1000), round(cue.start_s * 1000) + SHORTEST_MS),
            text=cue.text,
            speaker=cue.speaker,
            language=cue.language,
            doubts=(Doubt(kind="language", word=cue.language),) if cue.language else (),
            seen=name,
        )
        for number, cue in enumerate(cues, 1)
    ]
    return [*with_doubts(found, heard), *left_out(heard, name)]


def with_doubts(found: Sequence[Passage], heard: Iterable[Word]) -> list[Passage]:
    """Each passage with the doubts about words that stand in it."""
    doubtful = [(word, doubt) for word in heard if not word.doubt and (doubt := doubt_of(word)) is not None]
    return [
        replace(each, doubts=(*each.doubts, *doubts)) if (doubts := tuple(_of(each, doubtful))) else each
        for each in found
    ]


def _of(passage: Passage, doubtful: Iterable[tuple[Word, Doubt]]) -> Iterable[Doubt]:
    plain = {clauses.plain(word) for word in passage.text.split()}
    for word, doubt in doubtful:
        near = passage.start_ms - NEAR_MS <= _middle_ms(word) < passage.end_ms + NEAR_MS
        if near and any(clauses.plain(each) in plain for each in word.word.split()):
            yield doubt


def doubt_of(word: Word) -> Doubt | None:
    """Why somebody should look at this word."""
    if word.heard:
        return Doubt(kind="name", word=tidy(word.word), heard=tidy(word.heard))
    if word.probability < UNSURE and len(clauses.plain(word.word)) >= SMALLEST:
        return Doubt(kind="unsure", word=tidy(word.word))
    return None


def left_out(heard: Iterable[Word], name: str) -> list[Passage]:
    """What was probably not said, as passages that are not shown."""
    groups: list[list[Word]] = []
    for word in heard:
        if not word.doubt:
            continue
        last = groups[-1][-1] if groups else None
        if last is None or last.doubt != word.doubt or word.start_s - last.end_s > TOGETHER_S:
            groups.append([])
        groups[-1].append(word)
    found = []
    for number, group in enumerate(groups, 1):
        text = tidy(" ".join(word.word for word in group))
        if text:
            start_ms = max(round(group[0].start_s * 1000), 0)
            found.append(
                Passage(
                    id=f"{name}-x{number}",
                    start_ms=start_ms,
                    end_ms=max(round(group[-1].end_s * 1000), start_ms + 1000),
                    text=text if len(text) <= LONGEST_OUT else f"{text[:LONGEST_OUT].rsplit(' ', 1)[0]} …",
                    out=True,
                    doubts=(Doubt(kind="left_out", word=group[0].doubt),),
                    seen=name,
                )
            )
    return found


# Passages as files


def cues(shown: Iterable[Passage]) -> list[Cue]:
    """Passages as cues, for players and for the linter."""
    return [
        Cue(
            start_s=each.start_ms / 1000, end_s=each.end_ms / 1000, lines=tuple(each.text.split("\n")),
            speaker=each.speaker,
            language=each.language,
        )
        for each in shown
    ]  # fmt: skip


def words_of(shown: Iterable[Passage], heard: Sequence[Word]) -> list[Word]:
    """Passages as words: times as heard where the word is the same, shared out between those where it is not."""
    spoken = sorted((word for word in heard if not word.doubt), key=_middle_ms)
    middles = [_middle_ms(word) for word in spoken]
    found: list[Word] = []
    for each in shown:
        first, after = bisect_left(middles, each.start_ms - NEAR_MS), bisect_left(middles, each.end_ms + NEAR_MS)
        found += _words(each, spoken[first:after])
    return found


def _middle_ms(word: Word) -> float:
    return 500 * (word.start_s + word.end_s)


def _words(passage: Passage, heard: Sequence[Word]) -> list[Word]:
    texts = passage.text.split()
    same = difflib.SequenceMatcher(
        None, [clauses.plain(word.word) for word in heard], [clauses.plain(text) for text in texts], autojunk=False
    )
    at = {b + n: heard[a + n] for a, b, size in same.get_matching_blocks() for n in range(size)}
    found: list[Word] = []
    begin_s = passage.start_ms / 1000
    for known, group in groupby(range(len(texts)), key=lambda number: number in at):
        numbers = list(group)
        if known:
            found += [replace(at[n], word=texts[n], speaker=passage.speaker, heard="") for n in numbers]
        else:
            after = at.get(numbers[-1] + 1)
            end_s = max(after.start_s if after else passage.end_ms / 1000, begin_s)
            found += _shared(texts, numbers, begin_s, end_s, passage.speaker)
        begin_s = found[-1].end_s
    return found


def _shared(texts: Sequence[str], numbers: Sequence[int], begin_s: float, end_s: float, speaker: str) -> list[Word]:
    """Words that nobody has heard, each as long as it has letters."""
    total = sum(len(texts[n]) for n in numbers)
    found: list[Word] = []
    for number in numbers:
        length_s = (end_s - begin_s) * len(texts[number]) / total
        start_s = found[-1].end_s if found else round(begin_s, 3)
        found.append(
            Word(
                word=texts[number], start_s=start_s, end_s=round(start_s + length_s, 3), probability=1.0,
                speaker=speaker,
            )
        )  # fmt: skip
    return found
