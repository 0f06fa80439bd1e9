"""The text of a caption file comes in (WebVTT or SubRip), its cues go out, or everything that is wrong with it.

For what people bring, so each problem says in which line it stands. Notes, styles, regions, settings of place and all
marks but the voice are left out: our pages and players decide how captions look.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from transcode.cues import Cue
from transcode.editing import LATEST_MS, LINES, SHORTEST_MS, TEXT_LENGTH, tidy

TIMES = re.compile(
    r"^\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})(?:\s.*)?$"
)
LANGUAGE = re.compile(r"<lang[ \t]+([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)>")
VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]+)>")
MARK = re.compile(r"</?[A-Za-z0-9.:][^<>]*>|\{\\[^}]*\}")
MOST_PROBLEMS = 50
"""Somebody who mends fifty of them sends the file again."""
ROUNDING_MS = 1
"""Two cues may touch by as much: files of other programs round."""


class Wrong(StrEnum):
    """What can be wrong with a file."""

    NO_CUES = "no cues"
    HEAD = "head"  # begins with WEBVTT, but not as the standard wants it
    TIMES = "times"  # an arrow, and no times around it
    BACKWARDS = "backwards"  # over before it begins
    ORDER = "order"  # begins before the one before it is over
    EMPTY = "empty"
    LONG = "long"
    BEYOND = "beyond"  # after the end of the recording


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong in which line of the file, counted from 1; `found` is what stands there."""

    line: int
    wrong: Wrong
    found: str = ""


@dataclass(frozen=True, kw_only=True)
class Read:
    """A file that was read; with problems it is not taken."""

    cues: tuple[Cue, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class _Block:
    line: int
    start_ms: int
    end_ms: int
    body: str


def read(text: str, length_s: float | None = None) -> Read:
    """All cues of a file; `length_s`: of the recording, after which nothing can be said."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    problems: list[Problem] = []
    if lines[0].startswith("WEBVTT") and not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        problems.append(Problem(line=1, wrong=Wrong.HEAD, found=lines[0][:80]))
    cues: list[Cue] = []
    before_ms = 0
    for block in _blocks(lines, problems):
        wrong = _wrong(block, before_ms, length_s)
        if wrong is not None:
            problems.append(Problem(line=block.line, wrong=wrong, found=lines[block.line - 1].strip()[:80]))
            continue
        start_ms = max(block.start_ms, before_ms)
        cues.append(_cue(block, start_ms))
        before_ms = block.end_ms
    if not cues and not problems:
        problems.append(Problem(line=1, wrong=Wrong.NO_CUES))
    ordered = sorted(problems, key=lambda each: each.line)
    return Read(cues=tuple(cues), problems=tuple(ordered[:MOST_PROBLEMS]))


def _blocks(lines: Sequence[str], problems: list[Problem]) -> Iterator[_Block]:
    """Everything between a line of times and the next empty line."""
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if re.match(r"(NOTE|STYLE|REGION)\b", line):
            while number < len(lines) and lines[number].strip():
                number += 1
        elif "-->" in line:
            at = number
            body = []
            while number < len(lines) and lines[number].strip() and "-->" not in lines[number]:
                body.append(lines[number])
                number += 1
            if number < len(lines) and "-->" in lines[number] and body and body[-1].strip().isdigit():
                body.pop()  # the number of a cue that has no empty line before it
            times = TIMES.match(line)
            if times is None:
                problems.append(Problem(line=at, wrong=Wrong.TIMES, found=line.strip()[:80]))
            else:
                start_ms, end_ms = (_milliseconds(times.groups()[n : n + 4]) for n in (0, 4))
                yield _Block(line=at, start_ms=start_ms, end_ms=end_ms, body="\n".join(body))


def _milliseconds(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, fraction = (each or "0" for each in parts)
    return (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))


def _wrong(block: _Block, before_ms: int, length_s: float | None) -> Wrong | None:
    words = spoken(block.body)
    if not words:
        return Wrong.EMPTY
    if block.end_ms - block.start_ms < SHORTEST_MS:
        return Wrong.BACKWARDS
    if block.start_ms + ROUNDING_MS < before_ms or block.end_ms - before_ms < SHORTEST_MS:
        return Wrong.ORDER
    if len(words) > TEXT_LENGTH or words.count("\n") >= LINES:
        return Wrong.LONG
    latest_ms = LATEST_MS if length_s is None else (length_s + 1) * 1000
    return Wrong.BEYOND if block.start_ms >= latest_ms or block.end_ms > LATEST_MS else None


def spoken(body: str) -> str:
    """What is said in a cue: without marks, without entities."""
    return tidy(html.unescape(MARK.sub("", body)))


def _cue(block: _Block, start_ms: int) -> Cue:
    voice, language = VOICE.search(block.body), LANGUAGE.search(block.body)
    return Cue(
        start_s=start_ms / 1000,
        end_s=block.end_ms / 1000,
        lines=tuple(spoken(block.body).split("\n")),
        speaker=tidy(html.unescape(voice[1])).replace("\n", " ")[:80] if voice else "",
        language=language[1] if language else "",
    )
