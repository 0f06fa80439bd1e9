"""Steps of an office hour come in; one line for each piece of work, how far it is and how long still, goes out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from ingest.steps import RESTING, State, Step
from publish import pipeline
from transcode import worklist
from web.rendering import N_

NAMES = {
    worklist.POSTER: N_("Poster"),
    worklist.AHEAD: N_("Captions while on air"),
    worklist.LISTEN: N_("Plan of the captions"),
    worklist.HEAR: N_("Parts of the captions"),
    worklist.CAPTIONS: N_("Captions"),
    worklist.EDITED: N_("Captions, as people corrected them"),
    worklist.TRANSLATE: N_("Captions in another language"),
    worklist.DOWNLOAD: N_("Download"),
    worklist.PLAN: N_("Plan of the smaller sizes"),
    worklist.STRETCH: N_("Smaller sizes"),
    worklist.RUNGS: N_("Smaller sizes put together"),
    worklist.LOUDNESS: N_("Sound at one loudness"),
    worklist.AUDIO: N_("Sound as a file"),
    worklist.OPUS: N_("Sound for the sizes in AV1"),
    worklist.STORYBOARD: N_("Small pictures for seeking"),
    worklist.WAVEFORM: N_("Outline of the sound"),
    pipeline.OUTSIDE_CAPTIONS: N_("Captions on YouTube"),
    pipeline.CHAPTERS: N_("Questions as chapters"),
    pipeline.RELEASE: N_("Release"),
}
TELLING = 0.02  # less done than this says nothing about how long the rest takes


class Word(Enum):
    """How it stands with a piece of work, as the page says it; the most urgent first."""

    STOPPED = "stopped"
    NO_ROOM = "no room"
    PARKED = "parked"
    RESTING = "resting"
    RUNNING = "running"
    NEXT = "next"
    WAITING = "waiting"
    DONE = "done"


WORDS = {
    State.FAILED: Word.STOPPED,
    State.QUARANTINED: Word.STOPPED,
    State.CANCELLED: Word.STOPPED,
    State.RUNNING: Word.RUNNING,
    State.READY: Word.NEXT,
    State.SENT: Word.NEXT,
    State.WAITING: Word.WAITING,
    State.DONE: Word.DONE,
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One piece of work: `name` is a message id, `done` of `parts` steps are done, `left` is the time still needed."""

    name: str
    language: str
    word: Word
    progress: float
    done: int
    parts: int
    left: timedelta | None
    until: datetime | None


def lines(work: Sequence[Step], at: datetime) -> list[Line]:
    """One line for each kind (and language), in the order in which they are done."""
    groups: dict[tuple[str, str], list[Step]] = {}
    for step in work:
        groups.setdefault((step.kind, str(step.parameters.get("language", ""))), []).append(step)
    order = sorted(groups, key=lambda group: list(NAMES).index(group[0]) if group[0] in NAMES else len(NAMES))
    return [_line(kind, language, groups[kind, language], at) for kind, language in order]


def _line(kind: str, language: str, found: Sequence[Step], at: datetime) -> Line:
    words = [_word(step) for step in found]
    progress = sum(1.0 if step.state is State.DONE else _so_far(step) for step in found) / len(found)
    word = min(words, key=list(Word).index)
    if word in (Word.NEXT, Word.WAITING) and Word.DONE in words:
        word = Word.NEXT  # begun, and the next part of it is taken soon
    return Line(
        name=NAMES.get(kind, kind),
        language=language if kind == worklist.CAPTIONS else "",
        word=word,
        progress=progress,
        done=words.count(Word.DONE),
        parts=len(found),
        left=_left(found, progress, at) if word is Word.RUNNING else None,
        until=max((step.not_before for step in found if step.state is State.PARKED and step.not_before), default=None),
    )


def _word(step: Step) -> Word:
    if step.state is State.PARKED:
        return Word.NO_ROOM if step.error_class == "resource" and "disk" in step.error else Word.PARKED
    if step.state is State.RUNNING and step.error_class == RESTING:
        return Word.RESTING
    return WORDS[step.state]


def _so_far(step: Step) -> float:
    return min(step.progress, 0.99) if step.state is State.RUNNING else 0.0


def _left(found: Iterable[Step], progress: float, at: datetime) -> timedelta | None:
    """If it goes on as it went since the first of its steps began."""
    began = min((step.started_at for step in found if step.started_at), default=None)
    if began is None or progress < TELLING:
        return None
    return (at - began) * ((1 - progress) / progress)
