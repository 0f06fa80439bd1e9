"""An office hour and what staff do to its captions come in; the text as it is now, and rows of what was done, go out.

Captions that nobody has worked on have no rows: their text is the machine's, and the first change writes it down.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import pseudonyms, steps, store
from ingest.archive import Room
from ingest.database import NotFound, Overtaken
from ingest.officehours import OfficeHour
from publish import pipeline
from transcode import carrying, drafts, edited, editing, reading, worklist
from transcode import store as captions
from transcode.editing import Change, Passage, Passages
from transcode.reading import Read
from transcode.store import Edit, Origin, Track
from web.parts import House

TRIES = 5
"""Two who write at once are told apart by the database; who was second looks again."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """The captions of one language as they are now; `newest` is the number of the last edit."""

    track: Track | None
    passages: Passages
    newest: int
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of changes: `refused` says of each that was not made why; the rest is what a page has to show.

    `by`: who made a passage as it is now, by its id.
    """

    newest: int
    changed: Sequence[Passage]
    refused: Mapping[str, str] = field(default_factory=dict)
    gone: Sequence[str] = ()
    by: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False


def text(house: House, hour: OfficeHour, language: str) -> Text:
    """The text of a language. Raises NotFound when there are no captions in it."""
    with house.database.reading() as connection:
        track = captions.track(connection, hour.id, language)
        if track is not None:
            return Text(track=track, passages=captions.passages(connection, hour.id, language), newest=track.newest)
    room = house.archive.room(hour.id)
    source = drafts.source(room, language) if language == hour.language else ""
    if not source:
        raise NotFound(f"no captions in {language} of {hour.id}")
    found = drafts.machines(room, language, name=source[:8])
    return Text(track=None, passages=editing.named(found), newest=0, source=source)


def change(
    house: House, hour: OfficeHour, language: str, changes: Sequence[Change], since: int, *, by: str, at: datetime
) -> Answer:
    """Make these changes in their order, as far as nobody was faster. Raises NotFound."""
    for tries in range(TRIES):
        before = text(house, hour, language)
        try:
            with house.database.transaction() as connection:
                return _change(connection, hour, language, before, changes, since, by, at)
        except (Overtaken, sa.exc.IntegrityError):
            if tries + 1 == TRIES:
                raise
    raise AssertionError("not reached")


def _change(
    connection: Connection, hour: OfficeHour, language: str, before: Text, changes: Sequence[Change], since: int,
    by: str, at: datetime,
) -> Answer:  # fmt: skip
    track = begun(connection, hour, language, before, at)
    passages: Passages = captions.passages(connection, hour.id, language)
    known = captions.known(connection, hour.id, language, [each.id for each in changes])
    masks = pseudonyms.of_office_hour(connection, hour.id)
    refused: dict[str, str] = {}
    for each in changes:
        if each.id in known:
            continue
        kept = replace(each, puts=tuple(carrying.masked(put, masks) for put in each.puts))
        try:
            passages = editing.apply(passages, kept)
        except editing.Refused as error:
            refused[each.id] = type(error).__name__.lower()
            continue
        track = captions.write(connection, track, kept, by=by, at=at)
    return news(passages, captions.since(connection, hour.id, language, since), track.newest, refused)


def begun(connection: Connection, hour: OfficeHour, language: str, before: Text, at: datetime) -> Track:
    """The track, begun with the machine's text if nobody has worked on it. Raises Overtaken."""
    track = captions.track(connection, hour.id, language)
    if track is not None:
        return track
    if not before.source:
        raise NotFound(f"no captions in {language} of {hour.id}")
    return captions.begin(
        connection, hour.id, language, Origin.MACHINE, editing.in_order(before.passages), name=before.source[:8],
        source=before.source, by="", at=at,
    )  # fmt: skip


