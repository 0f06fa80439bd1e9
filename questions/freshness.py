"""A look into the mailboxes comes in, whether the next one is overdue goes out: a silent mailbox must not look calm.

What is kept is one time: until when the next look must have ended well. It is gone when nothing is fetched at all.
"""

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from ingest import store as ingest_store

NAME = "questions_fetched_by"
PATIENCE = 10
"""Looks that may fail in a row, a mail server's restart among them, before anybody is told."""
SHORTEST = timedelta(minutes=5)


def promise(connection: Connection, at: datetime, interval_s: float) -> None:
    """The mailboxes answered at `at`; the next look is due after `PATIENCE` intervals at the latest."""
    due = at + max(SHORTEST, timedelta(seconds=PATIENCE * interval_s))
    ingest_store.set_office_setting(connection, NAME, due.isoformat())


def begin(connection: Connection, at: datetime, interval_s: float) -> None:
    """A first look begins: from now on it counts, also when none ever ends well."""
    if not ingest_store.office_setting(connection, NAME):
        promise(connection, at, interval_s)


def stop(connection: Connection) -> None:
    """Nothing is fetched any more, so nothing is overdue."""
    if ingest_store.office_setting(connection, NAME):
        ingest_store.set_office_setting(connection, NAME, "")


def overdue(connection: Connection, at: datetime) -> datetime | None:
    """Since when mail should have been fetched, or None when all is well."""
    text = ingest_store.office_setting(connection, NAME)
    due = datetime.fromisoformat(text) if text else None
    return due if due is not None and due < at else None
