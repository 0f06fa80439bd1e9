"""Each wording of an office hour's consent, by its version: what somebody agreed to can be shown as they read it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import UtcDateTime, metadata

consent_wordings = sa.Table(
    "consent_wordings",
    metadata,
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
)


def keep(connection: Connection, office_hour: str, version: int, text: str, since: datetime) -> None:
    """Write a version down; one that stands already stays as it was read."""
    if wording(connection, office_hour, version) is None:
        row = {"office_hour": office_hour, "version": version, "text": text, "since": since}
        connection.execute(consent_wordings.insert().values(**row))


def wording(connection: Connection, office_hour: str, version: int) -> str | None:
    """What a version says; None when there is no such version."""
    table = consent_wordings.c
    query = sa.select(table.text).where(table.office_hour == office_hour, table.version == version)
    found: str | None = connection.scalar(query)
    return found
