"""The table of device tests by their codes, and all that touches it. A row is gone after a day."""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.database import EnumText, UtcDateTime, metadata
from web.devicetest.verdict import Facts, Verdict

KEPT = timedelta(hours=24)
CODES = 10_000
TRIES = 40
"""With half of all codes taken, forty tries find a free one but once in a million million times."""

device_tests = sa.Table(
    "device_tests",
    metadata,
    sa.Column("code", sa.String(4), primary_key=True),
    sa.Column("verdict", EnumText(Verdict), nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("browser", sa.String(32), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
)


@dataclass(frozen=True, kw_only=True)
class DeviceTest:
    """One test as stored."""

    code: str
    verdict: Verdict
    facts: Facts
    browser: str
    at: datetime


def keep(
    connection: Connection,
    verdict: Verdict,
    facts: Facts,
    browser: str,
    at: datetime,
    draw: Callable[[], int] = lambda: secrets.randbelow(CODES),
) -> DeviceTest:
    """Store a test under a free code; when all drawn ones are taken, the last takes an older test's place."""
    forget(connection, at)
    code = ""
    for _ in range(TRIES):
        code = f"{draw():04}"
        if find(connection, code, at) is None:
            break
    test = DeviceTest(code=code, verdict=verdict, facts=facts, browser=browser, at=at)
    connection.execute(device_tests.delete().where(device_tests.c.code == code))
    connection.execute(device_tests.insert().values(**_row(test)))
    return test


def _row(test: DeviceTest) -> dict[str, Any]:
    return asdict(test) | {"facts": asdict(test.facts)}


def find(connection: Connection, code: str, at: datetime) -> DeviceTest | None:
    """The test behind a code, unless a day has passed."""
    query = sa.select(device_tests).where(device_tests.c.code == code, device_tests.c.at > at - KEPT)
    row = connection.execute(query).mappings().first()
    return None if row is None else DeviceTest(**(dict(row) | {"facts": Facts(**row["facts"])}))


def forget(connection: Connection, at: datetime) -> int:
    """Erase what is a day old. Returns how many."""
    return connection.execute(device_tests.delete().where(device_tests.c.at <= at - KEPT)).rowcount
