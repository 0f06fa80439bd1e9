"""The clock rings: office hours that are near are looked at, each once before its day and once before its start.

Running twice is fine: the newest look of an occasion takes the place of the one before.
"""

import logging
from datetime import datetime

from ingest import store as ingest_store
from web.parts import House
from web.preflight import lines, looks, store, telling

log = logging.getLogger(__name__)


def look_ahead(house: House, at: datetime) -> int:
    """Look at every office hour whose time has come. Returns how many were looked at."""
    with house.database.reading() as connection:
        near = [
            (hour, occasion)
            for hour in ingest_store.office_hours_in(connection, lines.COMING)
            for occasion in [lines.due(hour, store.looked_at(connection, hour.id), at)]
            if occasion is not None
        ]
    for hour, occasion in near:
        report = looks.examine(house, hour, occasion, at)
        with house.database.transaction() as connection:
            store.keep(connection, report)
            if report.red and house.questions.smtp_host:
                telling.tell(connection, report)
        if report.red:
            log.warning(
                "%s needs somebody before it starts: %s", hour.title, ", ".join(each.what for each in report.red)
            )
    if near:
        house.engine.dispatch()
    return len(near)


def sign(house: House, queue: str, at: datetime) -> None:
    """A worker of `queue` does this, so it lives."""
    with house.database.transaction() as connection:
        store.sign(connection, queue, at)
