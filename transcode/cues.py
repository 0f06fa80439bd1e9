"""Words with media times come in, cues go out: what is shown, from when to when, and what is wrong with it.

    turns     a speaker's words until another speaks, or until a pause
    drafts    the cheapest way to cut a turn into cues of at most two lines (clauses.py says what a break costs)
    timed     each cue as long as it takes to read, borrowing free time on both sides

Limits are those of ARD, ORF, SRF and ZDF (37 characters, two lines, 13 to 15 characters a second, at least one second,
a frame between two) and of Netflix (at most 17 characters a second, at most seven seconds).
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from transcode import clauses
from transcode.speech import Word

LINE_LENGTH = 37
SHORTEST_S, LONGEST_S = 1.0, 7.0
PAUSE_S = 0.8  # a silence that a viewer hears as the end of a thought
GAP_S = 0.04  # one frame at 25 a second between two cues, so that the change is seen
READING, FASTEST = 15.0, 17.0  # characters a second: wanted, and at most
EARLY_S, LATE_S = 0.3, 0.4  # how far a start may leave the voice to lend time; seen by nobody, heard by nobody
PRICE = 4.0  # of one more cue: as much as breaking at a conjunction instead of a sentence's end
WITHIN = 12.0  # a sentence that begins inside a cue begins too early on the screen
HASTE = 40.0  # a second that is missing for reading
BORROWED, LENT_S = 10.0, 0.4  # the same where neighbours can probably lend it
UNSURE = 0.5  # a cue whose words are less likely than this on average is worth a look


Cheapest = tuple[float, int, tuple[str, ...]]
"""Up to a word: the price, where its last cue begins, and that cue's lines."""


class Flag(StrEnum):
    """Why a person should look at a cue."""

    FAST = "fast"  # more characters a second than FASTEST
    LATE = "late"  # shown later than LATE_S after its first word
    CUT_SHORT = "cut_short"  # gone before its last word is said: a word longer than LONGEST_S
    NAME = "name"  # a name was written that sounds like what was heard
    LANGUAGE = "language"  # said in another language than the captions'
    UNSURE = "unsure"  # the recogniser was less than UNSURE sure of it


@dataclass(frozen=True, kw_only=True)
class Cue:
    """What is shown from one media time to another; `language` where it is not the captions' own."""

    start_s: float
    end_s: float
    lines: tuple[str, ...]
    speaker: str = ""
    flags: frozenset[Flag] = frozenset()
    language: str = ""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def characters_a_second(self) -> float:
        return len(self.text) / max(self.end_s - self.start_s, 0.001)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A cue's text, and when it is said."""

    words: tuple[Word, ...]
    lines: tuple[str, ...]

    @property
    def needs_s(self) -> float:
        # A millisecond more, since times are rounded to milliseconds in the end.
        return max(SHORTEST_S, len("\n".join(self.lines)) / FASTEST + 0.002)

    @property
    def wants_s(self) -> float:
        return max(SHORTEST_S, len("\n".join(self.lines)) / READING)


def cues(words: Iterable[Word], language: str = "de") -> list[Cue]:
    """Build the cues of all words that are not in doubt, in order of time."""
    spoken = [part for word in words if not word.doubt for part in fitting(word)]
    drafts = [draft for turn in turns(spoken) for draft in cut(turn, turn[0].language or language)]
    return timed(sorted(drafts, key=lambda draft: draft.words[0].start_s))


def fitting(word: Word) -> list[Word]:
    """The word, cut with hyphens where it is longer than a line."""
    text = " ".join(word.word.split())
    if len(text) <= LINE_LENGTH:
        return [replace(word, word=text)] if text else []
    step = LINE_LENGTH - 1
    parts = [text[at : at + step].strip() for at in range(0, len(text), step)]
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


def turns(words: Sequence[Word]) -> list[list[Word]]:
    """Each speaker's words for themselves, cut at pauses and where the language changes.

    Two who speak at once have a turn each.
    """
    found: list[list[Word]] = []
    open_turns: dict[str, list[Word]] = {}
    last = ""
    for word in sorted(words, key=lambda word: word.start_s):
        turn = open_turns.get(word.speaker)
        # Who begins again after somebody else has spoken begins a new turn, unless both speak at once.
        back = turn is not None and last != word.speaker and word.start_s > open_turns[last][-1].end_s
        ended = turn is not None and (turn[-1].language != word.language or word.start_s - turn[-1].end_s >= PAUSE_S)
        if turn is None or back or ended:
            turn = open_turns[word.speaker] = []
            found.append(turn)
        turn.append(word)
        last = word.speaker
    return found


