"""Editions of recordings, each behind a public address of its own."""

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import UtcDateTime, metadata, now, random_id, row_as
from ingest.officehours import Edition

editions = sa.Table(
    "editions",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("address", sa.String(32), nullable=False, unique=True),
    sa.Column("duration_ticks", sa.BigInteger, nullable=False),
    sa.Column("tick_duration", sa.String(16), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("office_hour", "number"),
)


def add_edition(
    connection: Connection, office_hour: str, *, address: str, duration_ticks: int = 0, tick_duration: str
) -> Edition:
    """The next edition of an office hour; the first is added when the room starts, with duration 0."""
    count = connection.scalar(
        sa.select(sa.func.count()).select_from(editions).where(editions.c.office_hour == office_hour)
    )
    edition = Edition(
        id=random_id(),
        office_hour=office_hour,
        number=(count or 0) + 1,
        address=address,
        duration_ticks=duration_ticks,
        tick_duration=tick_duration,
        created_at=now(),
    )
    connection.execute(editions.insert().values(**asdict(edition)))
    return edition


def finish_edition(connection: Connection, id: str, duration_ticks: int) -> None:
    """Write down how long the edition became."""
    connection.execute(editions.update().where(editions.c.id == id).values(duration_ticks=duration_ticks))


def edition_of(connection: Connection, office_hour: str) -> Edition | None:
    """The newest edition of an office hour."""
    query = sa.select(editions).where(editions.c.office_hour == office_hour).order_by(editions.c.number.desc())
    return row_as(Edition, connection, query.limit(1))


def edition_at(connection: Connection, address: str) -> Edition | None:
    """The edition behind a public address."""
    return row_as(Edition, connection, sa.select(editions).where(editions.c.address == address))
