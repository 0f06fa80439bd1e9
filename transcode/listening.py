"""A room's folder and what rows say come in; every piece of its sound is heard once, and its words go out.

pieces_of   what is to be heard: tracks and mix by the timeline, or the whole mix of what was uploaded
hear        hear those of which nothing is kept
said        the words of all of them, each once, with the person's id where it is known
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import Connection

from ingest import archive, steps, store, timeline
from ingest.consent import Output
from ingest.live.output.dark import ticks_of
from ingest.live.output.withheld import Refused, Stretch, appearances, dark, within
from ingest.timeline import Event, Kind
from transcode import cover, pieces, playlists, sound, sources
from transcode.encode import Means
from transcode.overlaps import echoes, filled, whose
from transcode.pieces import Part
from transcode.sources import Source
from transcode.speech import Transcriber, Word
from transcode.voice import Stretch as Seconds


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What the database knows: by person what they refuse now, and which language they speak."""

    refuse: Refused = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)


def rows(connection: Connection, office_hour: str) -> Rows:
    """Those of an office hour."""
    people = store.persons_of(connection, office_hour)
    languages = {person.id: person.language.partition("-")[0] for person in people if person.language}
    return Rows(refuse=cover.refused(connection, office_hour), languages=languages)


def pieces_of(
    room: archive.Room,
    edition: int,
    language: str,
    identity: str,
    known: Rows,
    *,
    tracks: Collection[str] | None = None,
    so_far: bool = False,
) -> list[Part]:
    """All that is to be heard, a minute at a time. `so_far`: of an office hour that is still on air.

    `tracks`: names of the files of those there are, which need not lie here; unless said, those in the room's folder.
    Raises StillRecording for a programme that has no end and should, and what reading the timeline raises.
    """
    programme = room.programme(edition)
    mix = programme.playlist("audio")
    events = cover.events_of(room) if room.timeline.exists() else []
    if not any(event.kind is Kind.VISIBLE for event in events):
        # Nobody says who was on air when: all of it is heard, when it is whole.
        return [] if so_far else _of_upload(mix, language, identity)
    if mix.exists() and not so_far:
        playlists.read(mix)
    until_s = sound.ends_s(programme) if so_far else float("inf")
    found: list[Part] = []
    there = frozenset(path.name for path in room.tracks.glob("*.mkv")) if tracks is None else tracks
    for source in heard_of(room, programme, events, known, there):
        path = mix if source.mixed else room.track(source.person, source.part)
        if path.exists() or not source.mixed:
            spoken = known.languages.get(source.person, language)
            found += pieces.parts(source, path, spoken, identity, until_s)
    return found


def _of_upload(mix: Path, language: str, identity: str) -> list[Part]:
    if not mix.exists():
        return []
    whole = Seconds(start_s=0.0, end_s=playlists.read(mix).duration_s)
    return pieces.parts(Source(heard=(whole,), who=((whole, ""),)), mix, language, identity)


def heard_of(
    room: archive.Room, programme: archive.Programme, events: Sequence[Event], known: Rows, tracks: Collection[str]
) -> list[Source]:
    """The sources of a room, by its timeline and by which tracks there are."""
    end = cover.end_of(list(events))
    never = sources.never(events, end, known.refuse, covered(programme, events, end, known.refuse))
    there = {
        (person, part): points
        for (person, part), points in sources.placed(events).items()
        if room.track(person, part).name in tracks
    }
    return sources.sources(sources.audible(events, end, never), there, never)


def covered(programme: archive.Programme, events: Sequence[Event], end: int, refuse: Refused) -> list[Stretch]:
    """The ticks of all segments that are slide and silence because of somebody in them."""
    away = dark(appearances(events, end, refuse), Output.RECORDING)
    if not away:
        return []
    rate, found = int(1 / timeline.tick_duration(list(events))), []
    for path in programme.segments("video"):
        try:
            ticks = ticks_of(path, rate)
        except (OSError, ValueError):
            continue  # it was never whole
        if within(away, ticks.start, ticks.end):
            found.append(ticks)
    return found


def hear(
    room: archive.Room,
    language: str,
    wanted: Sequence[Part],
    transcriber: Transcriber,
    means: Means,
    *,
    quietly: bool = False,
) -> int:
    """Hear those of the pieces that were not; says how many. Raises what the transcriber and `means` raise."""
    missing = pieces.unheard(room, language, wanted)

    def keep(number: int, words: list[Word]) -> None:
        means.confirm()
        pieces.keep(room, language, missing[number], words)

    if missing:
        transcriber.hear([part.piece for part in missing], keep, means.progress, quietly=quietly)
    return len(missing)


def said(room: archive.Room, language: str, wanted: Sequence[Part]) -> list[Word]:
    """All words of the pieces in order of time; `language` is the captions', and that of words which name none.

    Raises Transient when a piece is not there.
    """
    tracked: list[Word] = []
    mixed: list[Word] = []
    for part in wanted:
        words = pieces.kept(room, language, part)
        if words is None:
            raise steps.Transient("what was heard of a piece is gone: it is heard again")
        (mixed if part.source.mixed else tracked).extend(whose(words, part.source))
    return echoes(filled(tracked, mixed))
