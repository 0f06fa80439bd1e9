"""Work goes in as rows, and is done once in the end, whatever is killed on the way.

The row is the truth; a message of the broker carries a step's id and is only a bell. A duplicate message finds
the row claimed and is dropped; a lost one is sent again (`ingest/engine.py`).

    waiting --(dependencies done)--> ready --(dispatch)--> sent --(claim)--> running --> done
    running --(Transient, Resource)--> parked --(not_before)--> ready
    running --(Permanent)--> failed      running --(lease lost)--> ready, three times: quarantined
    anything unfinished --(cancel)--> cancelled

Errors that `run` may raise:

    StepError
     +- Transient   a hiccup: tried again with growing pauses, at most ATTEMPTS times
     +- Resource    disk, quota or the archive's store: parked until a time, not counted
     +- Permanent   refused for good: shown to a person with what to do
    Stopped         lease lost or step cancelled: the runner goes away quietly
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import EnumText, UtcDateTime, metadata, now, random_id, row_as, rows_as

ATTEMPTS = 5
"""Tries of a step that fails with Transient before a person has to look."""
LOST_LEASES = 3
"""A step that took three workers down with it is poison: it is put aside."""
RESTING = "resting"
"""In place of an error's class: a running step stands still beside a live room."""
LONGEST_PAUSE = timedelta(minutes=10)


class State(Enum):
    """How far a step is."""

    WAITING = "waiting"
    READY = "ready"
    SENT = "sent"
    RUNNING = "running"
    PARKED = "parked"
    DONE = "done"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    CANCELLED = "cancelled"


UNFINISHED = frozenset({State.WAITING, State.READY, State.SENT, State.RUNNING, State.PARKED})
IN_FLIGHT = frozenset({State.SENT, State.RUNNING})
ENDED_BADLY = frozenset({State.FAILED, State.QUARANTINED, State.CANCELLED})


class StepError(Exception):
    """Base of what a step's work may raise."""


class Transient(StepError):
    """Worth another try soon."""


class Resource(StepError):
    """Something ran out; `until` says when to look again (default: after `pause`)."""

    pause = LONGEST_PAUSE

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class NotHere(Resource):
    """What the step reads has not come to this host yet."""


class Permanent(StepError):
    """Trying again cannot help; the message says what a person should do."""


class Stopped(Exception):
    """Raised inside the work when the lease is lost or the step was cancelled."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One piece of work as stored."""

    id: str
    kind: str
    office_hour: str | None
    parameters: dict[str, Any]
    key: str
    state: State
    remaining: int
    priority: int
    lease_owner: str | None
    lease_until: datetime | None
    attempt: int
    lost_leases: int
    progress: float
    error_class: str
    error: str
    not_before: datetime | None
    sent_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    reserved_bytes: int


