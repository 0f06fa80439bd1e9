"""Words with media times come in, captions go out: cues of at most two lines, as WebVTT.

A cue ends at a sentence's end, at a pause, or where it is full; where it is full, after a comma if one is near.
Limits are those of ARD, ORF, SRF and ZDF (37 characters a line, two lines, at least one second).
"""

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest import archive
from transcode import made
from transcode.encode import Means, inputs
from transcode.speech import Transcriber, Word

LINE_LENGTH = 37
LINES = 2
SHORTEST_S, LONGEST_S = 1.0, 7.0
PAUSE_S = 0.8  # a silence that a viewer hears as the end of a thought
GAP_S = 0.04  # one frame at 25 a second between two cues, so that the change is seen
READING = 15.0  # characters a second: a cue stays as long as it takes to read, if there is room
RECIPE = 1
SENTENCE_END = re.compile(r"[.!?…][\"'»“”)\]]*$")
CLAUSE_END = re.compile(r"[,;:–][\"'»“”)\]]*$")
# "12." and "z.B." end no sentence; a single letter or digits before the stop say so.
ABBREVIATION = re.compile(r"^(\d+|\w|[\w.]+\.\w|Dr|Prof|Nr|St|bzw|ca|usw|Mr|Mrs|Ms)\.$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Cue:
    """What is shown from one media time to another."""

    start_s: float
    end_s: float
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def cues(words: Iterable[Word]) -> list[Cue]:
    """Build the cues of all words that are not in doubt, in order of time."""
    spoken = [part for word in words if not word.doubt for part in fitting(word)]
    groups = group(spoken)
    drafts = [
        Cue(start_s=each[0].start_s, end_s=each[-1].end_s, lines=laid_out([word.word for word in each]) or ())
        for each in groups
    ]
    return timed(drafts)


def fitting(word: Word) -> list[Word]:
    """The word, cut with hyphens where it is longer than a line."""
    text = " ".join(word.word.split())
    if len(text) <= LINE_LENGTH:
        return [replace(word, word=text)] if text else []
    step = LINE_LENGTH - 1
    parts = [text[at : at + step] for at in range(0, len(text), step)]
    length_s = (word.end_s - word.start_s) / len(parts)
    return [
        replace(
            word,
            word=part + ("-" if n < len(parts) - 1 else ""),
            start_s=word.start_s + n * length_s,
            end_s=word.start_s + (n + 1) * length_s,
        )
        for n, part in enumerate(parts)
    ]


def group(words: Sequence[Word]) -> list[list[Word]]:
    """Cut the stream of words into cues."""
    groups: list[list[Word]] = []
    current: list[Word] = []
    for word in words:
        if current and _pause(current[-1], word):
            groups.append(current)
            current = []
        if current and not _fits([*current, word]):
            at = _best_cut(current)
            groups.append(current[:at])
            current = current[at:]
            if current and not _fits([*current, word]):
                groups.append(current)
                current = []
        current.append(word)
        if ends_sentence(word.word) and current[-1].end_s - current[0].start_s >= SHORTEST_S:
            groups.append(current)
            current = []
    return [*groups, current] if current else groups


def ends_sentence(word: str) -> bool:
    return bool(SENTENCE_END.search(word)) and not ABBREVIATION.match(word)


def _pause(before: Word, after: Word) -> bool:
    return after.start_s - before.end_s >= PAUSE_S


def _fits(words: Sequence[Word]) -> bool:
    if words[-1].end_s - words[0].start_s > LONGEST_S:
        return False
    return laid_out([word.word for word in words]) is not None


def _best_cut(words: Sequence[Word]) -> int:
    """How many words stay: up to the last end of a sentence or clause in the second half, else all."""
    for pattern in (SENTENCE_END, CLAUSE_END):
        for at in range(len(words) - 1, len(words) // 2, -1):
            if pattern.search(words[at - 1].word):
                return at
    return len(words)


def laid_out(words: Sequence[str]) -> tuple[str, ...] | None:
    """One line if it fits, else the two most even ones, cut after punctuation where that costs little; or None."""
    whole = " ".join(words)
    if len(whole) <= LINE_LENGTH:
        return (whole,)
    pairs = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    pairs = [pair for pair in pairs if max(map(len, pair)) <= LINE_LENGTH]
    return min(pairs, key=_unevenness) if pairs else None


def _unevenness(pair: tuple[str, str]) -> float:
    bonus = 12 if SENTENCE_END.search(pair[0]) or CLAUSE_END.search(pair[0]) else 0
    return abs(len(pair[0]) - len(pair[1])) - bonus


def timed(drafts: Sequence[Cue]) -> list[Cue]:
    """Let each cue stay long enough to be read, never into the next one, never longer than the limit."""
    done: list[Cue] = []
    for n, cue in enumerate(drafts):
        free_s = drafts[n + 1].start_s - GAP_S if n + 1 < len(drafts) else math.inf
        start_s = max(cue.start_s, done[-1].end_s + GAP_S) if done else cue.start_s
        wanted_s = max(SHORTEST_S, len(cue.text) / READING, cue.end_s - start_s)
        end_s = min(start_s + min(wanted_s, LONGEST_S), max(free_s, start_s + SHORTEST_S))
        done.append(replace(cue, start_s=start_s, end_s=end_s))
    return done


def webvtt(shown: Sequence[Cue], words: Iterable[Word] = ()) -> str:
    """The text of a WebVTT file; words left out stand in notes, so that a person can see them."""
    blocks = ["WEBVTT", *_notes(words)]
    for n, cue in enumerate(shown, 1):
        blocks.append(f"{n}\n{_time(cue.start_s)} --> {_time(cue.end_s)}\n{escaped(cue.text)}")
    return "\n\n".join(blocks) + "\n"


def _notes(words: Iterable[Word]) -> list[str]:
    return [
        f"NOTE left out at {_time(word.start_s)} ({word.doubt}): {escaped(' '.join(word.word.split()))}"
        for word in words
        if word.doubt
    ]


def escaped(text: str) -> str:
    """Text as WebVTT cue text (W3C WebVTT, 4.2.2): no tag, no entity, no arrow, no empty line."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"\n\s*\n", "\n", text)


def _time(seconds: float) -> str:
    milliseconds = round(max(seconds, 0.0) * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def make_captions(
    audio: Path, room: archive.Room, language: str, hints: Sequence[str], transcriber: Transcriber, means: Means
) -> bool:
    """Write words and captions of `audio` (playlist or file) into the room. False when they were there.

    A recording without speech, or without sound, has captions with no cue. Raises what the transcriber raises.
    """
    target = room.captions(language)
    parameters = {"language": language, "hints": list(hints), "recipe": RECIPE}
    key = made.key(inputs(audio), parameters, transcriber.identity, means.alive)
    if made.is_made(target, key) and room.words(language).exists():
        return False
    words = transcriber.transcribe(audio, language, hints, means.progress)
    shown = cues(words)
    means.confirm()
    stored = json.dumps([word.values() for word in words], ensure_ascii=False, indent=0)
    archive.write_text(room.words(language), stored + "\n")
    archive.write_text(target, webvtt(shown, words))
    made.note(target, key, cues=len(shown))
    return True
