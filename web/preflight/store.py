"""Tables of looks before office hours, of signs of life and of passed device checks, and all that touches them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest import events
from ingest.database import EnumText, UtcDateTime, metadata, row_as, rows_as
from web.preflight.lines import Line, Occasion, Report

preflights = sa.Table(
    "preflights",
    metadata,
    sa.Column("office_hour", sa.ForeignKey("office_hours.id"), primary_key=True),
    sa.Column("occasion", EnumText(Occasion), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("lines", sa.JSON, nullable=False),
)
signs_of_life = sa.Table(
    "signs_of_life",
    metadata,
    sa.Column("queue", sa.String(32), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
)
device_checks = sa.Table(
    "device_checks",
    metadata,
    sa.Column("person", sa.ForeignKey("persons.id"), primary_key=True),
    sa.Column("camera", sa.Boolean, nullable=False),
    sa.Column("microphone", sa.Boolean, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class DeviceCheck:
    """What of a person's camera and microphone worked when they last tried."""

    person: str
    camera: bool
    microphone: bool
    at: datetime


def keep(connection: Connection, report: Report) -> None:
    """The newest look of an occasion takes the place of the one before."""
    where = (preflights.c.office_hour == report.office_hour) & (preflights.c.occasion == report.occasion)
    connection.execute(preflights.delete().where(where))
    lines = [asdict(line) for line in report.lines]
    connection.execute(
        preflights.insert().values(office_hour=report.office_hour, occasion=report.occasion, at=report.at, lines=lines)
    )
    events.write(connection, "preflight", report.office_hour, report.office_hour)


def reports_of(connection: Connection, office_hour: str) -> list[Report]:
    """All looks at an office hour, the newest first."""
    query = sa.select(preflights).where(preflights.c.office_hour == office_hour).order_by(preflights.c.at.desc())
    return [_report(row) for row in connection.execute(query).mappings()]


def _report(row: Any) -> Report:
    return Report(**(dict(row) | {"lines": tuple(Line(**line) for line in row["lines"])}))


def looked_at(connection: Connection, office_hour: str) -> dict[Occasion, datetime]:
    """When the office hour was last looked at, by occasion."""
    return {report.occasion: report.at for report in reports_of(connection, office_hour)}


def newest_red(connection: Connection, office_hours: Iterable[str]) -> dict[str, int]:
    """How many lines are red in the newest look at each of these office hours, where there is one."""
    newest = {id: next(iter(reports_of(connection, id)), None) for id in office_hours}
    return {id: len(report.red) for id, report in newest.items() if report is not None}


def sign(connection: Connection, queue: str, at: datetime) -> None:
    """A worker of this queue lives."""
    changed = connection.execute(signs_of_life.update().where(signs_of_life.c.queue == queue).values(at=at))
    if not changed.rowcount:
        connection.execute(signs_of_life.insert().values(queue=queue, at=at))


def last_sign(connection: Connection, queue: str) -> datetime | None:
    """When a worker of this queue was last heard of."""
    found: datetime | None = connection.scalar(sa.select(signs_of_life.c.at).where(signs_of_life.c.queue == queue))
    return found


def note_devices(connection: Connection, check: DeviceCheck) -> None:
    """Remember how a person's camera and microphone did; the newest try counts."""
    connection.execute(device_checks.delete().where(device_checks.c.person == check.person))
    connection.execute(device_checks.insert().values(**asdict(check)))


def devices_of(connection: Connection, person: str) -> DeviceCheck | None:
    return row_as(DeviceCheck, connection, sa.select(device_checks).where(device_checks.c.person == person))


def devices_among(connection: Connection, persons: Iterable[str]) -> list[DeviceCheck]:
    """The checks of these persons, the newest first."""
    query = sa.select(device_checks).where(device_checks.c.person.in_(list(persons)))
    return rows_as(DeviceCheck, connection, query.order_by(device_checks.c.at.desc()))
