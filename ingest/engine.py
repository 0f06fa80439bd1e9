"""The engine: rows of steps go in; workers are rung, a step is claimed, run and ended, losses are mended.

It is small on purpose: order, routing and workers are Celery's; the engine only decides whether a step may run.
"""

import logging
import os
import socket
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import disk, events, turns
from ingest.archive import Archive
from ingest.database import AWAY, Database, EnumText, now, random_id
from ingest.steps import (
    ATTEMPTS,
    LONGEST_PAUSE,
    LOST_LEASES,
    UNFINISHED,
    NotHere,
    Resource,
    State,
    Step,
    StepError,
    Stopped,
    Transient,
    change,
    get,
    step_needs,
    steps,
)
from ingest.work import Kind, Work, mine

log = logging.getLogger(__name__)

ON_ITS_WAY = timedelta(seconds=3)
"""When to look again for a recording whose last segments are still being put into the archive's store."""
LOOK_AGAIN_S = 1.0
"""Pause between two tries to write down what was done while the database restarts."""


class Engine:
    """Dispatches, runs and reconciles steps; `send(step, kind)` rings a worker and may fail or get lost.

    `rests` says whether heavy steps have to stand still on this machine for now.
    """

    def __init__(
        self,
        database: Database,
        archive: Archive,
        kinds: Sequence[Kind],
        send: Callable[[Step, Kind], None],
        *,
        in_flight: int = 4,
        lease_s: float = 60.0,
        spare_bytes: int = 0,
        rests: Callable[[], bool] = lambda: False,
        clock: Callable[[], datetime] = now,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.database = database
        self.archive = archive
        self.kinds = {kind.name: kind for kind in kinds}
        self.send = send
        self.in_flight = in_flight
        self.lease = timedelta(seconds=lease_s)
        self.spare_bytes = spare_bytes
        self.rests = rests
        self.clock = clock
        self.pause = pause

    def dispatch(self) -> int:
        """Send what is ready, as far as each office hour's share allows. Returns how many were sent."""
        with self.database.transaction() as connection:
            chosen = turns.next_ones(connection, self.kinds.values(), self.in_flight)
            for step in chosen:
                change(connection, step.id, frozenset({State.READY}), state=State.SENT, sent_at=self.clock())
        for step in chosen:
            self._ring(step)
        return len(chosen)

    def _ring(self, step: Step) -> None:
        kind = self.kinds.get(step.kind)
        if kind is None:
            self._end(step.id, State.FAILED, "permanent", f"nobody here knows steps of kind {step.kind}")
            return
        try:
            self.send(step, kind)
        except OSError as error:  # kombu's OperationalError is one: the broker is away, reconcile rings again
            log.warning("step %s could not be sent: %s", step.id, error)

    def _end(self, id: str, state: State, error_class: str, error: str) -> None:
        with self.database.transaction() as connection:
            values = {"error_class": error_class, "error": error, "finished_at": self.clock()}
            change(connection, id, UNFINISHED, state=state, **values)

    def run(self, id: str) -> State | None:
        """Do a step if it may be done now: claimed, run, ended, and whoever waited for it is sent.

        None when somebody else has it or it has ended. Never raises for what the work did.
        """
        work = self._claim(id)
        if work is None:
            return None
        outcome = self._work(work)
        ended = self._write_down(work, outcome)
        self.dispatch()
        return outcome["state"] if ended else None

    def _write_down(self, work: Work, outcome: dict[str, Any]) -> bool:
        """End the step as `outcome` says, if it is still ours; waits for a database that restarts, up to a lease."""
        for _ in range(max(1, round(self.lease.total_seconds() / LOOK_AGAIN_S))):
            try:
                return self._try_to_write_down(work, outcome)
            except AWAY as error:
                log.warning("step %s has ended, but the database is away: %s", work.step.id, error)
                self.pause(LOOK_AGAIN_S)
        return self._try_to_write_down(work, outcome)

    def _try_to_write_down(self, work: Work, outcome: dict[str, Any]) -> bool:
        id = work.step.id
        with self.database.transaction() as connection:
            ended = connection.execute(mine(id, work.owner).values(**outcome)).rowcount
            if ended and outcome["state"] is State.DONE:
                count_down(connection, id)
            if ended:
                events.write(connection, "step", work.step.office_hour, id)
        return bool(ended)

    def _claim(self, id: str) -> Work | None:
        owner = f"{socket.gethostname()}:{os.getpid()}:{random_id()[:8]}"
        at = self.clock()
        with self.database.transaction() as connection:
            claimed = connection.execute(
                steps.update()
                .where(steps.c.id == id, steps.c.state.in_({State.SENT, State.READY}))
                .values(
                    state=State.RUNNING,
                    lease_owner=owner,
                    lease_until=at + self.lease,
                    attempt=steps.c.attempt + 1,
                    started_at=at,
                    progress=0.0,
                    reserved_bytes=0,
                )
            ).rowcount
            if not claimed:
                return None
            step = get(connection, id)
            events.write(connection, "step", step.office_hour, id)
        return Work(
            step=step,
            database=self.database,
            archive=self.archive,
            owner=owner,
            lease=self.lease,
            clock=self.clock,
            rests=self.rests if self._is_heavy(step) else lambda: False,
            _renewed=at,
        )

    def _is_heavy(self, step: Step) -> bool:
        kind = self.kinds.get(step.kind)
        return kind is not None and kind.queue == "heavy"

    def _work(self, work: Work) -> dict[str, Any]:
        """Run the step's function; what its row should say afterwards."""
        step, at = work.step, self.clock
        try:
            self._do(work, self.kinds[step.kind])
        except Stopped as stopped:
            log.info("step %s (%s) stopped: %s", step.id, step.kind, stopped)
            return {"state": State.READY, "finished_at": None}  # holds only if the lease is still ours
        except StepError as error:
            log.warning("step %s (%s): %s", step.id, step.kind, error)
            return outcome_of(error, step.attempt, at())
        except AWAY as error:
            log.warning("step %s (%s): the database is away: %s", step.id, step.kind, error)
            return outcome_of(Transient("the database was away"), step.attempt, at())
        except Exception as error:  # a fault in our own code: shown to staff, not tried for ever
            if disk.is_full(error):
                return outcome_of(disk.NoRoom(f"the disk is full: {error}"), step.attempt, at())
            log.exception("step %s (%s) broke", step.id, step.kind)
            return _failed("bug", f"{type(error).__name__}: {error}", at())
        return {"state": State.DONE, "progress": 1.0, "error": "", "error_class": "", "finished_at": at()}

    def _do(self, work: Work, kind: Kind) -> None:
        """The step's own function, between fetching what it reads and giving others what it made."""
        if kind.reads is None or work.step.office_hour is None:
            self._reserve(work, kind)
            kind.run(work)
            return
        with self.archive.in_use(work.office_hour):
            wanted = kind.reads(work)
            self.archive.bring(work.office_hour, wanted, work.alive)
            if not self.archive.arrived(work.office_hour):
                raise NotHere("the recording is still on its way from the studio", self.clock() + ON_ITS_WAY)
            self._reserve(work, kind)
            kind.run(work)
            work.confirm()
            self.archive.put(work.office_hour, work.alive)

    def _reserve(self, work: Work, kind: Kind) -> None:
        """Promise the step the room it will need. Raises NoRoom, Stopped, and what asking it raises."""
        wanted = kind.room(work)
        if not wanted:
            return
        with self.database.transaction() as connection:
            if not connection.execute(mine(work.step.id, work.owner).values(reserved_bytes=wanted)).rowcount:
                raise Stopped(f"step {work.step.id} is no longer {work.owner}'s")
        # Looked at after the promise is written: of two that ask at once, one sees the other.
        with self.database.reading() as connection:
            host = "" if self.archive.one_disk else f"{socket.gethostname()}:"
            promised = disk.promised_bytes(disk.before(connection, work.step, host))
        free = disk.free_bytes(self.archive.root)
        disk.check(wanted, free=free, promised=promised, spare=self.spare_bytes)

    def reconcile(self) -> int:
        """Mend what was lost: dead leases, lost messages, pauses that are over. Returns how many were sent."""
        at = self.clock()
        with self.database.transaction() as connection:
            self._free_dead_leases(connection, at)
            connection.execute(
                steps.update()
                .where(steps.c.state == State.SENT, _over(steps.c.sent_at, at - self.lease, at))
                .values(state=State.READY)
            )
            connection.execute(
                steps.update().where(steps.c.state == State.PARKED, steps.c.not_before <= at).values(state=State.READY)
            )
        return self.dispatch()

    def _free_dead_leases(self, connection: Connection, at: datetime) -> None:
        expired = (steps.c.state == State.RUNNING) & _over(steps.c.lease_until, at, at + 2 * self.lease)
        poison = steps.c.lost_leases + 1 >= LOST_LEASES
        connection.execute(
            steps.update()
            .where(expired, poison)
            .values(
                state=State.QUARANTINED,
                lost_leases=steps.c.lost_leases + 1,
                error_class="poison",
                error="three workers died or froze over this step",
                finished_at=at,
            )
        )
        connection.execute(steps.update().where(expired).values(state=State.READY, lost_leases=steps.c.lost_leases + 1))


def _over(column: sa.Column[Any], earliest: datetime, latest: datetime) -> sa.ColumnElement[bool]:
    """Whether a time has passed, or is one that a clock wrote before it was set back."""
    return (column < earliest) | (column > latest)


def outcome_of(error: StepError, attempt: int, at: datetime) -> dict[str, Any]:
    """What a step's row says after `error` in try number `attempt`."""
    if isinstance(error, Resource):
        until = error.until or at + error.pause
        values = {"state": State.PARKED, "not_before": until, "error_class": "resource", "error": str(error)}
        return values | {"attempt": attempt - 1}  # that something ran out is no failed try
    if isinstance(error, Transient) and attempt < ATTEMPTS:
        until = at + min(timedelta(seconds=2**attempt), LONGEST_PAUSE)
        return {"state": State.PARKED, "not_before": until, "error_class": "transient", "error": str(error)}
    return _failed("transient" if isinstance(error, Transient) else "permanent", str(error), at)


def _failed(error_class: str, error: str, at: datetime) -> dict[str, Any]:
    return {"state": State.FAILED, "error_class": error_class, "error": error, "finished_at": at}


def count_down(connection: Connection, done: str) -> None:
    """One statement: whoever needed `done` needs one less, and is ready when that was the last."""
    waiters = sa.select(step_needs.c.step).where(step_needs.c.needs == done)
    last = (steps.c.remaining == 1) & (steps.c.state == State.WAITING)
    connection.execute(
        steps.update()
        .where(steps.c.id.in_(waiters))
        .values(
            remaining=steps.c.remaining - 1,
            state=sa.case((last, sa.literal(State.READY, EnumText(State))), else_=steps.c.state),
        )
    )
