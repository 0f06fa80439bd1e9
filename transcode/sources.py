"""A timeline comes in; whose sound is to be heard from when to when, in which file, goes out. Pure.

    never       what was cut, and what is covered because somebody may not be in it
    audible     who was on air and heard: not muted, not hidden, in no slide, and nothing of the above
    placed      where each person's track lies in media time, by the clock events
    sources     each person's tracks where they were audible; the mix where somebody audible has no track

What is not in a source is silence to the recogniser: what was cut, covered or muted cannot be heard by construction.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.consent import Output
from ingest.live.output.withheld import MARGIN_TICKS, Refused, Stretch, appearances, dark, joined
from ingest.live.room.standing import Standing
from ingest.people import SCREEN
from ingest.timeline import Event, Kind, tick_duration
from transcode.voice import Stretch as Seconds

BEYOND_S = 1.5
"""A clock event is written each second: so far before the first and after the last of them a track goes on at most."""
UNTRACKED_S = 0.7
"""A track begins with a keyframe, which takes half a second; the mix is heard where more than this is missing."""
WIDER_S = 1.0
"""The mix is heard so much around what is missing, so that no word begins with its middle; see `overlaps.filled`."""
Turn = tuple[str, int]
"""A person and the number of one of their tracks."""
Point = tuple[float, float]
"""A time in a file, and media time, in seconds."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file and the media time in which it is to be heard.

    `who`: whose voice it is, by stretch of media time; nobody where several may speak. `part` 0 is the mix. `points`
    say where the file's times lie in media time; none where they are the same.
    """

    person: str = ""
    part: int = 0
    heard: tuple[Seconds, ...]
    who: tuple[tuple[Seconds, str], ...] = ()
    points: tuple[Point, ...] = ()

    @property
    def mixed(self) -> bool:
        return self.part == 0

    def media_s(self, file_s: float) -> float:
        """The media time of a time in the file."""
        return moved(self.points, file_s)

    def file_s(self, media_s: float) -> float:
        """Where a media time lies in the file."""
        return moved([(media, file) for file, media in self.points], media_s)


def moved(points: Sequence[Point], at_s: float) -> float:
    """A time on the other clock: between two points in proportion, beyond them at the same speed."""
    if not points:
        return at_s
    after = bisect_right(points, (at_s, float("inf")))
    if after in (0, len(points)):
        here, there = points[min(after, len(points) - 1)]
        return there + at_s - here
    (start, start_there), (end, end_there) = points[after - 1], points[after]
    return start_there + (at_s - start) * (end_there - start_there) / (end - start)


def placed(events: Sequence[Event]) -> dict[Turn, tuple[Point, ...]]:
    """Where each track's sound lies in media time, by person and part; a clock that goes back is left out."""
    tick_s = float(tick_duration(list(events)))
    found: dict[Turn, list[Point]] = {}
    for event in events:
        if event.kind is Kind.CLOCK and event.values["track"] == "audio":
            points = found.setdefault((str(event.values["person"]), int(event.values.get("part", 1))), [])
            point = event.values["rtp"] / event.values["clock_rate"], event.tick * tick_s
            if not points or (point[0] > points[-1][0] and point[1] > points[-1][1]):
                points.append(point)
    return {turn: tuple(points) for turn, points in found.items()}


def cuts(events: Iterable[Event], end: int) -> list[Stretch]:
    """What was cut from the broadcast, in ticks; a cut that lasts ends at `end`."""
    found: list[Stretch] = []
    since: int | None = None
    for event in events:
        if event.kind is Kind.CUT:
            since = event.values["from"] if event.values["on"] else None
            if not event.values["on"]:
                found.append(Stretch(event.values["from"], event.values["until"]))
    return found if since is None else [*found, Stretch(since, end)]


def on_air(events: Iterable[Event], end: int) -> dict[str, list[Stretch]]:
    """Who was on air and heard, in ticks: neither muted nor hidden, with a connection, and in no slide."""
    standing, silent = Standing(), set[str]()
    since: dict[str, int] = {}
    found: dict[str, list[Stretch]] = {}

    def settle(tick: int) -> None:
        heard = _heard(standing) - silent
        for person in since.keys() - heard:
            found.setdefault(person, []).append(Stretch(since.pop(person), tick))
        for person in heard - since.keys():
            since[person] = tick

    for event in events:
        if event.kind is Kind.CLOCK:
            continue
        if event.kind in (Kind.GAP, Kind.VISIBLE):
            lost = event.kind is Kind.GAP and event.values["on"]
            (silent.add if lost else silent.discard)(str(event.values["person"]))
        standing = standing.after(event.kind, event.values)
        settle(event.tick)
    standing = Standing()
    settle(end)
    return {person: [each for each in stretches if each.start < each.end] for person, stretches in found.items()}


def _heard(standing: Standing) -> set[str]:
    if standing.slide is not None:
        return set()
    people = {person for person in standing.visible if not person.endswith(SCREEN)}
    return people - standing.silent - standing.away


