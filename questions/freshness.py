"""A look into the mailboxes comes in, whether the next one is overdue goes out: a silent mailbox must not look calm.

What is kept is one time: until when the next look must have ended well. It is gone when nothing is fetched at all.
"""

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from ingest import store as ingest_store

NAME = "questions_fetched_by"
POSTS = "questions_posts_fetched_by"
REFUSED = "questions_mailbox_refused"
FULL = "questions_mailbox_full"
REVOKED = "questions_mastodon_revoked"
NEARLY_FULL = 0.9
"""Share of a mailbox's room from which staff are told: when it is full, the server sends citizens' mails back."""
PATIENCE = 10
"""Looks that may fail in a row, a mail server's restart among them, before anybody is told."""
SHORTEST = timedelta(minutes=5)


def promise(connection: Connection, at: datetime, interval_s: float, name: str = NAME) -> None:
    """The mailboxes answered at `at`; the next look is due after `PATIENCE` intervals at the latest.

    `name`: of the mailboxes, or of the platform (`POSTS`).
    """
    due = at + max(SHORTEST, timedelta(seconds=PATIENCE * interval_s))
    ingest_store.set_office_setting(connection, name, due.isoformat())
    if name == NAME:
        _set(connection, REFUSED, "")


def begin(connection: Connection, at: datetime, interval_s: float, name: str = NAME) -> None:
    """A first look begins: from now on it counts, also when none ever ends well."""
    if not ingest_store.office_setting(connection, name):
        promise(connection, at, interval_s, name)


def stop(connection: Connection, name: str = NAME) -> None:
    """Nothing is fetched any more, so nothing is overdue."""
    if ingest_store.office_setting(connection, name):
        for each in (NAME, REFUSED, FULL) if name == NAME else (POSTS, REVOKED):
            _set(connection, each, "")


def overdue(connection: Connection, at: datetime, name: str = NAME) -> datetime | None:
    """Since when mail, or posts, should have been fetched, or None when all is well."""
    text = ingest_store.office_setting(connection, name)
    due = datetime.fromisoformat(text) if text else None
    return due if due is not None and due < at else None


def refused(connection: Connection, why: str) -> None:
    """The mail server does not let us in: that is told at once, patience does not mend it."""
    _set(connection, REFUSED, why)


def why_refused(connection: Connection) -> str:
    """What the mail server said, or nothing when it lets us in."""
    return ingest_store.office_setting(connection, REFUSED)


def revoked(connection: Connection, why: str) -> None:
    """The platform does not take our permission any more; an empty text when it does."""
    _set(connection, REVOKED, why)


def why_revoked(connection: Connection) -> str:
    """What the platform said, or nothing while it lets us in."""
    return ingest_store.office_setting(connection, REVOKED)


def filled(connection: Connection, share: float | None) -> None:
    """Note how full the mailbox is, as far as its server says."""
    _set(connection, FULL, f"{share:.0%}" if share is not None and share >= NEARLY_FULL else "")


def nearly_full(connection: Connection) -> str:
    """Like "93%" when the mailbox has little room left, else nothing."""
    return ingest_store.office_setting(connection, FULL)


def _set(connection: Connection, name: str, value: str) -> None:
    if ingest_store.office_setting(connection, name) != value:
        ingest_store.set_office_setting(connection, name, value)
