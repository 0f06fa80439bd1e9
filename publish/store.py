"""Tables of publications and of the targets' credentials, and all that touches them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import EnumText, UtcDateTime, metadata, now, random_id, row_as, rows_as
from ingest.store import NotFound, Overtaken
from publish.publication import Publication, State, TargetName, check_move

publications = sa.Table(
    "publications",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False),
    sa.Column("edition", sa.Integer, nullable=False),
    sa.Column("target", EnumText(TargetName), nullable=False),
    sa.Column("state", EnumText(State), nullable=False),
    sa.Column("session", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("remote", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("office_hour", "edition", "target"),
)
target_credentials = sa.Table(
    "target_credentials",
    metadata,
    sa.Column("target", EnumText(TargetName), primary_key=True),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)


def plan(connection: Connection, office_hour: str, edition: int, target: TargetName) -> Publication:
    """The publication of an edition at a target; written down if it is not there yet."""
    query = sa.select(publications).where(
        publications.c.office_hour == office_hour,
        publications.c.edition == edition,
        publications.c.target == target,
    )
    known = row_as(Publication, connection, query)
    if known is not None:
        return known
    at = now()
    publication = Publication(
        id=random_id(),
        office_hour=office_hour,
        edition=edition,
        target=target,
        state=State.PLANNED,
        session="",
        digest="",
        remote="",
        address="",
        created_at=at,
        changed_at=at,
    )
    connection.execute(publications.insert().values(**asdict(publication)))
    events.write(connection, "publication", office_hour, publication.id)
    return publication


def get(connection: Connection, id: str) -> Publication:
    """Raises NotFound."""
    publication = row_as(Publication, connection, sa.select(publications).where(publications.c.id == id))
    if publication is None:
        raise NotFound(f"no publication {id}")
    return publication


def of_office_hour(connection: Connection, office_hour: str) -> list[Publication]:
    """Where an office hour is or was to be seen, oldest first."""
    query = sa.select(publications).where(publications.c.office_hour == office_hour)
    return rows_as(Publication, connection, query.order_by(publications.c.created_at, publications.c.target))


def move(connection: Connection, publication: Publication, goal: State, **values: Any) -> Publication:
    """Compare and set; `values` are stored with it. Raises MoveRefused, Overtaken."""
    check_move(publication.state, goal)
    return _change(connection, publication, state=goal, **values)


def remember(connection: Connection, publication: Publication, **values: Any) -> Publication:
    """Store `values` in the same state. Raises Overtaken when the publication was moved meanwhile."""
    return _change(connection, publication, **values)


def _change(connection: Connection, publication: Publication, **values: Any) -> Publication:
    changed = connection.execute(
        publications.update()
        .where(publications.c.id == publication.id, publications.c.state == publication.state)
        .values(changed_at=now(), **values)
    )
    if changed.rowcount != 1:
        raise Overtaken(f"publication {publication.id} is no longer {publication.state.value}")
    events.write(connection, "publication", publication.office_hour, publication.id)
    return get(connection, publication.id)


def set_credentials(connection: Connection, target: TargetName, sealed: str) -> None:
    """Keep what a target needs to know us by, sealed; an empty text takes it away."""
    connection.execute(target_credentials.delete().where(target_credentials.c.target == target))
    if sealed:
        connection.execute(target_credentials.insert().values(target=target, sealed=sealed, changed_at=now()))


def credentials(connection: Connection, target: TargetName) -> str:
    """What was kept for a target, sealed, or an empty text."""
    query = sa.select(target_credentials.c.sealed).where(target_credentials.c.target == target)
    return connection.scalar(query) or ""


def connected_since(connection: Connection, target: TargetName) -> datetime | None:
    """Since when a target knows us; None when nothing is kept for it."""
    return connection.scalar(sa.select(target_credentials.c.changed_at).where(target_credentials.c.target == target))
