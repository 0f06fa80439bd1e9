"""Bytes that a step will write come in; a promise of room for them goes out, or NoRoom, before any work is done.

A promise stands in the step's row and lasts as long as it runs; what is left of others' promises counts as taken.
Some of the disk is never promised: live rooms and the database write there without asking.
"""

import errno
import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import rows_as
from ingest.steps import Resource, State, Step, steps

MEGABYTE = 1_000_000
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class NoRoom(Resource):
    """The disk is full, or would be: parked, and looked at again soon, because people make room within minutes."""

    pause = timedelta(seconds=30)


def free_bytes(folder: Path) -> int:
    """What may still be written below `folder`, which need not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def before(connection: Connection, step: Step, host: str = "") -> list[Step]:
    """Who runs with a promise that is older than that of `step`: the order that decides when two ask at once.

    On `host` only, if every host has a disk of its own.
    """
    running = (steps.c.state == State.RUNNING) & (steps.c.reserved_bytes > 0) & (steps.c.id != step.id)
    found = rows_as(Step, connection, sa.select(steps).where(running))
    return [each for each in found if _order(each) < _order(step) and (each.lease_owner or "").startswith(host)]


def _order(step: Step) -> tuple[float, str]:
    return (step.started_at.timestamp() if step.started_at else 0.0, step.id)


def promised_bytes(others: Iterable[Step]) -> int:
    """What others will still write: their promises less what they have done."""
    return sum(round(each.reserved_bytes * (1 - each.progress)) for each in others)


def check(wanted: int, *, free: int, promised: int, spare: int) -> None:
    """Raise NoRoom unless `wanted` bytes fit beside what is promised to others and what stays free."""
    if free - promised - spare >= wanted:
        return
    others = f", {spoken(promised)} are promised to other steps" if promised else ""
    kept = f", {spoken(spare)} stay free for live rooms (OFFICEHOURS_DISK_SPARE_MB)" if spare else ""
    raise NoRoom(
        f"not enough room on the disk: {spoken(wanted)} are needed, {spoken(free)} are free{others}{kept}; "
        "it goes on by itself when there is room"
    )


def spoken(count: int) -> str:
    """`1.2 GB`, `340 MB`; never zero for something."""
    if count >= 1000 * MEGABYTE:
        return f"{count / 1e9:.1f} GB"
    return f"{-(-count // MEGABYTE)} MB"


def is_full(error: BaseException) -> bool:
    """Whether `error`, or what led to it, says that the disk or a quota is full."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in FULL:
            return True
        seen = seen.__cause__ or seen.__context__
    return False
