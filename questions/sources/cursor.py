"""A folder of a mail server comes in, how far it was read goes out; a renumbered folder is read from its beginning.

The server numbers mails upwards (UID) as long as UIDVALIDITY stays (RFC 9051, 2.3.1.1). Whether a mail was seen is
no measure: people look into the mailbox too.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import UtcDateTime, metadata, now, row_as

mailbox_cursors = sa.Table(
    "mailbox_cursors",
    metadata,
    sa.Column("mailbox", sa.String(64), primary_key=True),
    sa.Column("validity", sa.BigInteger, nullable=False),
    sa.Column("uid", sa.BigInteger, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """All mails up to `uid` were taken in, of the numbering `validity`."""

    validity: int = 0
    uid: int = 0

    def in_numbering(self, validity: int) -> "Cursor":
        """The same, or the beginning of a new numbering."""
        return self if validity == self.validity else Cursor(validity=validity)


def of(connection: Connection, mailbox: str) -> Cursor:
    """How far a mailbox was read; the beginning when it never was."""
    table = mailbox_cursors.c
    query = sa.select(table.validity, table.uid).where(table.mailbox == mailbox)
    return row_as(Cursor, connection, query) or Cursor()


def keep(connection: Connection, mailbox: str, cursor: Cursor) -> None:
    """Remember how far a mailbox was read."""
    values = {"validity": cursor.validity, "uid": cursor.uid, "changed_at": now()}
    changed = connection.execute(mailbox_cursors.update().where(mailbox_cursors.c.mailbox == mailbox).values(**values))
    if not changed.rowcount:
        connection.execute(mailbox_cursors.insert().values(mailbox=mailbox, **values))
