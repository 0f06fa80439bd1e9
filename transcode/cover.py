"""A recording and what people refuse by now come in; it is covered where it has to be, and what was made of it goes.

The room covers while it records, and at the end; this is for what was said after that, and makes sure of the rest.
"""

import shutil
from collections.abc import Collection, Iterable
from functools import partial
from pathlib import Path

from sqlalchemy.engine import Connection

from ingest import archive, consent, store, timeline
from ingest.live.mix.cards import Cards
from ingest.live.mix.video import Encoder
from ingest.live.output.dark import Curtain, OtherSettings
from ingest.live.output.hiding import Hiding, untracked
from ingest.live.output.withheld import Refused, appearances
from ingest.people import Scope
from ingest.settings import Settings
from ingest.steps import Permanent
from ingest.timeline import Event, Kind
from transcode import made, stretches

NAMED_BY = frozenset({Scope.LIVE, Scope.RECORDING, Scope.NAME})
KEPT = frozenset({"stretches"})
"""Of the renditions, what is looked at one by one; all others hold the whole length."""


def refused(connection: Connection, office_hour: str) -> dict[str, frozenset[Scope]]:
    """By person: what they refuse now. Who acts in office and was never asked refuses nothing."""
    said = store.consents_in(connection, office_hour)
    people = store.persons_of(connection, office_hour)
    return {person.id: consent.ALL - consent.given(said.get(person.id, ()), person.role) for person in people}


def topics(connection: Connection, office_hour: str) -> dict[str, str]:
    """By person: the line in which they said what it is about, which stands on their dark segments."""
    return {seat.person: seat.topic for seat in store.seats_of(connection, office_hour)}


def cover(
    room: archive.Room, edition: int, refuse: Refused, asked: dict[str, str], words: str, footer: str
) -> set[int]:
    """Cover the recording; the numbers of all dark segments. Raises Permanent when ours would not decode in it."""
    events = events_of(room)
    hiding = Hiding(
        room,
        lambda: curtain(room, edition, events),
        frame_rate=frame_rate(events),
        window=0,
        kept=True,
    )
    hiding.title, hiding.topics, hiding.footer = words, asked, footer
    try:
        return hiding.finish(events, end_of(events), refuse)
    except OtherSettings as error:
        raise Permanent(f"the recording cannot be covered, withdraw it: {error}") from error


def without_track(room: archive.Room, refuse: Refused) -> set[str]:
    """Of whom no track may be kept; a worker of an archive in an object store has none of them in its folder."""
    events = events_of(room)
    return untracked(appearances(events, end_of(events), refuse))


def drop_cards(room: archive.Room, refuse: Refused) -> None:
    """Erase the drawn names of those who may not be seen or named in the recording."""
    digests: dict[bool, set[str]] = {True: set(), False: set()}
    for event in events_of(room):
        if event.kind is Kind.CARD and "person" in event.values:
            scopes = refuse.get(str(event.values["person"]), frozenset())
            digests[bool(NAMED_BY.intersection(scopes))].add(str(event.values["digest"]))
    for digest in digests[True] - digests[False]:  # two people may have the same name
        room.card(digest).unlink(missing_ok=True)


def events_of(room: archive.Room) -> list[Event]:
    """The timeline. Raises Permanent when it cannot be read."""
    try:
        return timeline.read(room.timeline)
    except (OSError, ValueError) as error:
        raise Permanent(f"the timeline {room.timeline} cannot be read: {error}") from error


def frame_rate(events: list[Event]) -> int:
    return int(1 / timeline.tick_duration(events))


def end_of(events: list[Event]) -> int:
    """The tick after the last one."""
    return max(event.tick for event in events) + 1


def curtain(room: archive.Room, edition: int, events: list[Event]) -> Curtain:
    """What makes dark segments with the encoder settings of the broadcast. Raises OtherSettings."""
    begin, ours = events[0].values, Settings()
    size = {"width": int(begin["width"]), "height": int(begin["height"]), "frame_rate": frame_rate(events)}
    bitrate, preset = int(begin.get("bitrate", ours.video_bitrate)), str(begin.get("preset", ours.video_preset))
    made_by = Curtain(partial(Encoder, **size, bitrate=bitrate, preset=preset), Cards(room.cards), **size)
    made_by.check(room.programme(edition))
    return made_by


def forget(room: archive.Room, dark: Collection[int]) -> None:
    """Remove what was made of the recording before: it is made again, the stretches that did not change are kept."""
    for each in _all_in(room.rendition("")):
        if each.name not in KEPT:
            _remove(each)
    for folder in (room.captions("xx").parent, room.heard("xx").parent, room.poster.parent):
        for each in _all_in(folder):
            _remove(each)
    for number in _stretches_with(room, dark):
        folder = stretches.folder_of(room, number)
        made.receipt(folder).unlink(missing_ok=True)
        _remove(folder)


def _stretches_with(room: archive.Room, dark: Collection[int]) -> list[int]:
    try:
        plan = stretches.read_plan(room)
    except stretches.NoPlan:
        return []
    return [n for n in range(len(plan.counts)) if _touches(plan.segments(n), dark)]


def _touches(which: slice, numbers: Iterable[int]) -> bool:
    """Segments count from 1."""
    return any(which.start <= number - 1 < which.stop for number in numbers)


def _all_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
