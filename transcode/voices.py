"""A timeline and what rows say come in; whose words a voice is, and what was typed, go out as words for the captions.

An interpreter's words carry the name of the person they spoke for at that moment, with a note that they were
interpreted; a line that was typed is a turn of its own, from the moment it was shown. Both stand in the voice's name,
"Chris (interpreted)", and not in a class of it: every player, SubRip and the transcript show a name or nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ingest.consent import Output
from ingest.live.output.withheld import Refused, appearances, dark, within
from ingest.timeline import Event, Kind, tick_duration
from transcode.sources import cuts
from transcode.speech import Word

READ = 15.0  # characters a second of a typed line, as of subtitles
LONGEST_S = 14.0  # of one typed line: 200 characters at that speed
NAMED = "{}"  # where the name stands in a label


@dataclass(frozen=True, kw_only=True)
class Labels:
    """How a name is written whose words were interpreted, or typed."""

    interpreted: str = NAMED
    typed: str = NAMED


@dataclass(frozen=True, kw_only=True)
class Voices:
    """`names`: what may be shown of whom, by person; `changes`: by interpreter, from which second for whom.

    `typed`: the lines that were shown, as words with their voice.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Sequence[tuple[float, str | None]]] = field(default_factory=dict)
    labels: Labels = Labels()
    typed: Sequence[Word] = ()

    def name(self, person: str, at_s: float) -> str:
        """Whose words it is when this person is heard, as captions show it; "" for somebody who is not known."""
        whom = None
        for since_s, each in self.changes.get(person, ()):
            whom = each if since_s <= at_s else whom
        if whom is None or whom not in self.names:
            return self.names.get(person, "")
        return self.labels.interpreted.replace(NAMED, self.names[whom])

    def spoken(self, words: Sequence[Word]) -> list[Word]:
        """The words with names: whoever hears each track for itself gives the person's id as the speaker.

        Typed lines are put in where they were shown.
        """

        def named(word: Word) -> Word:
            return replace(word, speaker=self.name(word.speaker, word.start_s)) if word.speaker else word

        return sorted([*map(named, words), *self.typed], key=lambda word: word.start_s)

    def values(self, known: bool = False) -> dict[str, Any]:
        """What captions depend on, for their key; `known`: whether it is known who speaks. Else only what was typed."""
        found: dict[str, Any] = {"typed": [word.values() for word in self.typed]} if self.typed else {}
        if self.changes:
            found["voices"] = {person: [list(each) for each in said] for person, said in self.changes.items()}
        if self.changes or known:
            found["names"] = [dict(self.names), self.labels.interpreted]
        return found


def voices(
    events: Sequence[Event],
    *,
    names: Mapping[str, str],
    texts: Mapping[str, str],
    labels: Labels,
    end: int,
    refuse: Refused | None = None,
) -> Voices:
    """What a timeline says. `texts`: the words of typed lines by their ids; `refuse`: what rows say and it may not."""
    tick_s = float(tick_duration(list(events)))
    changes: dict[str, list[tuple[float, str | None]]] = {}
    for event in events:
        if event.kind is Kind.SPEAKS_FOR:
            changes.setdefault(event.values["person"], []).append((event.tick * tick_s, event.values["whom"]))
        elif event.kind is Kind.VISIBLE and not event.values["on"] and event.values["person"] in changes:
            changes[event.values["person"]].append((event.tick * tick_s, None))
    shown: list[Word] = []
    for number, event in enumerate(events):
        if event.kind is Kind.TYPED and event.values["line"] in texts:
            person, tick = event.values["person"], _seen_at(number, events, end)
            if tick is not None and not _refused(person, tick, events, end, refuse):
                speaker = labels.typed.replace(NAMED, names.get(person, ""))
                shown += typed_words(texts[event.values["line"]], speaker, tick * tick_s)
    return Voices(names=names, changes=changes, labels=labels, typed=shown)


def typed_words(text: str, speaker: str, from_s: float) -> list[Word]:
    """A line as if it were said at the speed at which it is read."""
    words = text.split()
    total = sum(len(word) + 1 for word in words)
    length_s = min(total / READ, LONGEST_S)
    found: list[Word] = []
    before = 0
    for word in words:
        start_s = from_s + length_s * before / total
        before += len(word) + 1
        end_s = from_s + length_s * before / total
        found.append(
            Word(word=word, probability=1.0, speaker=speaker, start_s=round(start_s, 3), end_s=round(end_s, 3))
        )
    return found


def _seen_at(number: int, events: Sequence[Event], end: int) -> int | None:
    """From which tick the public saw a typed line: behind a cut, if it still stood there; None when it never did."""
    person, start = events[number].values["person"], events[number].tick
    off = next((event.tick for event in events[number + 1 :] if _ends(event, person)), end)
    for cut in cuts(events, end):
        if cut.start <= start < cut.end:
            start = cut.end
    return start if start < off else None


def _ends(event: Event, person: str) -> bool:
    """Whether a typed line of somebody is taken off, or another one takes its place."""
    gone = event.kind is Kind.VISIBLE and event.values["person"] == person and not event.values["on"]
    return gone or event.kind is Kind.TYPED


def _refused(person: str, tick: int, events: Sequence[Event], end: int, refuse: Refused | None) -> bool:
    """Whether captions may hold nothing of somebody at this moment."""
    theirs = [each for each in appearances(events, end, refuse) if each.person == person]
    return within(dark(theirs, Output.CAPTIONS), tick, tick + 1)
