"""An edition comes in, what targets tell about it goes out: its office hour, questions, chapters and files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest import pseudonyms, steps, timeline
from ingest import store as ingest_store
from ingest.archive import Room
from ingest.officehours import OfficeHour
from ingest.timeline import Event
from ingest.work import Work
from publish import chapters
from publish.chapters import Chapter
from questions import store as questions_store
from questions.question import Question
from transcode import cover
from transcode import outside as without


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What is known of an edition."""

    hour: OfficeHour
    room: Room
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True, kw_only=True)
class Files:
    """What may go to other platforms."""

    film: Path
    poster: Path
    captions: Path


def outside(work: Work, told: Recording) -> Files:
    """The files for other platforms: without who does not agree to those, by what people say now.

    Raises Permanent when somebody took back since the film was made: it may not leave the house.
    """
    room, language = told.room, told.hour.language
    with work.database.reading() as connection:
        refuse = cover.refused(connection, told.hour.id)
    withheld = without.withheld(room, refuse)
    if not withheld:
        return Files(film=room.download, poster=room.poster, captions=room.shown_captions(language))
    if not without.is_made(room, withheld):
        raise steps.Permanent("somebody took back what they agreed to: take the recording back, and put it there again")
    return Files(film=without.film(room), poster=without.poster(room), captions=without.captions(room, language))


def of(work: Work, number: int) -> Recording:
    """The edition `number` of the step's office hour. Raises Permanent without a readable timeline."""
    room = work.archive.room(work.office_hour)
    try:
        events = timeline.read(room.timeline)
        with work.database.reading() as connection:
            masks = pseudonyms.of_office_hour(connection, work.office_hour)
            hour = ingest_store.office_hour(connection, work.office_hour)
            edition = ingest_store.edition_of(connection, work.office_hour)
        texts = {id: pseudonyms.mask(question.text, masks) for id, question in _shown(work, events).items()}
        duration = edition.duration_ticks if edition and edition.number == number else 0
        found = chapters.chapters(events, texts, opening=hour.title, duration_ticks=duration)
    except (OSError, ValueError) as error:
        raise steps.Permanent(f"the timeline {room.timeline} cannot be read: {error}") from error
    return Recording(hour=hour, room=room, chapters=tuple(found))


def _shown(work: Work, events: Sequence[Event]) -> dict[str, Question]:
    ids = {str(event.values.get("question")) for event in events if event.kind is timeline.Kind.ON_AIR}
    with work.database.reading() as connection:
        return questions_store.by_ids(connection, ids)
