"""Cues and changes to them come in, the cues after these changes go out: what the caption editor works on. Pure.

A change takes passages away and puts others in their place. Every act of an editor is one: another text, other times,
split, joined, left out, replaced everywhere; and so is its undoing. Each passage carries the name of the change that
made it as it is, and a change says which of these it has seen. So two people at once cannot overwrite each other: who
comes second is told, and nothing of theirs is done.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

TEXT_LENGTH, LINES, SPEAKER_LENGTH = 400, 8, 80
"""Far outside the rules that the linter knows: what is here is refused, because no page could show it."""
SHORTEST_MS = 40  # one frame
LATEST_MS = 24 * 3_600_000
AT_ONCE = 5000
"""Passages in one change: a word replaced in a whole day of talk."""
NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Kind(StrEnum):
    """What somebody did, for the list of changes; what becomes of it does not depend on it."""

    TEXT = "text"
    TIMES = "times"
    SPEAKER = "speaker"
    SPLIT = "split"
    JOIN = "join"
    OUT = "out"  # not shown any more, or never was, because it was probably not said
    IN = "in"
    CHECKED = "checked"  # looked at, and right as it is
    REPLACED = "replaced"
    UNDO = "undo"
    REDO = "redo"


class Refused(ValueError):
    """A change that is not made; the message says why."""


class Overtaken(Refused):
    """Somebody else has changed one of its passages since."""


class Overlaps(Refused):
    """Two passages would be shown at once."""


class Unreadable(Refused):
    """It is no change: something is missing, or is no text, number or name."""


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """Why a person should look at a passage: `kind` is left_out, name or unsure; `heard` what was there instead."""

    kind: str
    word: str
    heard: str = ""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A cue as people work on it. Times are milliseconds of media time; `text` has its lines parted by newlines.

    `out`: kept, and not shown. `checked`: somebody has looked at it. `hand`: somebody has changed it. `language`: where
    it is not the captions' own. `seen`: which change made it as it is.
    """

    id: str
    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""
    out: bool = False
    checked: bool = False
    hand: bool = False
    doubts: tuple[Doubt, ...] = ()
    language: str = ""
    seen: str = ""

    def values(self) -> dict[str, Any]:
        """As it is stored and sent; what is usual is left out."""
        found: dict[str, Any] = {"id": self.id, "start_ms": self.start_ms, "end_ms": self.end_ms, "text": self.text}
        found |= {"speaker": self.speaker} if self.speaker else {}
        found |= {"language": self.language} if self.language else {}
        found |= {name: True for name in ("out", "checked", "hand") if getattr(self, name)}
        if self.doubts:
            found["doubts"] = [{"kind": each.kind, "word": each.word, "heard": each.heard} for each in self.doubts]
        return found | ({"seen": self.seen} if self.seen else {})


Passages = Mapping[str, Passage]


@dataclass(frozen=True, kw_only=True)
class Change:
    """`takes`: which passages go, and which change had made each as it was seen; `puts`: what comes instead."""

    id: str
    kind: Kind
    takes: Mapping[str, str] = field(default_factory=dict)
    puts: tuple[Passage, ...] = ()

    def values(self) -> dict[str, Any]:
        return {"takes": dict(self.takes), "puts": [each.values() for each in self.puts]}


def in_order(passages: Passages) -> list[Passage]:
    """All of them by their time; what is shown before what is left out."""
    return sorted(passages.values(), key=lambda each: (each.start_ms, each.out, each.end_ms, each.id))


def shown(passages: Passages) -> list[Passage]:
    """What the public may read, in order."""
    return [each for each in in_order(passages) if not each.out]


def named(passages: Iterable[Passage]) -> dict[str, Passage]:
    return {each.id: each for each in passages}


def made(passages: Passages, change: Change) -> dict[str, Passage]:
    """The passages after one change that was checked before."""
    kept = {id: each for id, each in passages.items() if id not in change.takes}
    return kept | {each.id: replace(each, seen=change.id) for each in change.puts}


def replayed(base: Iterable[Passage], changes: Iterable[Change]) -> dict[str, Passage]:
    """The passages after all changes, each of which was checked when it was made."""
    passages = named(base)
    for change in changes:
        for id in change.takes:
            passages.pop(id, None)
        passages |= {each.id: replace(each, seen=change.id) for each in change.puts}
    return passages


