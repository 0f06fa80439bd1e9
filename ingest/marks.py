"""Moments that staff or the host want looked at before release come in, with a reason now or later; rows go out.

A mark reaches back: who presses has just heard it. The room writes the media time into the timeline by the command;
the reason lives in the row alone. A recording with an open mark is not released. Reasons and notes name people: they
are forgotten with people's own tracks, the moments stay.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import commands, events
from ingest.database import UtcDateTime, metadata, now, random_id, rows_as
from ingest.store import NotFound, Overtaken, over_before

BACK_S = 30
"""How far before the press a mark begins."""
REASON_LENGTH = 200
NOTE_LENGTH = 500

marks = sa.Table(
    "marks",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), nullable=False, index=True),
    sa.Column("command", sa.String(32), nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("back_s", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("settled_at", UtcDateTime),
    sa.Column("settled_by", sa.String(64), nullable=False, server_default=""),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One moment to look at, from `back_s` before `at`; open until somebody settled it, with a note or without.

    `command` is the wish to the room; `tick` the media time of the press, once the room has applied it.
    """

    id: str
    office_hour: str
    command: str
    by: str
    at: datetime
    back_s: int
    reason: str
    settled_at: datetime | None
    settled_by: str = ""
    note: str = ""
    tick: int | None = None

    @property
    def open(self) -> bool:
        return self.settled_at is None


def note(connection: Connection, office_hour: str, *, by: str, reason: str = "") -> str:
    """Note this moment. Returns the mark's id."""
    reason = reason.strip()[:REASON_LENGTH]
    command = commands.write(connection, office_hour, commands.Kind.MARK, by=by, back_s=BACK_S)
    id = random_id()
    row = {"id": id, "office_hour": office_hour, "command": command, "by": by, "reason": reason}
    connection.execute(marks.insert().values(**row, at=now(), back_s=BACK_S))
    events.write(connection, "mark", office_hour, id)
    return id


def explain(connection: Connection, office_hour: str, id: str, reason: str) -> None:
    """Say afterwards why. Raises NotFound."""
    _change(connection, office_hour, id, reason=reason.strip()[:REASON_LENGTH])


def settle(connection: Connection, office_hour: str, id: str, *, by: str = "", note: str = "") -> None:
    """It was looked at. Raises NotFound, Overtaken when somebody has done so."""
    found = next((mark for mark in of_office_hour(connection, office_hour) if mark.id == id), None)
    if found is not None and not found.open:
        raise Overtaken(f"the mark {id} was looked at already")
    _change(connection, office_hour, id, settled_at=now(), settled_by=by, note=note.strip()[:NOTE_LENGTH])


def _change(connection: Connection, office_hour: str, id: str, **values: object) -> None:
    found = connection.execute(
        marks.update().where(marks.c.id == id, marks.c.office_hour == office_hour).values(**values)
    )
    if found.rowcount != 1:
        raise NotFound(f"no mark {id} in office hour {office_hour}")
    events.write(connection, "mark", office_hour, id)


def forget(connection: Connection, before: datetime) -> int:
    """Blank reasons and notes of office hours released before then, or over without a release. Returns how many.

    While a mark is open its reason is needed, however long that takes.
    """
    said = (marks.c.reason != "") | (marks.c.note != "")
    which = (marks.c.office_hour.in_(over_before(before)), marks.c.settled_at.is_not(None), said)
    return connection.execute(marks.update().where(*which).values(reason="", note="")).rowcount


def of_office_hour(connection: Connection, office_hour: str) -> list[Mark]:
    """All marks, the newest first; one that the room refused, since nothing was on air, is none."""
    wishes = commands.commands
    query = (
        sa.select(*marks.c, wishes.c.tick)
        .join(wishes, wishes.c.id == marks.c.command)
        .where(marks.c.office_hour == office_hour, wishes.c.state != commands.State.REFUSED)
        .order_by(marks.c.at.desc())
    )
    return rows_as(Mark, connection, query)


def unsettled(connection: Connection, office_hour: str) -> list[Mark]:
    """Marks that nobody has looked at yet, the newest first."""
    return [mark for mark in of_office_hour(connection, office_hour) if mark.open]
