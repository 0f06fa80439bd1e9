"""A person's rights go in, a short-lived ticket for one connection goes out; the studio takes it once.

A ticket names person, office hour, audience and id, and is good for two minutes to connect. A second use of
the same one is refused (409): whoever has connected holds an unguessable resource address instead.
Only the digest of a ticket is stored.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import EnumText, UtcDateTime, metadata, row_as
from ingest.people import Right

VALID_FOR = timedelta(minutes=2)


class Audience(Enum):
    """Which door a ticket opens, and the right it needs."""

    WHIP = "whip"
    SCREEN = "screen"
    WHEP = "whep"
    SOCKET = "socket"


NEEDS: dict[Audience, Right] = {
    Audience.WHIP: Right.SEND,
    Audience.SCREEN: Right.SHARE,
    Audience.WHEP: Right.RECEIVE,
    Audience.SOCKET: Right.RECEIVE,
}


class TicketRefused(PermissionError):
    """The ticket opens nothing (unknown, expired, for another door): 401."""


class TicketUsed(TicketRefused):
    """The ticket was used before: 409."""


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A ticket as stored."""

    digest: str
    person: str
    office_hour: str
    audience: Audience
    expires_at: datetime
    used_at: datetime | None


tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("person", sa.ForeignKey("persons.id"), nullable=False),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False),
    sa.Column("audience", EnumText(Audience), nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    sa.Column("used_at", UtcDateTime),
)


def issue(connection: Connection, *, person: str, office_hour: str, audience: Audience, at: datetime) -> str:
    """A fresh ticket as text for the bearer."""
    token = secrets.token_urlsafe(24)
    connection.execute(
        tickets.insert().values(
            digest=_digest(token), person=person, office_hour=office_hour, audience=audience, expires_at=at + VALID_FOR
        )
    )
    return token


def take(connection: Connection, token: str, audience: Audience, at: datetime) -> Ticket:
    """Use a ticket. Raises TicketRefused or TicketUsed; both say why in words for the sender."""
    query = sa.select(tickets).where(tickets.c.digest == _digest(token))
    ticket = row_as(Ticket, connection, query)
    if ticket is None or ticket.audience is not audience:
        raise TicketRefused("this ticket does not open this door")
    if ticket.used_at is not None:
        raise TicketUsed("this ticket was already used; ask the page for a fresh one")
    if ticket.expires_at < at:
        raise TicketRefused("this ticket has expired; ask the page for a fresh one")
    changed = connection.execute(
        tickets.update().where(tickets.c.digest == ticket.digest, tickets.c.used_at.is_(None)).values(used_at=at)
    )
    if changed.rowcount != 1:
        raise TicketUsed("this ticket was already used; ask the page for a fresh one")
    return ticket


def forget(connection: Connection, at: datetime) -> int:
    """Delete tickets that expired more than an hour ago. Returns how many."""
    return connection.execute(tickets.delete().where(tickets.c.expires_at < at - timedelta(hours=1))).rowcount


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
