"""Tables of browser sessions and of hosts' personal addresses, and all that touches them.

A session's cookie is random text; only its digest is stored. A host's address is stored twice: as a digest to
find it, and sealed so that staff can be shown it again.
"""

import hashlib
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import UtcDateTime, metadata, row_as
from ingest.secrets import Safe

web_sessions = sa.Table(
    "web_sessions",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("account", sa.ForeignKey("accounts.id")),
    sa.Column("person", sa.ForeignKey("persons.id")),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
)
personal_links = sa.Table(
    "personal_links",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("person", sa.ForeignKey("persons.id"), nullable=False, unique=True),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class Session:
    """Who a browser is: somebody of the staff, somebody taking part, or both."""

    digest: str
    account: str | None
    person: str | None
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PersonalLink:
    """An address that makes its holder the person, without a password, until it expires."""

    digest: str
    person: str
    sealed: str
    expires_at: datetime


def digest(text: str) -> str:
    """What is stored of a secret text."""
    return hashlib.sha256(text.encode()).hexdigest()


def new_key() -> str:
    """A fresh secret text of 192 random bits, fit for a cookie and an address."""
    return secrets.token_urlsafe(24)


def session(connection: Connection, key: str, at: datetime) -> Session | None:
    """The session behind a cookie, unless it has expired."""
    query = sa.select(web_sessions).where(web_sessions.c.digest == digest(key), web_sessions.c.expires_at > at)
    return row_as(Session, connection, query)


def open_session(connection: Connection, *, account: str | None, person: str | None, expires_at: datetime) -> str:
    """Begin a session; returns the new text for the cookie, so that an earlier one cannot be planted."""
    key = new_key()
    row = Session(digest=digest(key), account=account, person=person, expires_at=expires_at)
    connection.execute(web_sessions.insert().values(**asdict(row)))
    return key


def extend_session(connection: Connection, key: str, until: datetime) -> None:
    """Let a session last longer."""
    connection.execute(web_sessions.update().where(web_sessions.c.digest == digest(key)).values(expires_at=until))


def take_part(connection: Connection, key: str, person: str) -> None:
    """From now on the browser with this cookie is `person` as well; its forms stay good."""
    connection.execute(web_sessions.update().where(web_sessions.c.digest == digest(key)).values(person=person))


def close_session(connection: Connection, key: str) -> None:
    connection.execute(web_sessions.delete().where(web_sessions.c.digest == digest(key)))


def close_sessions_of(connection: Connection, person: str) -> None:
    """Browsers that were this person are nobody's any more; staff among them stay signed in."""
    theirs = web_sessions.c.person == person
    connection.execute(web_sessions.delete().where(theirs, web_sessions.c.account.is_(None)))
    connection.execute(web_sessions.update().where(theirs).values(person=None))


def forget_sessions(connection: Connection, at: datetime) -> int:
    """Delete expired sessions and personal addresses. Returns how many."""
    gone = connection.execute(web_sessions.delete().where(web_sessions.c.expires_at < at)).rowcount
    return gone + connection.execute(personal_links.delete().where(personal_links.c.expires_at < at)).rowcount


def make_link(connection: Connection, safe: Safe, person: str, expires_at: datetime) -> str:
    """A new personal address of `person`; an earlier one stops working. Returns its secret text."""
    token = new_key()
    connection.execute(personal_links.delete().where(personal_links.c.person == person))
    row = PersonalLink(digest=digest(token), person=person, sealed=safe.seal(token), expires_at=expires_at)
    connection.execute(personal_links.insert().values(**asdict(row)))
    return token


def drop_link(connection: Connection, person: str) -> None:
    """The personal address stops working."""
    connection.execute(personal_links.delete().where(personal_links.c.person == person))


def extend_link(connection: Connection, person: str, expires_at: datetime) -> None:
    """It works until then, if there is one."""
    connection.execute(personal_links.update().where(personal_links.c.person == person).values(expires_at=expires_at))


def link_of(connection: Connection, person: str) -> PersonalLink | None:
    return row_as(PersonalLink, connection, sa.select(personal_links).where(personal_links.c.person == person))


def link_behind(connection: Connection, token: str, at: datetime) -> PersonalLink | None:
    """The personal address that `token` belongs to, unless it has expired."""
    query = sa.select(personal_links).where(personal_links.c.digest == digest(token), personal_links.c.expires_at > at)
    return row_as(PersonalLink, connection, query)
