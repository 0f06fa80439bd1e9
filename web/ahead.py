"""Office hours on air come in; for each a step that hears what was said so far goes out, one at a time."""

from datetime import datetime

from sqlalchemy.engine import Connection

from ingest import steps, store
from ingest.officehours import OfficeHour, State
from transcode import worklist

ON_AIR = frozenset({State.ON_AIR, State.PAUSED})


def write(connection: Connection, at: datetime) -> int:
    """Write these steps down; those that are done are forgotten, so that an hour on air has one row. Returns how many.

    Where one has failed nothing more is tried: the captions step says what is wrong when its time has come.
    """
    written = 0
    for hour in store.office_hours_in(connection, ON_AIR):
        before = [step for step in steps.of_office_hour(connection, hour.id) if step.kind == worklist.AHEAD]
        if _wanted(hour) and all(step.state is steps.State.DONE for step in before):
            steps.forget(connection, worklist.AHEAD, at)
            worklist.add_ahead(connection, hour.id, 1, hour.language, at.isoformat())
            written += 1
    return written


def _wanted(hour: OfficeHour) -> bool:
    """Whether there will be captions: not of a rehearsal, nor of what is live only."""
    return hour.recorded and hour.rehearsal_of is None
