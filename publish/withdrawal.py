"""An office hour comes in, and it is public nowhere any more: at once on the site, by steps elsewhere."""

from sqlalchemy.engine import Connection

from ingest import steps
from ingest import store as ingest_store
from ingest.officehours import Visibility
from publish import store
from publish.publication import State, TargetName
from publish.targets import site

WITHDRAW = "publish.withdraw"


def withdraw(connection: Connection, office_hour: str) -> list[str]:
    """Withdraw everywhere. Returns the ids of the steps that do it outside.

    Uploads under way are withdrawn too; their steps stop by themselves. Raises MoveRefused, NotFound, Overtaken.
    """
    if ingest_store.office_hour(connection, office_hour).visibility is not Visibility.HELD:
        site.withdraw(connection, office_hour)
    added = []
    for publication in store.of_office_hour(connection, office_hour):
        if publication.target is TargetName.SITE or publication.state is State.WITHDRAWN:
            continue
        withdrawn = store.move(connection, publication, State.WITHDRAWN)
        added.append(
            steps.add(
                connection,
                kind=WITHDRAW,
                office_hour=office_hour,
                parameters={"publication": publication.id},
                priority=0,
                again=withdrawn.changed_at.isoformat(),
            )
        )
    return added