def news(passages: Passages, since: Iterable[Edit], newest: int, refused: Mapping[str, str] | None = None) -> Answer:
    """What somebody has to hear who knew everything before these edits; the whole of it with a new base among them."""
    edits = [each for each in since if each.kind != captions.RELEASE]
    if any(each.kind == captions.BASE for each in edits):
        return Answer(newest=newest, refused=refused or {}, changed=editing.in_order(passages), whole=True)
    by = {each.name: each.by for each in edits}
    taken = {id for each in edits for id in editing.stored_change(each.name, each.kind, each.content).takes}
    found = editing.changed_since(editing.in_order(passages), by)
    return Answer(
        newest=newest, refused=refused or {}, changed=found, gone=sorted(taken - passages.keys()),
        by={each.id: by[each.seen] for each in found},
    )  # fmt: skip


def told(answer: Answer) -> dict[str, Any]:
    """The answer as JSON."""
    return {
        "newest": answer.newest,
        "refused": dict(answer.refused),
        "changed": [each.values() for each in answer.changed],
        "gone": list(answer.gone),
        "by": dict(answer.by),
        "whole": answer.whole,
    }


def bring(house: House, hour: OfficeHour, language: str, content: str, *, by: str, at: datetime) -> Read:
    """Take in a caption file as the whole text of a language; with problems nothing is taken. Raises Overtaken."""
    with house.database.reading() as connection:
        edition = store.edition_of(connection, hour.id)
    length_s = float(edition.duration_ticks * Fraction(edition.tick_duration)) if edition else 0.0
    found = reading.read(content, length_s or None)
    if not found.problems:
        with house.database.transaction() as connection:
            edited.take_in(connection, hour.id, language, Origin.UPLOADED, found.cues, by=by, at=at)
    return found


def translate(house: House, hour: OfficeHour, language: str, *, by: str, at: datetime) -> None:
    """Let the translator in this house bring captions in a language; a step, since it takes minutes."""
    with house.database.transaction() as connection:
        edition = store.edition_of(connection, hour.id)
        if edition is not None:
            worklist.add_translation(
                connection, hour.id, edition.number, hour.language, language, by=by, again=at.isoformat()
            )
    house.engine.dispatch()


def being_translated(connection: Connection, hour: OfficeHour, language: str) -> bool:
    """Whether a translation into a language is on its way."""
    known = (step for step in steps.of_office_hour(connection, hour.id) if step.kind == worklist.TRANSLATE)
    return any(step.parameters["to"] == language and step.state in steps.UNFINISHED for step in known)


def release(house: House, hour: OfficeHour, language: str, number: int | None, *, by: str, at: datetime) -> None:
    """Make edit `number` of a language public, the newest without one; 0 takes it back. Raises NotFound, Overtaken."""
    before = text(house, hour, language)
    with house.database.transaction() as connection:
        track = begun(connection, hour, language, before, at)
        wanted = track.newest if number is None else number
        if wanted:
            captions.passages(connection, hour.id, language, wanted)
        captions.release(connection, track, wanted, by=by, at=at)
        write_files(connection, hour, language, again=f"{language} {wanted} {at.isoformat()}")
    house.engine.dispatch()


def write_files(connection: Connection, hour: OfficeHour, language: str, again: str) -> None:
    """The steps that bring the public files of a language in step, and the spoken one's where the film is besides."""
    edition = store.edition_of(connection, hour.id)
    if edition is None:
        return
    made = worklist.add_edited(connection, hour.id, edition.number, hour.language, again=again)
    if language == hour.language:
        pipeline.captions_outside(connection, hour.id, [made], again)


def follow_machine(house: House, hour: OfficeHour, room: Room, track: Track | None) -> bool:
    """Whether the machine has written anew since; then a step carries over what people did."""
    if track is None or track.origin is not Origin.MACHINE:
        return False
    source = drafts.source(room, track.language)
    if not source or source == track.source:
        return False
    with house.database.transaction() as connection:
        write_files(connection, hour, track.language, again=source)
    house.engine.dispatch()
    return True
