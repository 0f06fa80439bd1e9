"""The text of a WebVTT file comes in, its cues go out: for transcripts and chapter lists that need no script."""

import html
import re
from dataclasses import dataclass

TIMES = re.compile(r"(?:(\d+):)?(\d\d):(\d\d)\.(\d{3})\s+-->\s+(?:(\d+):)?(\d\d):(\d\d)\.(\d{3})")
VOICE = re.compile(r"<v(?:\.[^\s>]+)?\s+([^>]+)>")
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, kw_only=True)
class Cue:
    """One stretch of text, in seconds of the recording; `speaker` where the file names one."""

    id: str
    start_s: float
    end_s: float
    text: str
    speaker: str = ""


def cues(text: str) -> list[Cue]:
    """All cues of a WebVTT file in their order; blocks that are none (notes, styles) are left out."""
    found = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        lines = block.strip().split("\n")
        at = next((index for index, line in enumerate(lines[:2]) if TIMES.match(line.strip())), None)
        if at is not None:
            found.append(_cue(lines, at))
    return found


def _cue(lines: list[str], at: int) -> Cue:
    times = TIMES.match(lines[at].strip())
    assert times is not None
    body = " ".join(line.strip() for line in lines[at + 1 :])
    voice = VOICE.search(body)
    return Cue(
        id=lines[0].strip() if at else "",
        start_s=_seconds(*times.groups()[:4]),
        end_s=_seconds(*times.groups()[4:]),
        text=html.unescape(TAG.sub("", body)).strip(),
        speaker=html.unescape(voice[1]).strip() if voice else "",
    )


def _seconds(hours: str | None, minutes: str, seconds: str, milliseconds: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(milliseconds) / 1000


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """Cues that belong together: what one person says until a pause or until it gets long."""

    speaker: str
    cues: tuple[Cue, ...]


def paragraphs(found: list[Cue], pause_s: float = 2.0, length: int = 320) -> list[Paragraph]:
    """Group cues for reading: a new paragraph at another speaker, after a pause, or at a full stop when long."""
    groups: list[list[Cue]] = []
    for cue in found:
        last = groups[-1] if groups else None
        if last is None or _breaks(last, cue, pause_s, length):
            groups.append([cue])
        else:
            last.append(cue)
    return [Paragraph(speaker=group[0].speaker, cues=tuple(group)) for group in groups]


def _breaks(last: list[Cue], cue: Cue, pause_s: float, length: int) -> bool:
    long = sum(len(each.text) for each in last) > length and last[-1].text.endswith((".", "?", "!", "…"))
    return long or cue.speaker != last[-1].speaker or cue.start_s - last[-1].end_s > pause_s
