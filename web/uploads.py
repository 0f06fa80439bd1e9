"""A file of somebody else's recording comes in piece by piece; a row says how far it is and what became of it.

    receiving --(last byte)--> received --(step import.film)--> taken, or refused with the reason

How much is there is the length of the file itself: after a crash it is right, whatever the row knew. The same file
(name, length, time) chosen again by the same account goes on where it was.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import steps
from ingest.database import EnumText, UtcDateTime, metadata, now, random_id, row_as, rows_as

IMPORT = "import.film"
KEPT = timedelta(days=7)
"""An upload that nobody went on with, and a refusal that has been read, are forgotten after a week."""


class State(Enum):
    """How far an upload is."""

    RECEIVING = "receiving"
    RECEIVED = "received"
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One file on its way in; `id` becomes the office hour's. `fingerprint` is what a browser knows of the file."""

    id: str
    account: str
    file_name: str
    size_bytes: int
    fingerprint: str
    title: str
    host_name: str
    language: str
    release: bool
    state: State
    error: str
    step: str | None
    created_at: datetime
    changed_at: datetime


uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("account", sa.String(32), nullable=False, index=True),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("host_name", sa.Text, nullable=False),
    sa.Column("language", sa.String(16), nullable=False),
    sa.Column("release", sa.Boolean, nullable=False),
    sa.Column("state", EnumText(State), nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("step", sa.String(32)),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)


class Elsewhere(Exception):
    """The bytes do not begin where the file ends, or somebody else is writing it; `offset` is where it ends."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"{offset} bytes are here")
        self.offset = offset


def begin(connection: Connection, **values: Any) -> Upload:
    """Take up an upload; one of the same file by the same account that is not complete goes on."""
    same = (uploads.c.account == values["account"]) & (uploads.c.fingerprint == values["fingerprint"])
    known = row_as(Upload, connection, sa.select(uploads).where(same, uploads.c.state == State.RECEIVING))
    if known is not None:
        return known
    fixed = {"id": random_id(), "state": State.RECEIVING, "error": "", "created_at": now(), "changed_at": now()}
    connection.execute(uploads.insert().values(**values, **fixed))
    return get(connection, fixed["id"])


def get(connection: Connection, id: Any) -> Upload:
    """Raises LookupError."""
    found = row_as(Upload, connection, sa.select(uploads).where(uploads.c.id == id))
    if found is None:
        raise LookupError(f"no upload {id}")
    return found


def all_of(connection: Connection) -> list[Upload]:
    """Every upload that is remembered, newest first."""
    return rows_as(Upload, connection, sa.select(uploads).order_by(uploads.c.created_at.desc()))


def move(connection: Connection, id: str, start: State, goal: State, **values: Any) -> bool:
    """Compare and set; False when it is not in the state `start`."""
    fits = (uploads.c.id == id) & (uploads.c.state == start)
    done = connection.execute(uploads.update().where(fits).values(state=goal, changed_at=now(), **values))
    return bool(done.rowcount)


def complete(connection: Connection, id: str) -> bool:
    """The last byte is here: write down the step that makes an office hour of it. False when that was done."""
    step = steps.add(connection, kind=IMPORT, parameters={"upload": id}, priority=3)
    return move(connection, id, State.RECEIVING, State.RECEIVED, step=step)


def remove(connection: Connection, id: str) -> None:
    """Forget an upload; its step, if it has one, is stopped."""
    upload = get(connection, id)
    if upload.step is not None:
        steps.cancel(connection, upload.step)
    connection.execute(uploads.delete().where(uploads.c.id == id))


def forget(connection: Connection, at: datetime) -> list[str]:
    """Delete what nobody needs any more; the ids, whose files go too."""
    ended = uploads.c.state != State.RECEIVED
    old = list(connection.scalars(sa.select(uploads.c.id).where(ended, uploads.c.changed_at < at - KEPT)))
    connection.execute(uploads.delete().where(uploads.c.id.in_(old)))
    return old


# The bytes


def path_of(data: Path, id: str) -> Path:
    """Where the bytes of an upload lie; nothing of its name comes from outside."""
    if not id.isalnum():
        raise ValueError(f"not an upload's id: {id!r}")
    return data / "uploads" / id


def lent_as(id: str) -> str:
    """The name under which workers on other hosts find it in an archive's store."""
    return f"uploads/{id}"


def offset_of(data: Path, id: str) -> int:
    """How many bytes are here."""
    path = path_of(data, id)
    return path.stat().st_size if path.exists() else 0


@contextmanager
def appending(data: Path, id: str, offset: int) -> Iterator[IO[bytes]]:
    """The file, to write on at `offset`; on the disk when left. Raises Elsewhere."""
    path = path_of(data, id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Elsewhere(path.stat().st_size) from error
        there = path.stat().st_size
        if there != offset:
            raise Elsewhere(there)
        try:
            yield file
        finally:
            os.fsync(file.fileno())
