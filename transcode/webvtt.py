"""Cues and words come in, texts go out: WebVTT, SubRip, and a transcript to read.

What a person should look at stands in the WebVTT file as a note, which players do not show.
"""

import re
from collections.abc import Iterable, Sequence

from transcode.cues import Cue, Flag
from transcode.speech import Word

PARAGRAPH_S = 2.0  # a silence after which a reader expects a new paragraph
PARAGRAPH_LENGTH = 400


def webvtt(shown: Sequence[Cue], words: Iterable[Word] = ()) -> str:
    """The text of a WebVTT file, each speaker as a voice."""
    blocks = ["WEBVTT", *_notes(words)]
    for n, cue in enumerate(shown, 1):
        outside = sorted(cue.flags - {Flag.NAME})
        if outside:
            blocks.append(f"NOTE cue {n}: {', '.join(outside)}")
        name = _annotation(cue.speaker)
        voice = f"<v {name}>" if name else ""
        text = escaped(cue.text)
        if cue.language:
            text = f"<lang {_annotation(cue.language)}>{text}</lang>"
        blocks.append(f"{n}\n{_time(cue.start_s)} --> {_time(cue.end_s)}\n{voice}{text}")
    return "\n\n".join(blocks) + "\n"


def _notes(words: Iterable[Word]) -> list[str]:
    notes = []
    for word in words:
        text = escaped(" ".join(word.word.split()))
        if word.doubt:
            notes.append(f"NOTE left out at {_time(word.start_s)} ({word.doubt}): {text}")
        elif word.heard:
            notes.append(f"NOTE written at {_time(word.start_s)}: {text} (heard: {escaped(word.heard)})")
    return notes


def escaped(text: str) -> str:
    """Text as WebVTT cue text (W3C WebVTT, 4.2.2): no tag, no entity, no arrow, no empty line."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"\n\s*\n", "\n", text)


def _annotation(name: str) -> str:
    """A name inside a voice tag: one line."""
    return escaped(" ".join(name.split()))


def _time(seconds: float, point: str = ".") -> str:
    milliseconds = round(max(seconds, 0.0) * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"


def subrip(shown: Sequence[Cue]) -> str:
    """The text of an SRT file, which has no voices and no notes: a change of speaker is a dash before the words."""
    blocks, before = [], ""
    for n, cue in enumerate(shown, 1):
        # The dash is no part of the counted line: SubRip players wrap, and the standard counts spoken text.
        dash = "– " if cue.speaker and cue.speaker != before and n > 1 else ""
        blocks.append(f"{n}\n{_time(cue.start_s, ',')} --> {_time(cue.end_s, ',')}\n{dash}{cue.text}\n")
        before = cue.speaker
    return "\n".join(blocks)


def transcript(words: Iterable[Word]) -> str:
    """Paragraphs to read: a new one, with its time, at another speaker, after a pause, or at a full stop when long."""
    paragraphs: list[list[Word]] = []
    for word in words:
        if word.doubt:
            continue
        if not paragraphs or _begins(paragraphs[-1], word):
            paragraphs.append([])
        paragraphs[-1].append(word)
    return "\n\n".join(_paragraph(each) for each in paragraphs) + ("\n" if paragraphs else "")


def _begins(paragraph: Sequence[Word], word: Word) -> bool:
    last = paragraph[-1]
    long = sum(len(each.word) + 1 for each in paragraph) > PARAGRAPH_LENGTH and last.word.endswith((".", "?", "!"))
    return long or word.speaker != last.speaker or word.start_s - last.end_s >= PARAGRAPH_S


def _paragraph(words: Sequence[Word]) -> str:
    first = words[0]
    minutes, seconds = divmod(int(first.start_s), 60)
    stamp = f"[{minutes // 60}:{minutes % 60:02d}:{seconds:02d}]"
    name = f" {first.speaker}:" if first.speaker else ""
    return f"{stamp}{name} {' '.join(' '.join(word.word.split()) for word in words)}"
