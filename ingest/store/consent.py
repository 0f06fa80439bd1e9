"""What persons said to each scope of consent; every answer stays, as the history of it."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import EnumText, UtcDateTime, metadata, now, random_id, rows_as
from ingest.people import Consent, Scope
from ingest.store.people import persons, seat

consents = sa.Table(
    "consents",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("person", sa.ForeignKey("persons.id"), nullable=False, index=True),
    sa.Column("scope", EnumText(Scope), nullable=False),
    sa.Column("given", sa.Boolean, nullable=False),
    sa.Column("text_version", sa.Integer, nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Column("taken_back_at", UtcDateTime),
    sa.Column("noted_by", sa.Text, nullable=False, server_default=""),
)


def answer_consent(
    connection: Connection, person: str, answers: Mapping[Scope, bool], text_version: int, noted_by: str = ""
) -> list[Consent]:
    """Keep what a person said to each scope; earlier answers stay, as the history of it.

    `noted_by`: who of the staff wrote it down, where the person spoke it.
    """
    said: dict[str, Any] = {"person": person, "text_version": text_version, "decided_at": now(), "noted_by": noted_by}
    made = [Consent(id=random_id(), scope=scope, given=given, **said) for scope, given in answers.items()]
    for consent in made:
        connection.execute(consents.insert().values(**asdict(consent)))
    events.write(connection, "consent", seat(connection, person).office_hour, person)
    return made


def take_consent_back(connection: Connection, person: str, scopes: Collection[Scope], at: datetime) -> list[Scope]:
    """Take back what was given and holds; the scopes that this changed."""
    held = [each for each in consents_of(connection, person) if each.holds and each.scope in scopes]
    for consent in held:
        connection.execute(consents.update().where(consents.c.id == consent.id).values(taken_back_at=at))
    if held:
        events.write(connection, "consent", seat(connection, person).office_hour, person)
    return [consent.scope for consent in held]


def consents_of(connection: Connection, person: str) -> list[Consent]:
    """All that a person ever said, oldest first."""
    query = sa.select(consents).where(consents.c.person == person).order_by(consents.c.decided_at)
    return rows_as(Consent, connection, query)


def consents_in(connection: Connection, office_hour: str) -> dict[str, list[Consent]]:
    """What everybody of an office hour said, by person, oldest first."""
    query = (
        sa.select(consents)
        .join(persons, persons.c.id == consents.c.person)
        .where(persons.c.office_hour == office_hour)
        .order_by(consents.c.decided_at)
    )
    found: dict[str, list[Consent]] = {}
    for consent in rows_as(Consent, connection, query):
        found.setdefault(consent.person, []).append(consent)
    return found
