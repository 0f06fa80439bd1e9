"""What people said comes in; what of a recording has to be made anew, or taken back, goes out as steps.

While the room is there it binds every output itself (`ingest/live/`), and at the end `pipeline.begin` looks again.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.engine import Connection

from ingest import store
from ingest.officehours import WITH_RECORDING, OfficeHour, Visibility
from ingest.people import Scope
from publish import covering, pipeline, withdrawal
from publish import store as published
from publish.publication import State, TargetName


def taken_back(
    connection: Connection, hour: OfficeHour, person: str, gone: Collection[Scope], dark_words: str, at: datetime
) -> None:
    """Somebody took scopes back after the end: what is public of them is withdrawn at once, and made without them.

    The recording is released again by a person, who sees it first. Raises MoveRefused, Overtaken.
    """
    edition = store.edition_of(connection, hour.id)
    if edition is None or hour.state not in WITH_RECORDING or not hour.recorded:
        return
    if person not in covering.shown(connection, hour.id):
        return
    if covering.IN_IT.intersection(gone):
        if hour.visibility is Visibility.RELEASED:
            withdrawal.withdraw(connection, hour.id)
        pipeline.anew(connection, hour, edition, dark_words, at.isoformat())
    elif Scope.OUTSIDE in gone:
        leave_outside(connection, hour)


def leave_outside(connection: Connection, hour: OfficeHour) -> list[str]:
    """Take what is on other platforms back; staff may put it there again, without who left. Returns the steps' ids."""
    there = [each for each in published.of_office_hour(connection, hour.id) if each.target is not TargetName.SITE]
    return [withdrawal.withdraw_one(connection, each) for each in there if each.state is not State.WITHDRAWN]
