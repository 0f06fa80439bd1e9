"""A timeline and the questions that were on air come in, chapters go out: as values, WebVTT and YouTube's lines.

Pure functions; times are seconds of media time as fractions.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ingest import timeline
from ingest.timeline import Event, Kind
from questions.question import one_line

TITLE_LENGTH = 70
"""Characters of a title; YouTube and most players show no more in one line."""
YOUTUBE_SHORTEST_S = 10
YOUTUBE_FEWEST = 3
"""YouTube ignores all chapters if one is shorter or there are fewer, or the first is not at 0:00."""


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A stretch of the recording with a title of one line; `question` is the one that was on air, if one was."""

    start_s: Fraction
    end_s: Fraction
    title: str
    question: str | None = None


def chapters(
    events: Sequence[Event], questions: Mapping[str, str], *, opening: str, duration_ticks: int = 0
) -> list[Chapter]:
    """An opening chapter at 0 and one per question, from the moment it was on air to the next.

    `questions` maps ids to texts; one that is erased makes no chapter. A question on air at 0 takes the opening's
    place. `duration_ticks` is the edition's length; without it the last event ends the last chapter.
    Raises ValueError when the timeline does not begin.
    """
    tick_s = timeline.tick_duration(list(events))
    starts: dict[int, tuple[str, str | None]] = {0: (opening, None)}
    for event in events:
        id = str(event.values.get("question", ""))
        if event.kind is Kind.ON_AIR and id in questions:
            starts[event.tick] = (questions[id], id)
        if event.kind is Kind.TAKE_BACK:
            starts = {tick: each for tick, each in starts.items() if tick != _last_start(starts, id)}
    end = duration_ticks or max(event.tick for event in events)
    ticks = [tick for tick in sorted(starts) if tick < end or tick == 0]
    return [
        Chapter(
            start_s=tick * tick_s,
            end_s=following * tick_s,
            title=one_line(starts[tick][0], TITLE_LENGTH),
            question=starts[tick][1],
        )
        for tick, following in zip(ticks, [*ticks[1:], end], strict=True)
    ]


def _last_start(starts: Mapping[int, tuple[str, str | None]], question: str) -> int | None:
    """When a question went on air last, but never the opening's moment."""
    return max((tick for tick, (_, id) in starts.items() if id == question and tick), default=None)


def webvtt(chapters: Sequence[Chapter]) -> str:
    """The chapters as a WebVTT file; a cue's identifier is the question's id, so that pages can link to it."""
    cues = [
        f"{chapter.question or 'opening'}\n{_vtt_time(chapter.start_s)} --> {_vtt_time(chapter.end_s)}\n"
        f"{html.escape(chapter.title, quote=False)}\n"
        for chapter in chapters
    ]
    return "\n".join(["WEBVTT\n", *cues])


def youtube_lines(chapters: Sequence[Chapter]) -> list[str]:
    """Lines for a description, "0:00 Title"; none when YouTube's rules cannot be met.

    A chapter that is too short gives its place to the next; a short opening gives the next one its 0:00.
    """
    kept: list[Chapter] = []
    for chapter in chapters:
        if kept and int(chapter.start_s) - int(kept[-1].start_s) < YOUTUBE_SHORTEST_S:
            short = kept.pop()
            chapter = replace(chapter, start_s=short.start_s) if not kept else chapter
        kept.append(chapter)
    while kept and kept[-1].end_s - int(kept[-1].start_s) < YOUTUBE_SHORTEST_S:
        kept.pop()
    if len(kept) < YOUTUBE_FEWEST or int(kept[0].start_s) != 0:
        return []
    return [f"{_short_time(int(chapter.start_s))} {chapter.title}" for chapter in kept]


def _vtt_time(seconds: Fraction) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def _short_time(seconds: int) -> str:
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes}:{seconds % 60:02d}"