def apply(passages: Passages, change: Change) -> dict[str, Passage]:
    """The passages after a change. Raises Overtaken, Overlaps, Unreadable; then nothing of it is made."""
    for id, seen in change.takes.items():
        if id not in passages or passages[id].seen != seen:
            raise Overtaken(id)
    for each in change.puts:
        if each.id in passages and each.id not in change.takes:
            raise Overtaken(each.id)
    if len({each.id for each in change.puts}) < len(change.puts):
        raise Unreadable("two passages have the same name")
    after = made(passages, change)
    _check_times(passages, after, change)
    return after


def _check_times(before: Passages, after: Passages, change: Change) -> None:
    """What was not there before may not be: two passages at one time. Raises Overlaps."""
    touched = {each.id for each in change.puts if not each.out and _moved(before.get(each.id), each)}
    if not touched:
        return
    line = shown(after)
    for one, other in pairwise(line):
        if one.end_ms > other.start_ms and (one.id in touched or other.id in touched):
            raise Overlaps(other.id)


def _moved(before: Passage | None, after: Passage) -> bool:
    return before is None or (before.start_ms, before.end_ms, before.out) != (after.start_ms, after.end_ms, after.out)


# Reading what comes from a page, or from a row


def change_of(values: Mapping[str, Any]) -> Change:
    """A change as a page sends it. Raises Unreadable."""
    try:
        kind = Kind(values["kind"])
        takes = {_name(id): str(seen) for id, seen in dict(values["takes"]).items()}
        puts = tuple(passage_of(each) for each in list(values["puts"]))
        id = _name(values["id"])
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(str(error)) from error
    if len(puts) > AT_ONCE or len(takes) > AT_ONCE or not (puts or takes):
        raise Unreadable(f"a change of {len(puts)} passages")
    return Change(id=id, kind=kind, takes=takes, puts=puts)


def stored_change(id: str, kind: str, content: str) -> Change:
    """A change as it was stored."""
    values = json.loads(content)
    puts = tuple(stored_passage(each) for each in values.get("puts", ()))
    return Change(id=id, kind=Kind(kind), takes=values.get("takes", {}), puts=puts)


def stored_passage(values: Mapping[str, Any]) -> Passage:
    """A passage as it was stored."""
    doubts = tuple(Doubt(**each) for each in values.get("doubts", ()))
    return Passage(**{**values, "doubts": doubts})


def passage_of(values: Mapping[str, Any]) -> Passage:
    """A passage as a page sends it, its words put in order. Raises Unreadable."""
    text, speaker = tidy(str(values["text"])), tidy(str(values.get("speaker", ""))).replace("\n", " ")
    start_ms, end_ms = values["start_ms"], values["end_ms"]
    language = _name(values["language"]) if values.get("language") else ""
    if not (type(start_ms) is int and type(end_ms) is int and 0 <= start_ms <= end_ms - SHORTEST_MS < LATEST_MS):
        raise Unreadable(f"from {start_ms!r} to {end_ms!r} is no time")
    if not text or len(text) > TEXT_LENGTH or text.count("\n") >= LINES or len(speaker) > SPEAKER_LENGTH:
        raise Unreadable("no text, or too long a one")
    doubts = tuple(
        Doubt(**{name: str(each.get(name, ""))[:TEXT_LENGTH] for name in ("kind", "word", "heard")})
        for each in list(values.get("doubts", ()))[:50]
    )
    return Passage(
        id=_name(values["id"]),
        start_ms=start_ms,
        end_ms=end_ms,
        text=text,
        speaker=speaker,
        doubts=doubts,
        language=language,
        out=values.get("out") is True,
        checked=values.get("checked") is True,
        hand=values.get("hand") is True,
    )


def tidy(text: str) -> str:
    """Lines without blanks around them, without empty ones, and without what nobody sees.

    The arrow of caption files becomes one of print: SubRip has no way to write it as text.
    """
    text = "".join(each for each in text if each == "\n" or each == "\t" or unicodedata.category(each) not in UNSEEN)
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(line for line in lines if line).replace("-->", "→")


UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control and format characters; a soft hyphen or a mark of direction in captions only makes trouble."""


def _name(value: Any) -> str:
    if not (isinstance(value, str) and NAME.fullmatch(value)):
        raise Unreadable(f"{value!r} is no name")
    return value


# Who looks for a word in all of it


def changed_since(passages: Sequence[Passage], names: Iterable[str]) -> list[Passage]:
    """Those that one of these changes made as they are."""
    wanted = frozenset(names)
    return [each for each in passages if each.seen in wanted]
