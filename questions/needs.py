"""What citizens say they need to follow an office hour comes in, and is kept sealed; staff read it and tick it off.

That somebody needs a sign-language interpreter says something about their health: words and contact are encrypted
like other contacts, and all of it is erased a week after the office hour.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events, steps
from ingest.database import EnumText, UtcDateTime, metadata, row_as, rows_as
from ingest.officehours import EXPECTED, OfficeHour
from ingest.officehours import State as HourState
from ingest.secrets import Safe
from ingest.store import office_hours_in
from questions import reach, store
from questions.letter import STILL_TRUE, Kind, LetterState, may_write, tells_of_move
from questions.sources.form import is_address

NOTICE = "questions.notice"
KEPT = timedelta(days=7)
"""How long after the planned end needs are kept, for what may still have to be settled."""
WORDS_LENGTH, CONTACT_LENGTH = 1000, 254


class Service(Enum):
    """What helps somebody to take part."""

    CAPTIONS = "captions"
    SIGN_LANGUAGE = "sign_language"
    LANGUAGE = "language"  # an interpreter of another spoken language
    OTHER = "other"


access_needs = sa.Table(
    "access_needs",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False, index=True),
    sa.Column("service", EnumText(Service), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("said_at", UtcDateTime, nullable=False),
    sa.Column("arranged_at", UtcDateTime),
    sa.Column("told", EnumText(LetterState)),
    sa.Column("step", sa.String(32)),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("notice", EnumText(Kind)),
    sa.Column("noticed_at", UtcDateTime),
)


@dataclass(frozen=True, kw_only=True)
class Need:
    """One wish. `sealed` holds words and contact, `address` is the fingerprint of a mail address or empty.

    `told` is how far the newest letter is, None before one is wanted; `notice` is what it says, that the office hour
    has another time or does not take place, `noticed_at` since when it is wanted.
    """

    id: str
    office_hour: str
    service: Service
    sealed: str
    address: str
    language: str
    said_at: datetime
    arranged_at: datetime | None = None
    told: LetterState | None = None
    step: str | None = None
    tries: int = 0
    error: str = ""
    notice: Kind | None = None
    noticed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """What stands in a need, readable: the citizen's words, and a mail address or telephone number."""

    words: str = ""
    contact: str = ""


def say(
    connection: Connection,
    office_hour: str,
    service: Service,
    said: Said,
    safe: Safe,
    *,
    id: str,
    language: str,
    at: datetime,
) -> bool:
    """Keep a need; False when this form was sent before (`id` is the form's own)."""
    if get(connection, id) is not None:
        return False
    reachable = is_address(said.contact)
    need = Need(
        id=id,
        office_hour=office_hour,
        service=service,
        sealed=safe.seal(json.dumps(asdict(said), ensure_ascii=False)),
        address=safe.fingerprint(said.contact.casefold()) if reachable else "",
        language=language,
        said_at=at,
    )
    connection.execute(access_needs.insert().values(**asdict(need)))
    events.write(connection, "need", office_hour, id)
    return True


def get(connection: Connection, id: str) -> Need | None:
    return row_as(Need, connection, sa.select(access_needs).where(access_needs.c.id == id))


def of_office_hour(connection: Connection, office_hour: str) -> list[Need]:
    """All needs for an office hour, the first said first."""
    query = sa.select(access_needs).where(access_needs.c.office_hour == office_hour).order_by(access_needs.c.said_at)
    return rows_as(Need, connection, query)


def what_was_said(need: Need, safe: Safe) -> Said:
    """Raises SecretError."""
    return Said(**json.loads(safe.open(need.sealed)))


def arrange(connection: Connection, need: Need, at: datetime | None) -> None:
    """Staff tick it off, or take the tick away."""
    _set(connection, need, arranged_at=at)
    events.write(connection, "need", need.office_hour, need.id)


def notice_for(hour: OfficeHour, at: datetime) -> Kind | None:
    """What people with needs have to hear of an office hour now."""
    if hour.state is HourState.CANCELLED:
        return Kind.CANCELLED if at < hour.ends_at else None
    return Kind.MOVED if tells_of_move(hour, at) else None


def want_due(connection: Connection, at: datetime) -> int:
    """Write down the letter that it has another time, or does not take place, once for each address. Returns how many.

    Whoever asked a question as well hears it by the letter about that, and whoever stopped letters gets none.
    """
    new = 0
    for hour in office_hours_in(connection, EXPECTED | {HourState.CANCELLED}):
        if (kind := notice_for(hour, at)) is None:
            continue
        needs = [need for need in of_office_hour(connection, hour.id) if need.address]
        told = {need.address for need in needs if _has_heard(need, kind, hour)}
        for need in needs:
            if _has_heard(need, kind, hour):
                continue
            said = {"notice": kind, "noticed_at": at, "tries": 0, "error": ""}
            if need.address in told or _hears_otherwise(connection, need, kind):
                _set(connection, need, told=LetterState.DROPPED, **said)
                continue
            told.add(need.address)
            step = steps.add(connection, kind=NOTICE, parameters={"need": need.id}, priority=4, again=at.isoformat())
            _set(connection, need, told=LetterState.WAITING, step=step, **said)
            new += 1
    return new


def _has_heard(need: Need, kind: Kind, hour: OfficeHour) -> bool:
    """Whether this notice was wanted; each move is one of its own."""
    if need.notice is not kind:
        return False
    since = hour.moved_at if kind is Kind.MOVED else None
    return since is None or (need.noticed_at is not None and need.noticed_at >= since)


def _hears_otherwise(connection: Connection, need: Need, kind: Kind) -> bool:
    known = reach.of_address(connection, need.address)
    asked = store.by_ids(connection, [each.question for each in known])
    return any(
        each.stopped_at is not None or (may_write(each, kind) and asked[each.question].office_hour == need.office_hour)
        for each in known
        if each.stopped_at is not None or asked[each.question].state in STILL_TRUE[kind]
    )


def move(connection: Connection, need: Need, start: Iterable[LetterState], goal: LetterState, **values: Any) -> bool:
    """Compare and set how far the letter is; False when it is in none of the states `start`."""
    where = (access_needs.c.id == need.id) & access_needs.c.told.in_(list(start))
    return bool(connection.execute(access_needs.update().where(where).values(told=goal, **values)).rowcount)


def forget(connection: Connection, ended_before: datetime) -> int:
    """Erase the needs of office hours that were planned to be over before then. Returns how many."""
    old = [hour.id for hour in office_hours_in(connection, frozenset(HourState)) if hour.ends_at < ended_before]
    return connection.execute(access_needs.delete().where(access_needs.c.office_hour.in_(old))).rowcount


def count_of_address(connection: Connection, address: str) -> int:
    """How many needs came from an address, by its fingerprint."""
    query = sa.select(sa.func.count()).select_from(access_needs).where(access_needs.c.address == address)
    return connection.scalar(query) or 0


def forget_address(connection: Connection, address: str) -> int:
    """Erase them on the wish of whoever said them. Returns how many."""
    return connection.execute(access_needs.delete().where(access_needs.c.address == address)).rowcount


def _set(connection: Connection, need: Need, **values: Any) -> None:
    connection.execute(access_needs.update().where(access_needs.c.id == need.id).values(**values))
