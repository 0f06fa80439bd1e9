"""The kinds of steps of questions: fetching what came in, looking for letters that are due, sending one."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from ingest import steps
from ingest.database import now
from ingest.secrets import Safe
from ingest.work import Kind, Work
from questions import delivery, errand_post, errands, freshness, intake, letters, needs, notices, post, posts
from questions.delivery import Office
from questions.settings import Settings
from questions.sources import Source
from questions.sources.mailbox import Mailbox
from questions.sources.maildir import Maildir
from questions.sources.mailserver import Account, LoginRefused, MailboxError
from questions.sources.mastodon import Account as SocialAccount
from questions.sources.mastodon import Paced, Platform, Revoked, SocialError, Timeline
from questions.wording import Say

LOGIN_AGAIN = timedelta(minutes=5)
FETCH, LETTERS, POSTS = "questions.fetch", "questions.letters", "questions.posts"
POSTS_S = 60.0
"""Between two looks at a platform: three requests, where 300 in five minutes are allowed."""


def kinds(settings: Settings, safe: Safe, say: Say, address: Callable[[str], str], zone: ZoneInfo) -> list[Kind]:
    """The kinds of steps; `say` speaks a language, `address` makes a page's whole address of its path."""

    def write_letters(work: Work) -> None:
        work.confirm()
        mail, social = bool(settings.smtp_host), bool(settings.mastodon_url)
        if mail or social:
            with work.database.transaction() as connection:
                letters.want_due(connection, now(), zone, mail=mail, posts=social)
        if mail:
            with work.database.transaction() as connection:
                needs.want_due(connection, now())
                errands.remind_due(connection, now().astimezone(zone).date(), now())

    def office() -> Office:
        if not (settings.smtp_host or settings.mastodon_url):
            raise steps.Permanent("no mail server is set up that sends letters (OFFICEHOURS_SMTP_HOST)")
        return Office(
            server=server(settings), sender=settings.letters_from, safe=safe, say=say, address=address, zone=zone,
            platform=(lambda: platform(settings)) if settings.mastodon_url else None,
        )  # fmt: skip

    def send_letter(work: Work) -> None:
        delivery.deliver(work, office())

    def send_notice(work: Work) -> None:
        notices.deliver(work, office())

    def send_errand(work: Work) -> None:
        errand_post.deliver(work, office())

    return [
        Kind(name=FETCH, queue="light", run=lambda work: fetch(work, settings, safe), priority=3),
        Kind(name=POSTS, queue="light", run=lambda work: read_posts(work, settings, safe), priority=3),
        Kind(name=LETTERS, queue="light", run=write_letters, priority=4),
        # Two lines to one mail server are polite, and leave places to the rest.
        Kind(name=letters.LETTER, queue="light", run=send_letter, priority=4, at_once=2),
        Kind(name=needs.NOTICE, queue="light", run=send_notice, priority=4, at_once=1),
        Kind(name=errands.ERRAND, queue="light", run=send_errand, priority=4, at_once=1),
    ]


def fetch(work: Work, settings: Settings, safe: Safe) -> None:
    """Look into every source that is set up; one that fails holds up no other. Raises Transient, Resource."""
    work.confirm()
    with work.database.transaction() as connection:
        if not (settings.maildir or settings.imap_host):
            freshness.stop(connection)
            return
        freshness.begin(connection, now(), settings.fetch_interval_s)
    looks = (lambda: _maildir(work, settings, safe), lambda: _mailbox(work, settings, safe))
    problems = [problem for look in looks if (problem := _problem(work, look))]
    if problems:
        raise problems[-1]
    with work.database.transaction() as connection:
        freshness.promise(connection, now(), settings.fetch_interval_s)


def _problem(work: Work, look: Callable[[], None]) -> steps.StepError | None:
    """What kept one source from being read, by whose turn it is."""
    try:
        look()
    except LoginRefused as error:
        with work.database.transaction() as connection:
            freshness.refused(connection, str(error))
        # Asked again and again, a server locks the account.
        return steps.Resource(f"questions could not be fetched: {error}", work.clock() + LOGIN_AGAIN)
    except (OSError, MailboxError) as error:
        return steps.Transient(f"questions could not be fetched: {error}")
    return None


def _maildir(work: Work, settings: Settings, safe: Safe) -> None:
    if settings.maildir is not None:
        _take_all(Maildir(settings.maildir, mail_bytes=settings.mail_bytes), work, settings, safe)


def _mailbox(work: Work, settings: Settings, safe: Safe) -> None:
    if settings.imap_host:
        box = Mailbox(account(settings), work.database, mail_bytes=settings.mail_bytes)
        _take_all(box, work, settings, safe)
        with work.database.transaction() as connection:
            freshness.filled(connection, box.fullness)


def read_posts(work: Work, settings: Settings, safe: Safe) -> None:
    """Look at the office's account on Mastodon, apart from mails: a limit there must not hold them up.

    Raises Transient, Resource.
    """
    work.confirm()
    with work.database.transaction() as connection:
        if not settings.mastodon_url:
            freshness.stop(connection, freshness.POSTS)
            return
        freshness.begin(connection, now(), POSTS_S, freshness.POSTS)
    try:
        line = platform(settings)
        _take_all(Timeline(line, work.database), work, settings, safe)
        work.confirm()
        posts.look_again(work.database, line.post)
    except Revoked as error:
        with work.database.transaction() as connection:
            freshness.revoked(connection, str(error))
        raise steps.Resource(f"posts could not be fetched: {error}", work.clock() + LOGIN_AGAIN) from error
    except Paced as error:
        raise steps.Resource(f"posts could not be fetched: {error}", error.until) from error
    except SocialError as error:
        raise steps.Transient(f"posts could not be fetched: {error}") from error
    with work.database.transaction() as connection:
        freshness.promise(connection, now(), POSTS_S, freshness.POSTS)
        freshness.revoked(connection, "")


def _take_all(source: Source, work: Work, settings: Settings, safe: Safe) -> None:
    alive = lambda: work.progress(0.5)  # noqa: E731
    intake.fetch_all(
        source,
        work.database,
        safe,
        alive=alive,
        per_sender=settings.mails_per_sender,
        checks_by=settings.mail_checks_by,
    )


def account(settings: Settings) -> Account:
    """The mailbox that is read."""
    return Account(
        host=settings.imap_host,
        port=settings.imap_port,
        security=settings.imap_security,
        user=settings.imap_user,
        password_file=settings.imap_password_file,
        folder=settings.imap_folder,
    )


def platform(settings: Settings) -> Platform:
    """The office's account on Mastodon. Raises Revoked when its permission cannot be read."""
    file = settings.mastodon_token_file
    if file is None:
        raise Revoked("OFFICEHOURS_MASTODON_TOKEN_FILE is not set")
    return Platform(
        SocialAccount(url=settings.mastodon_url, token_file=file, hashtag=settings.mastodon_hashtag.lstrip("#"))
    )


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
