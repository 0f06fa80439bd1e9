"""The kinds of steps of questions: fetching what came in."""

from ingest import steps
from ingest.database import now
from ingest.secrets import Safe
from questions import freshness, intake
from questions.settings import Settings
from questions.sources import Source
from questions.sources.maildir import Maildir

FETCH = "questions.fetch"


def kinds(settings: Settings, safe: Safe) -> list[steps.Kind]:
    """One kind, `questions.fetch`; it looks into every source that is set up."""

    def fetch(work: steps.Work) -> None:
        work.confirm()
        if settings.maildir is None:
            with work.database.transaction() as connection:
                freshness.stop(connection)
            return
        with work.database.transaction() as connection:
            freshness.begin(connection, now(), settings.fetch_interval_s)
        try:
            for source in sources(settings):
                intake.fetch_all(
                    source,
                    work.database,
                    safe,
                    alive=lambda: work.progress(0.5),
                    per_sender=settings.mails_per_sender,
                )
        except OSError as error:
            raise steps.Transient(f"questions could not be fetched: {error}") from error
        with work.database.transaction() as connection:
            freshness.promise(connection, now(), settings.fetch_interval_s)

    return [steps.Kind(name=FETCH, queue="light", run=fetch, priority=3)]


def sources(settings: Settings) -> list[Source]:
    """The sources that are set up."""
    if settings.maildir is None:
        return []
    return [Maildir(settings.maildir, mail_bytes=settings.mail_bytes)]
