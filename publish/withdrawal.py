"""An office hour comes in, and it is public nowhere any more: at once on the site, by steps elsewhere."""

from sqlalchemy.engine import Connection

from ingest import steps
from ingest import store as ingest_store
from ingest.officehours import Visibility
from ingest.steps import UNFINISHED
from ingest.steps import State as StepState
from publish import store
from publish.pipeline import YOUTUBE
from publish.publication import Publication, State, TargetName
from publish.targets import site

WITHDRAW = "publish.withdraw"


def withdraw(connection: Connection, office_hour: str) -> list[str]:
    """Withdraw everywhere. Returns the ids of the steps that do it outside.

    Uploads under way are withdrawn too; their steps stop by themselves. Raises MoveRefused, NotFound, Overtaken.
    """
    if ingest_store.office_hour(connection, office_hour).visibility is not Visibility.HELD:
        site.withdraw(connection, office_hour)
    outside = [each for each in store.of_office_hour(connection, office_hour) if each.target is not TargetName.SITE]
    return [withdraw_one(connection, each) for each in outside if each.state is not State.WITHDRAWN]


def withdraw_one(connection: Connection, publication: Publication) -> str:
    """Withdraw from one target outside; the others stay. Returns the step's id. Raises MoveRefused, Overtaken.

    A step that has not begun to publish it need not; one that is at it notices by itself.
    """
    for step in steps.of_office_hour(connection, publication.office_hour):
        wished = step.kind == YOUTUBE and step.parameters.get("publication") == publication.id
        if wished and step.state in UNFINISHED - {StepState.RUNNING}:
            steps.cancel(connection, step.id)
    withdrawn = store.move(connection, publication, State.WITHDRAWN)
    return steps.add(
        connection,
        kind=WITHDRAW,
        office_hour=publication.office_hour,
        parameters={"publication": publication.id},
        priority=0,
        again=withdrawn.changed_at.isoformat(),
    )
