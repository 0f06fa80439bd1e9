"""What a room says is wrong comes in as rows, and goes out to whoever shows it; also when staff were last there.

A room's alarms replace those it told before; an event is written when something came or went. Rows hold ids: names
are put in where staff read them.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import EnumText, UtcDateTime, metadata, rows_as
from ingest.faults import Fault

STAFF_GONE = timedelta(seconds=20)
"""A staff page says every five seconds that it is there; three in a row may get lost."""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """Something that is wrong in a room now; `person` is empty when it is about the room, `minutes` only of a disk."""

    office_hour: str
    fault: Fault
    person: str = ""
    since: datetime
    minutes: int | None = None


alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), primary_key=True),
    sa.Column("fault", EnumText(Fault), primary_key=True),
    sa.Column("person", sa.String(32), primary_key=True),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("minutes", sa.Integer),
)
attendance = sa.Table(
    "attendance",
    metadata,
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), primary_key=True),
    sa.Column("seen_at", UtcDateTime, nullable=False),
)


def keep(connection: Connection, office_hour: str, found: Collection[Alarm]) -> bool:
    """From now on these are the alarms of a room; True when that is something new. A known one keeps its time."""
    before = {(each.fault, each.person): each for each in of_office_hour(connection, office_hour)}
    after = {(each.fault, each.person): each for each in found}
    changed = False
    for key in before.keys() - after.keys():
        connection.execute(alarms.delete().where(*_is(before[key])))
        changed = True
    for key, alarm in after.items():
        if key not in before:
            connection.execute(alarms.insert().values(**asdict(alarm)))
        elif alarm.minutes != before[key].minutes:
            connection.execute(alarms.update().where(*_is(alarm)).values(minutes=alarm.minutes))
        else:
            continue
        changed = True
    if changed:
        events.write(connection, "alarm", office_hour, office_hour)
    return changed


def _is(alarm: Alarm) -> list[sa.ColumnElement[bool]]:
    return [
        alarms.c.office_hour == alarm.office_hour, alarms.c.fault == alarm.fault, alarms.c.person == alarm.person
    ]  # fmt: skip


def of_office_hour(connection: Connection, office_hour: str) -> list[Alarm]:
    """What is wrong now, the urgent first."""
    found = rows_as(Alarm, connection, sa.select(alarms).where(alarms.c.office_hour == office_hour))
    order = list(Fault)
    return sorted(found, key=lambda each: (order.index(each.fault), each.since, each.person))


def staff_seen(connection: Connection, office_hour: str, at: datetime) -> None:
    """A page of staff about this office hour is open; who comes back after having been gone is an event."""
    there = staff_there(connection, office_hour, at)
    changed = connection.execute(
        attendance.update().where(attendance.c.office_hour == office_hour).values(seen_at=at)
    ).rowcount
    if not changed:
        connection.execute(attendance.insert().values(office_hour=office_hour, seen_at=at))
    if not there:
        events.write(connection, "staff", office_hour, office_hour)


def staff_there(connection: Connection, office_hour: str, at: datetime) -> bool:
    """Whether staff can see what happens in this office hour."""
    seen = last_seen(connection, office_hour)
    return seen is not None and at - seen < STAFF_GONE


def last_seen(connection: Connection, office_hour: str) -> datetime | None:
    """When a page of staff was open last."""
    table = attendance.c
    seen: datetime | None = connection.scalar(sa.select(table.seen_at).where(table.office_hour == office_hour))
    return seen
