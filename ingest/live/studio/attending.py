"""What a room says is wrong, and whether staff are there, come in often; rows and events go out when it changes.

The studio's side, one for all its rooms. While the database is away the last look is done again until it is kept.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ingest import attention, events
from ingest.attention import Alarm
from ingest.database import Database, now
from ingest.faults import Fault


class Attending:
    """See the module. `changed` is cheap and asked each time; `keep` touches the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, tuple[object, bool]] = {}

    def changed(self, office_hour: str, found: Sequence[dict[str, Any]], staff: bool) -> bool:
        """Whether this differs from what was kept last."""
        return self._kept.get(office_hour) != (_key(found), staff)

    def keep(self, office_hour: str, found: Sequence[dict[str, Any]], staff: bool) -> None:
        """Write it down. What a process before this one left is replaced."""
        at = now()
        rows = [
            Alarm(
                office_hour=office_hour,
                fault=Fault(each["fault"]),
                person=each["person"],
                since=at - timedelta(seconds=each["for_s"]),
                minutes=each.get("minutes"),
            )
            for each in found
        ]
        before = self._kept.get(office_hour)
        with self._database.transaction() as connection:
            attention.keep(connection, office_hour, rows)
            if before is not None and before[1] and not staff:
                events.write(connection, "staff", office_hour, office_hour)
        self._kept[office_hour] = (_key(found), staff)

    def forget(self, office_hour: str) -> None:
        """The room has closed: nothing is wrong in it any more."""
        with self._database.transaction() as connection:
            attention.keep(connection, office_hour, [])
        self._kept.pop(office_hour, None)


def _key(found: Sequence[dict[str, Any]]) -> object:
    return tuple((each["fault"], each["person"], each.get("minutes")) for each in found)