def cut(turn: Sequence[Word], language: str) -> list[Draft]:
    """The cheapest way to cut a turn into cues (dynamic programming over its words)."""
    texts = [word.word for word in turn]
    breaks = [clauses.cost(*pair, language) for pair in itertools.pairwise(texts)] + [0.0]
    best: list[Cheapest] = [(0.0, 0, ()), *[(math.inf, 0, ())] * len(turn)]
    for first in range(len(turn)):
        for after in range(first + 1, len(turn) + 1):
            laid = clauses.laid_out(texts[first:after], language, LINE_LENGTH)
            if laid is None:
                # Two lines may begin to fit again only after one more word, so that the sum alone ends the search.
                if len(" ".join(texts[first:after])) > 2 * LINE_LENGTH + 1:
                    break
                continue
            if after - first > 1 and turn[after - 1].end_s - turn[first].start_s > LONGEST_S:
                break
            price = best[first][0] + 2 * breaks[after - 1] + PRICE + laid[1] / 2 + _haste(turn, first, after, laid[0])
            price += WITHIN * sum(each == clauses.SENTENCE for each in breaks[first : after - 1])
            if price < best[after][0]:
                best[after] = (price, first, laid[0])
    return _walked_back(turn, best)


def _haste(turn: Sequence[Word], first: int, after: int, lines: tuple[str, ...]) -> float:
    """What it costs that a cue would be too short to be read, before its next one begins."""
    until_s = turn[after].start_s - GAP_S if after < len(turn) else turn[after - 1].end_s + PAUSE_S / 2
    needs_s = max(SHORTEST_S, len("\n".join(lines)) / FASTEST)
    missing_s = max(needs_s - (until_s - turn[first].start_s), 0.0)
    return BORROWED * min(missing_s, LENT_S) + HASTE * max(missing_s - LENT_S, 0.0)


def _walked_back(turn: Sequence[Word], best: Sequence[Cheapest]) -> list[Draft]:
    drafts: list[Draft] = []
    after = len(turn)
    while after:
        _, first, lines = best[after]
        drafts.append(Draft(words=tuple(turn[first:after]), lines=lines))
        after = first
    return drafts[::-1]


def timed(drafts: Sequence[Draft]) -> list[Cue]:
    """Give every cue the time it needs: free time first, then a little of its neighbours', then a flag."""
    if not drafts:
        return []
    voices = _voices(drafts)
    starts = _lent(drafts, voices)
    done: list[Cue] = []
    free_ms = 0
    for n, draft in enumerate(drafts):
        start_ms = max(round(starts[n] * 1000), free_ms)
        said_ms = round(draft.words[-1].end_s * 1000)
        after_ms = round(starts[n + 1] * 1000) if n + 1 < len(drafts) else math.inf
        end_ms = _end(draft, start_ms, said_ms, after_ms - round(GAP_S * 1000))
        done.append(_cue(draft, start_ms, end_ms, said_ms, voices[n]))
        free_ms = end_ms + round(GAP_S * 1000)
    return done


def _voices(drafts: Sequence[Draft]) -> list[float]:
    """When each cue is due: at its first word; who interrupts is shown when the sentence before is over."""
    voices: list[float] = []
    for before, draft in zip((None, *drafts), drafts, strict=False):
        voice = max(draft.words[0].start_s, 0.0)
        if before is not None and before.words[0].speaker != draft.words[0].speaker:
            voice = max(voice, min(before.words[-1].end_s, voice + LONGEST_S))
        voices.append(max(voice, voices[-1]) if voices else voice)
    return voices


def _lent(drafts: Sequence[Draft], voices: Sequence[float]) -> list[float]:
    """Starts, moved by at most EARLY_S or LATE_S, so that as many cues as possible have the time they need.

    From the end: no later than leaves time for all that follow. From the start: no sooner than those before allow.
    """
    latest = [math.inf] * (len(drafts) + 1)
    for n in reversed(range(len(drafts))):
        latest[n] = max(min(voices[n] + LATE_S, latest[n + 1] - GAP_S - drafts[n].needs_s), voices[n] - EARLY_S, 0.0)
    starts: list[float] = []
    for n, voice in enumerate(voices):
        soonest = starts[-1] + drafts[n - 1].needs_s + GAP_S if starts else 0.0
        starts.append(max(min(voice, latest[n]), min(soonest, voice + LATE_S)))
    return starts


def _end(draft: Draft, start_ms: int, said_ms: int, free_until_ms: float) -> int:
    wanted_ms = max(said_ms, start_ms + math.ceil(draft.wants_s * 1000))
    end_ms = min(wanted_ms, free_until_ms, start_ms + LONGEST_S * 1000)
    return int(max(end_ms, start_ms + SHORTEST_S * 1000))


def _cue(draft: Draft, start_ms: int, end_ms: int, said_ms: int, voice_s: float) -> Cue:
    cue = Cue(
        start_s=start_ms / 1000,
        end_s=end_ms / 1000,
        lines=draft.lines,
        speaker=draft.words[0].speaker,
        language=draft.words[0].language,
    )
    sure = sum(word.probability for word in draft.words) / len(draft.words)
    wrong = {
        Flag.FAST: round(cue.characters_a_second, 2) > FASTEST,
        Flag.LATE: cue.start_s - voice_s > LATE_S + 0.001,
        Flag.CUT_SHORT: said_ms > end_ms and end_ms - start_ms >= LONGEST_S * 1000,
        Flag.NAME: any(word.heard for word in draft.words),
        Flag.LANGUAGE: bool(cue.language),
        Flag.UNSURE: sure < UNSURE,
    }
    return replace(cue, flags=frozenset(flag for flag, true in wrong.items() if true))
