"""The kinds of steps of questions: fetching what came in, looking for letters that are due, sending one."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from ingest import steps
from ingest.database import Database, now
from ingest.secrets import Safe
from questions import delivery, freshness, intake, letters, post
from questions.delivery import Office
from questions.settings import Settings
from questions.sources import Source
from questions.sources.maildir import Maildir
from questions.wording import Say

FETCH, LETTERS = "questions.fetch", "questions.letters"


def kinds(settings: Settings, safe: Safe, say: Say, address: Callable[[str], str], zone: ZoneInfo) -> list[steps.Kind]:
    """The kinds of steps; `say` speaks a language, `address` makes a page's whole address of its path."""

    def write_letters(work: steps.Work) -> None:
        work.confirm()
        if settings.smtp_host:
            with work.database.transaction() as connection:
                letters.want_due(connection, now(), zone)

    def send_letter(work: steps.Work) -> None:
        if not settings.smtp_host:
            raise steps.Permanent("no mail server is set up that sends letters (OFFICEHOURS_SMTP_HOST)")
        office = Office(
            server=server(settings), sender=settings.letters_from, safe=safe, say=say, address=address, zone=zone
        )
        delivery.deliver(work, office)

    return [
        steps.Kind(name=FETCH, queue="light", run=lambda work: fetch(work, settings, safe), priority=3),
        steps.Kind(name=LETTERS, queue="light", run=write_letters, priority=4),
        # Two lines to one mail server are polite, and leave places to the rest.
        steps.Kind(name=letters.LETTER, queue="light", run=send_letter, priority=4, at_once=2),
    ]


def fetch(work: steps.Work, settings: Settings, safe: Safe) -> None:
    """Look into every source that is set up. Raises Transient."""
    work.confirm()
    with work.database.transaction() as connection:
        if settings.maildir is None:
            freshness.stop(connection)
            return
        freshness.begin(connection, now(), settings.fetch_interval_s)
    try:
        for source in sources(settings, work.database):
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


def sources(settings: Settings, database: Database) -> list[Source]:
    """The sources that are set up."""
    if settings.maildir is None:
        return []
    return [Maildir(settings.maildir, mail_bytes=settings.mail_bytes)]


def server(settings: Settings) -> post.Server:
    """The mail server that sends."""
    return post.Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password_file=settings.smtp_password_file,
        timeout_s=settings.smtp_timeout_s,
    )