steps = sa.Table(
    "steps",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("office_hour", sa.String(32), index=True),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    sa.Column("state", EnumText(State), nullable=False, index=True),
    sa.Column("remaining", sa.Integer, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("lease_owner", sa.Text),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("lost_leases", sa.Integer, nullable=False),
    sa.Column("progress", sa.Float, nullable=False),
    sa.Column("error_class", sa.String(32), nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("not_before", UtcDateTime),
    sa.Column("sent_at", UtcDateTime),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("started_at", UtcDateTime),
    sa.Column("finished_at", UtcDateTime),
    sa.Column("reserved_bytes", sa.BigInteger, nullable=False, server_default="0"),
)
step_needs = sa.Table(
    "step_needs",
    metadata,
    sa.Column("step", sa.ForeignKey("steps.id"), primary_key=True),
    sa.Column("needs", sa.ForeignKey("steps.id"), primary_key=True, index=True),
)


# Writing steps down


def add(
    connection: Connection,
    *,
    kind: str,
    office_hour: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    needs: Iterable[str] = (),
    priority: int = 5,
    again: str = "",
) -> str:
    """Write a step down, in the transaction of the change that asks for it; returns its id.

    The same kind, office hour and parameters are one step: asking twice returns the first. Whoever really
    wants it done once more gives a different `again`. Lower `priority` goes first.
    """
    parameters = dict(parameters or {})
    key = _key(kind, office_hour, parameters, again)
    known = connection.scalar(sa.select(steps.c.id).where(steps.c.key == key))
    if known is not None:
        return str(known)
    needs = set(needs)
    done = connection.scalar(
        sa.select(sa.func.count()).select_from(steps).where(steps.c.id.in_(needs), steps.c.state == State.DONE)
    )
    remaining = len(needs) - (done or 0)
    id = random_id()
    connection.execute(
        steps.insert().values(
            id=id,
            kind=kind,
            office_hour=office_hour,
            parameters=parameters,
            key=key,
            state=State.WAITING if remaining else State.READY,
            remaining=remaining,
            priority=priority,
            attempt=0,
            lost_leases=0,
            progress=0.0,
            error_class="",
            error="",
            created_at=now(),
        )
    )
    unmet = rows_unmet(connection, needs)
    if unmet:
        connection.execute(step_needs.insert(), [{"step": id, "needs": need} for need in unmet])
    events.write(connection, "step", office_hour, id)
    return id


def wait_for(connection: Connection, id: str, needs: Iterable[str]) -> bool:
    """Let a step that is still waiting need more; called by a step that it needs, which knows now what is to be done.

    False when the step waits for nothing any more: it has begun or ended.
    """
    known = set(connection.scalars(sa.select(step_needs.c.needs).where(step_needs.c.step == id)))
    unmet = [need for need in rows_unmet(connection, set(needs)) if need not in known]
    waiting = (steps.c.id == id) & (steps.c.state == State.WAITING)
    more = steps.update().where(waiting).values(remaining=steps.c.remaining + len(unmet))
    if not connection.execute(more).rowcount:
        return False
    if unmet:
        connection.execute(step_needs.insert(), [{"step": id, "needs": need} for need in unmet])
    return True


def rows_unmet(connection: Connection, needs: set[str]) -> list[str]:
    """Which of `needs` are not done yet."""
    query = sa.select(steps.c.id).where(steps.c.id.in_(needs), steps.c.state != State.DONE)
    return list(connection.scalars(query))


def _key(kind: str, office_hour: str | None, parameters: Mapping[str, Any], again: str) -> str:
    text = json.dumps([kind, office_hour, parameters, again], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def get(connection: Connection, id: str) -> Step:
    """Raises LookupError."""
    step = row_as(Step, connection, sa.select(steps).where(steps.c.id == id))
    if step is None:
        raise LookupError(f"no step {id}")
    return step


def of_office_hour(connection: Connection, office_hour: str) -> list[Step]:
    """All steps of an office hour, oldest first."""
    query = sa.select(steps).where(steps.c.office_hour == office_hour).order_by(steps.c.created_at, steps.c.priority)
    return rows_as(Step, connection, query)


def listed(connection: Connection, states: Iterable[State], office_hour: str | None = None) -> list[Step]:
    """Steps in these states, in the order in which they are sent; of one office hour or of all."""
    query = sa.select(steps).where(steps.c.state.in_(set(states))).order_by(steps.c.priority, steps.c.created_at)
    return rows_as(Step, connection, query if office_hour is None else query.where(steps.c.office_hour == office_hour))


def done(connection: Connection, ids: Iterable[str]) -> list[Step]:
    """Of these steps those that are done."""
    return rows_as(Step, connection, sa.select(steps).where(steps.c.id.in_(set(ids)), steps.c.state == State.DONE))


def needed_by(connection: Connection, id: str) -> list[Step]:
    """What a step still waits for."""
    query = sa.select(steps).join(step_needs, step_needs.c.needs == steps.c.id).where(step_needs.c.step == id)
    return rows_as(Step, connection, query.where(steps.c.state != State.DONE).order_by(steps.c.created_at))


def beginning_with(connection: Connection, start: str) -> list[Step]:
    """The steps whose id begins with these hex digits, at most two: people type the first few. Raises ValueError."""
    if not start or set(start) - set("0123456789abcdef"):
        raise ValueError(f"{start!r} is not the beginning of a step's id")
    return rows_as(Step, connection, sa.select(steps).where(steps.c.id.like(f"{start}%")).limit(2))


def office_hours_since(connection: Connection, at: datetime) -> list[str]:
    """The office hours of which a step has begun or ended since a time."""
    recent = (steps.c.started_at > at) | (steps.c.finished_at > at)
    return list(
        connection.scalars(sa.select(steps.c.office_hour).where(recent, steps.c.office_hour.is_not(None)).distinct())
    )


def unfinished(connection: Connection, kind: str) -> bool:
    """True while a step of this kind has not ended."""
    query = sa.select(steps.c.id).where(steps.c.kind == kind, steps.c.state.in_(UNFINISHED)).limit(1)
    return connection.scalar(query) is not None


def forget(connection: Connection, kind: str, before: datetime) -> int:
    """Delete steps of a kind that ended before a time (periodic ones, that nobody needs). Returns how many."""
    old = (steps.c.kind == kind) & steps.c.state.in_({State.DONE, State.FAILED}) & (steps.c.finished_at < before)
    return connection.execute(steps.delete().where(old)).rowcount


def forget_errors(connection: Connection, ids: list[str]) -> None:
    """What went wrong with these steps may name somebody who is to be forgotten."""
    connection.execute(steps.update().where(steps.c.id.in_(ids)).values(error=""))


def cancel(connection: Connection, id: str) -> bool:
    """Stop a step for good; a running one notices at its next sign of life. False when it had ended."""
    return change(connection, id, UNFINISHED, state=State.CANCELLED, finished_at=now())


def retry(connection: Connection, id: str) -> bool:
    """Give a failed, quarantined or cancelled step a new start. False when it is none of these."""
    state = sa.case((steps.c.remaining > 0, State.WAITING.value), else_=State.READY.value)
    fresh = {"attempt": 0, "lost_leases": 0, "error": "", "error_class": "", "finished_at": None, "not_before": None}
    return change(connection, id, ENDED_BADLY, state=state, **fresh)


def change(connection: Connection, id: str, start: frozenset[State], **values: Any) -> bool:
    """Compare and set, with an event; False when the step is in none of the states `start`."""
    changed = connection.execute(steps.update().where(steps.c.id == id, steps.c.state.in_(start)).values(**values))
    if changed.rowcount:
        events.write(connection, "step", get(connection, id).office_hour, id)
    return bool(changed.rowcount)
