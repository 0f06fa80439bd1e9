"""Kinds of steps, and what a step's function holds while it runs: its parameters, and the lease it renews."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ingest import events
from ingest.archive import Archive, Wanted
from ingest.database import AWAY, Database, now
from ingest.steps import RESTING, Permanent, State, Step, Stopped, steps


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of step: its name, the queue it waits in, and the function that does it.

    `at_once`: how many of this kind may be under way in the whole installation; 0 is as many as there are places.
    `room`: how many bytes it will write, asked before it begins and reserved on the disk while it runs.
    `reads`: which of the office hour's media it needs, asked when all small files are here; None: it touches no files.
    """

    name: str
    queue: str
    run: Callable[["Work"], None]
    priority: int = 5
    at_once: int = 0
    room: Callable[["Work"], int] = lambda work: 0
    reads: Callable[["Work"], Wanted] | None = None


@dataclass
class Work:
    """What a step's function holds while it runs."""

    step: Step
    database: Database
    archive: Archive
    owner: str
    lease: timedelta
    clock: Callable[[], datetime] = now
    rests: Callable[[], bool] = lambda: False
    """Whether its children have to stand still for now; said in the row, so that nobody wonders."""
    _rested: bool = field(default=False, repr=False)
    _renewed: datetime | None = field(default=None, repr=False)

    @property
    def parameters(self) -> dict[str, Any]:
        return self.step.parameters

    @property
    def office_hour(self) -> str:
        """The office hour's id. Raises Permanent for a step that has none."""
        if self.step.office_hour is None:
            raise Permanent(f"a step of kind {self.step.kind} needs an office hour")
        return self.step.office_hour

    def progress(self, fraction: float) -> None:
        """A sign of life, cheap enough to give often: written at most six times a lease. Raises Stopped.

        While the database is away nobody else can take the step either: the work goes on for as long as a lease.
        """
        self._sign(min(max(fraction, 0.0), 1.0))

    def _sign(self, fraction: float | None) -> None:
        at = self.clock()
        if self._renewed is not None and timedelta() <= at - self._renewed < self.lease / 6:
            return  # a clock that was set back would keep silent for as long as that
        try:
            self._renew(at, fraction)
        except AWAY:
            if self._renewed is None or at - self._renewed > self.lease:
                raise

    def alive(self) -> None:
        """A sign of life without a word about how far it is; as cheap as `progress`. Raises Stopped."""
        self._sign(None)

    def confirm(self) -> None:
        """Compare and set right now, before a rename or an outside call. Raises Stopped."""
        self._renew(self.clock(), None)

    def share(self, wanted: Wanted) -> bool:
        """Give others what was made here so far, and fetch what they made meanwhile; whether that was anything.

        Whoever computes something over what others make too (the master playlist) does so until nothing comes.
        """
        self.confirm()
        self.archive.put(self.office_hour, self.alive)
        return self.archive.bring(self.office_hour, wanted, self.alive)

    def _renew(self, at: datetime, fraction: float | None) -> None:
        values: dict[str, Any] = {"lease_until": at + self.lease}
        if fraction is not None:
            values["progress"] = fraction
        if (rests := self.rests()) != self._rested:
            values["error_class"] = RESTING if rests else ""
        with self.database.transaction() as connection:
            held = connection.execute(mine(self.step.id, self.owner).values(**values)).rowcount
            if held and fraction is not None:
                events.write(connection, "step", self.step.office_hour, self.step.id)
        if not held:
            raise Stopped(f"step {self.step.id} is no longer {self.owner}'s")
        self._renewed, self._rested = at, rests


def mine(id: str, owner: str) -> sa.Update:
    """An update of a step that only holds while `owner` has it."""
    return steps.update().where(steps.c.id == id, steps.c.lease_owner == owner, steps.c.state == State.RUNNING)
