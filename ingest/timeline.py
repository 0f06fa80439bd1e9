"""Events of a room come in, `timeline.jsonl` goes out; read back, it says everything that changed a tick.

Media time counts ticks of the programme; a tick lasts `tick_duration` seconds (a fraction, 1/30 by default).
One JSON object a line: `{"tick": 450, "kind": "on_air", "question": "…", "command": "…"}`. The first line is
`begin` (tick 0, `tick_duration`, wall time). Ids only; names and wordings live in rows and cards.
Appended and fsynced line by line; a torn last line is dropped when the file is opened again. Only `resumed` may
have an earlier tick than the line before it: with a broadcast delay, what had not left it is lost in a crash.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any


class Kind(Enum):
    """What may happen in a programme. The fields each carries are in brackets."""

    BEGIN = "begin"  # tick_duration, width, height, bitrate, preset, wall
    RESUMED = "resumed"  # died (wall), wall; the child that died stopped at the tick before; see `settled`
    SCENE = "scene"  # name, people (ids, in order of their places)
    SPEAKER = "speaker"  # person, or None: who speaks, large in the scenes "auto" and "screen"
    VISIBLE = "visible"  # person, on (bool), guest (came to ask): in the programme's picture and sound
    PINNED = "pinned"  # person, on, why ("interprets" | "signs"): has a large tile in every scene
    SPEAKS_FOR = "speaks_for"  # person (interprets), whom or None, by ("staff" | "rule"): whose words their voice is
    TYPED = "typed"  # person, line (id of what they wrote, shown below the picture from now on) or None; ends off air
    GAIN = "gain"  # person, db
    MUTE = "mute"  # person, on, own (true: by themself; each is taken back by who did it)
    CAMERA = "camera"  # person, on: switched off by themself, their tile is a name card and they are heard
    AWAY = "away"  # person, on: their tile is a name card and they are silent, until they are back
    LOST = "lost"  # people (ids of hosts left out of the picture: nothing comes of them), waits (slide: in a moment)
    GAP = "gap"  # person, on: no RTP of an on-air person for 2 s
    CLOCK = "clock"  # person, track ("audio" | "video"), rtp, clock_rate, part: RTP time at this tick
    CARD = "card"  # person or question, digest
    ON_AIR = "on_air"  # question
    ANSWERED = "answered"  # question
    TAKE_BACK = "take_back"  # question: was on air by mistake and is not counted; again: on air as before, or None
    MARK = "mark"  # by, reason, back_s: begins so many seconds before this tick
    CUT = "cut"  # on, from (tick, may lie before this event), until (tick, when it goes on), by, sealed
    CONSENT = "consent"  # person, scopes
    CLOSING = "closing"  # wall, undo_s: the slide goes out; so long the end can be taken back
    REOPENED = "reopened"  # by: the end was taken back, everything is as it was before `closing`
    ENDING = "ending"  # wall; the last tick was made, what the broadcast delay holds still goes out
    END = "end"  # wall


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of a timeline: what happened at `tick`."""

    tick: int
    kind: Kind
    command: str | None = None
    values: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """The event as one line of JSON, with its newline."""
        head: dict[str, Any] = {"tick": self.tick, "kind": self.kind.value}
        if self.command:
            head["command"] = self.command
        return json.dumps(head | self.values, ensure_ascii=False, separators=(",", ":")) + "\n"


def parse(line: str) -> Event:
    """Read one line back. Raises ValueError when it is not a timeline event."""
    try:
        values = json.loads(line)
        tick, kind = int(values.pop("tick")), Kind(values.pop("kind"))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"not a timeline event: {line[:200]!r}") from error
    return Event(tick=tick, kind=kind, command=values.pop("command", None), values=values)


def read(path: Path) -> list[Event]:
    """All whole events of a timeline; a torn last line is left out, a broken one before it is an error."""
    return settled(_whole_events(path))


def settled(events: Iterable[Event]) -> list[Event]:
    """The events as media time has them, never going back: what was in the broadcast delay in a crash was lost.

    An event from beyond the tick at which the next process went on happened for the programme at that tick.
    """
    kept: list[Event] = []
    for event in events:
        if event.kind is Kind.RESUMED:
            kept = [_moved(each, event.tick) for each in kept if each.tick <= event.tick or each.kind is not Kind.CLOCK]
        kept.append(event)
    return kept


def _moved(event: Event, most: int) -> Event:
    if event.tick <= most and event.kind is not Kind.CUT:
        return event
    bounds = {name: min(event.values[name], most) for name in ("from", "until") if name in event.values}
    return replace(event, tick=min(event.tick, most), values=event.values | bounds)


def _whole_events(path: Path) -> Iterator[Event]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                yield parse(line)


def tick_duration(events: list[Event]) -> Fraction:
    """Seconds of a tick, from the `begin` event. Raises ValueError when the timeline does not begin."""
    if not events or events[0].kind is not Kind.BEGIN:
        raise ValueError("the timeline does not begin with a begin event")
    return Fraction(events[0].values["tick_duration"])


def seconds(events: list[Event], event: Event) -> Fraction:
    """Media time of an event in seconds."""
    return event.tick * tick_duration(events)


class Writer:
    """Appends to a timeline; holds one open file. Ticks go back to no event but `resumed`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        _drop_torn_line(path)
        self.events: list[Event] = read(path) if path.exists() else []
        self._file = path.open("a", encoding="utf-8")

    def append(self, kind: Kind, tick: int, *, command: str | None = None, **values: Any) -> Event:
        """Write one event to the disk. Raises ValueError when `tick` lies before the last one."""
        if self.events and tick < self.events[-1].tick and kind is not Kind.RESUMED:
            raise ValueError(f"media time would go back from {self.events[-1].tick} to {tick}")
        event = Event(tick=tick, kind=kind, command=command, values=values)
        self._file.write(event.line())
        self._file.flush()
        os.fsync(self._file.fileno())
        self.events.append(event)
        if kind is Kind.RESUMED:
            self.events = settled(self.events)
        return event

    def applied(self) -> set[str]:
        """Ids of the commands that this timeline already holds."""
        return {event.command for event in self.events if event.command}

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _drop_torn_line(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb+") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            file.truncate(whole)
            os.fsync(file.fileno())
