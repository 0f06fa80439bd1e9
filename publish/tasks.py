"""The kinds of steps of publish, and the functions that do them."""

from ingest import archive, steps, timeline
from ingest import store as ingest_store
from ingest.secrets import Safe
from ingest.steps import Kind, Work
from ingest.timeline import Event
from publish import chapters, store
from publish.pipeline import CHAPTERS, RELEASE, YOUTUBE
from publish.publication import TargetName
from publish.settings import Settings
from publish.targets import Target
from publish.targets.site import Site
from publish.withdrawal import WITHDRAW
from questions import store as questions_store
from questions.question import Question


def kinds(settings: Settings, safe: Safe) -> list[Kind]:
    """The kinds of steps of this package, for the worker."""
    targets: dict[TargetName, Target] = {TargetName.SITE: Site()}

    def publish(work: Work) -> None:
        with work.database.reading() as connection:
            publication = store.get(connection, str(work.parameters["publication"]))
        work.confirm()
        targets[publication.target].publish(work, publication)

    def withdraw(work: Work) -> None:
        with work.database.reading() as connection:
            publication = store.get(connection, str(work.parameters["publication"]))
        work.confirm()
        targets[publication.target].withdraw(work, publication)

    def release(work: Work) -> None:
        with work.database.transaction() as connection:
            publication = store.plan(connection, work.office_hour, int(work.parameters["edition"]), TargetName.SITE)
        work.confirm()
        targets[TargetName.SITE].publish(work, publication)

    return [
        Kind(name=CHAPTERS, queue="light", run=write_chapters, priority=1),
        Kind(name=RELEASE, queue="light", run=release, priority=0),
        Kind(name=YOUTUBE, queue="light", run=publish, priority=6),
        Kind(name=WITHDRAW, queue="light", run=withdraw, priority=0),
    ]


def write_chapters(work: Work) -> None:
    """Write the chapters of the edition beside its captions."""
    found = chapters_of(work, int(work.parameters["edition"]))
    work.confirm()
    archive.write_text(work.archive.room(work.office_hour).chapters, chapters.webvtt(found))


def chapters_of(work: Work, number: int) -> list[chapters.Chapter]:
    """The chapters of an edition. Raises Permanent without a readable timeline."""
    path = work.archive.room(work.office_hour).timeline
    try:
        events = timeline.read(path)
        shown = questions_of(work, events)
        with work.database.reading() as connection:
            hour = ingest_store.office_hour(connection, work.office_hour)
            edition = ingest_store.edition_of(connection, work.office_hour)
        duration = edition.duration_ticks if edition and edition.number == number else 0
        texts = {id: question.text for id, question in shown.items()}
        return chapters.chapters(events, texts, opening=hour.title, duration_ticks=duration)
    except (OSError, ValueError) as error:
        raise steps.Permanent(f"the timeline {path} cannot be read: {error}") from error


def questions_of(work: Work, events: list[Event]) -> dict[str, Question]:
    """The questions that a timeline shows on air, by id."""
    ids = {str(event.values.get("question")) for event in events if event.kind is timeline.Kind.ON_AIR}
    with work.database.reading() as connection:
        return questions_store.by_ids(connection, ids)