def never(
    events: Sequence[Event], end: int, refuse: Refused | None = None, covered: Sequence[Stretch] = ()
) -> list[Seconds]:
    """What captions may hold of nobody, in seconds of media time: cut from the broadcast, or slide and silence.

    `covered`: ticks that are dark in the recording, beside what follows from the timeline and `refuse`.
    """
    found = appearances(events, end, refuse)
    away = [*dark(found, Output.CAPTIONS), *dark(found, Output.RECORDING), *covered]
    away += [Stretch(max(0, each.start - MARGIN_TICKS), each.end + MARGIN_TICKS) for each in cuts(events, end)]
    return _seconds(joined(away), events)


def audible(events: Sequence[Event], end: int, never: Sequence[Seconds]) -> dict[str, list[Seconds]]:
    """Who may be heard in captions, in seconds of media time."""
    heard = {person: without(_seconds(each, events), never) for person, each in on_air(events, end).items()}
    return {person: stretches for person, stretches in heard.items() if stretches}


def _seconds(stretches: Iterable[Stretch], events: Sequence[Event]) -> list[Seconds]:
    tick_s = float(tick_duration(list(events)))
    return [Seconds(start_s=each.start * tick_s, end_s=each.end * tick_s) for each in stretches]


def sources(
    heard: Mapping[str, Sequence[Seconds]], tracks: Mapping[Turn, Sequence[Point]], never: Sequence[Seconds] = ()
) -> list[Source]:
    """Each person's tracks where they are audible, then the mix where somebody audible has none."""
    found: list[Source] = []
    missing: list[tuple[Seconds, str]] = []
    for person, stretches in sorted(heard.items()):
        left = list(stretches)
        for part, span in spans({part: points for (whose, part), points in tracks.items() if whose == person}).items():
            inside = within(stretches, [span])
            left = without(left, [span])
            if inside:
                who = tuple((each, person) for each in inside)
                points = tuple(tracks[person, part])
                found.append(Source(person=person, part=part, heard=tuple(inside), who=who, points=points))
        missing += [(each, person) for each in left if each.length_s >= UNTRACKED_S]
    return [*found, *_mix(missing, never)]


def spans(parts: Mapping[int, Sequence[Point]]) -> dict[int, Seconds]:
    """The media time of each of a person's tracks, none of which runs into the next."""
    found: dict[int, Seconds] = {}
    for part, points in sorted(parts.items(), key=lambda each: each[1][0][1]):
        # Nothing lies before the beginning of a file.
        start_s = max(
            points[0][1] - min(BEYOND_S, points[0][0]), max((each.end_s for each in found.values()), default=0)
        )
        later = [other[0][1] - min(BEYOND_S, other[0][0]) for other in parts.values() if other[0][1] > points[0][1]]
        end_s = min([points[-1][1] + BEYOND_S, *later])
        if start_s < end_s:
            found[part] = Seconds(start_s=start_s, end_s=end_s)
    return found


def _mix(missing: Sequence[tuple[Seconds, str]], never: Sequence[Seconds]) -> list[Source]:
    """The mix as a source; where more than one has no track, nobody knows who speaks."""
    if not missing:
        return []
    who: list[tuple[Seconds, str]] = []
    for start_s, end_s in pairwise(sorted({time for each, _ in missing for time in (each.start_s, each.end_s)})):
        people = {person for each, person in missing if each.start_s < end_s and start_s < each.end_s}
        if people:
            who.append((Seconds(start_s=start_s, end_s=end_s), people.pop() if len(people) == 1 else ""))
    wider = [Seconds(start_s=max(each.start_s - WIDER_S, 0.0), end_s=each.end_s + WIDER_S) for each, _ in missing]
    return [Source(heard=tuple(without(together(wider), never)), who=tuple(who))]


def together(stretches: Iterable[Seconds]) -> list[Seconds]:
    """In order, those that touch made one."""
    kept: list[Seconds] = []
    for each in sorted(stretches):
        if kept and each.start_s <= kept[-1].end_s:
            kept[-1] = Seconds(start_s=kept[-1].start_s, end_s=max(kept[-1].end_s, each.end_s))
        else:
            kept.append(each)
    return kept


def within(stretches: Iterable[Seconds], bounds: Sequence[Seconds]) -> list[Seconds]:
    """What of the stretches lies in one of `bounds`."""
    found = []
    for each in stretches:
        for bound in bounds:
            start_s, end_s = max(each.start_s, bound.start_s), min(each.end_s, bound.end_s)
            if start_s < end_s:
                found.append(Seconds(start_s=start_s, end_s=end_s))
    return sorted(found)


def without(stretches: Iterable[Seconds], away: Iterable[Seconds]) -> list[Seconds]:
    """What of the stretches lies in none of `away`."""
    left = list(stretches)
    for gone in away:
        pieces = []
        for each in left:
            pieces.append(Seconds(start_s=each.start_s, end_s=min(each.end_s, gone.start_s)))
            pieces.append(Seconds(start_s=max(each.start_s, gone.end_s), end_s=each.end_s))
        left = [each for each in pieces if each.start_s < each.end_s]
    return sorted(left)
