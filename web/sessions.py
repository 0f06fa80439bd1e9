"""A request's cookie comes in, a `Visitor` goes out: who is asking, and what they may do in an office hour.

A browser that only reads gets no cookie. The first form sets a random one; signing in or joining replaces it by
a fresh one with a row. The CSRF token is derived from the cookie, so a form of a stranger needs no row either.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from ingest import store as ingest_store
from ingest.accounts import Account
from ingest.officehours import WITH_ROOM
from ingest.people import RIGHTS, Person, Right, Role
from web import store

COOKIE = "officehours"


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who sends a request. `key` is the text of their cookie, None for a browser without one; good `until` then."""

    key: str | None = None
    account: Account | None = None
    person: Person | None = None
    until: datetime | None = None

    def person_in(self, office_hour: str) -> Person | None:
        """The person they are in `office_hour`, if they take part in it."""
        return self.person if self.person is not None and self.person.office_hour == office_hour else None

    def rights(self, office_hour: str | None = None) -> frozenset[Right]:
        """What they may do: as staff everywhere, as a person in their own office hour only."""
        person = self.person_in(office_hour) if office_hour else None
        as_staff = RIGHTS[Role.STAFF] if self.account else frozenset()
        return as_staff | (RIGHTS[person.role] if person else frozenset())


NOBODY = Visitor()
KEPT, AGAIN = timedelta(hours=12), timedelta(hours=6)
"""While their office hour has a room a session is made to last so long, again when only so much of it is left: longer
than any hour, and than a laptop sleeps during one."""


def visitor(connection: Connection, key: str | None, at: datetime) -> Visitor:
    """Look up who holds the cookie `key`; a stranger's cookie is kept for the sake of their forms."""
    row = store.session(connection, key, at) if key else None
    if row is None:
        return Visitor(key=key)
    return Visitor(
        key=key,
        account=ingest_store.account(connection, row.account) if row.account else None,
        person=ingest_store.person(connection, row.person) if row.person else None,
        until=row.expires_at,
    )


def kept_until(connection: Connection, visitor: Visitor, at: datetime) -> datetime | None:
    """Until when a session has to last now, None when it lasts long enough: nobody is signed out while on air.

    Staff are kept while any office hour has a room, others while their own has.
    """
    if visitor.until is None or visitor.until - at >= AGAIN:
        return None
    hours = {hour.id for hour in ingest_store.office_hours_in(connection, WITH_ROOM)}
    mine = visitor.person is not None and visitor.person.office_hour in hours
    return at + KEPT if mine or (visitor.account and hours) else None


def csrf_token(key: str) -> str:
    """The token that forms of the browser with cookie `key` must carry."""
    return hmac.new(key.encode(), b"officehours form", hashlib.sha256).hexdigest()


def token_fits(key: str | None, token: str) -> bool:
    """True when `token` was made for this browser."""
    return key is not None and hmac.compare_digest(csrf_token(key).encode(), token.encode())
