"""The moves of a publication as a table, compared and set."""

import itertools

import pytest

from ingest.database import Database
from ingest.officehours import OfficeHour
from ingest.store import NotFound, Overtaken
from publish import store
from publish.publication import MoveRefused, State, TargetName, check_move

ALLOWED = {
    (State.PLANNED, State.UPLOADING),
    (State.PLANNED, State.PUBLIC),
    (State.PLANNED, State.WITHDRAWN),
    (State.UPLOADING, State.UPLOADED),
    (State.UPLOADING, State.PLANNED),
    (State.UPLOADING, State.WITHDRAWN),
    (State.UPLOADED, State.PUBLIC),
    (State.UPLOADED, State.WITHDRAWN),
    (State.PUBLIC, State.WITHDRAWN),
    (State.WITHDRAWN, State.PLANNED),
    (State.WITHDRAWN, State.UPLOADED),
    (State.WITHDRAWN, State.PUBLIC),
}


@pytest.mark.parametrize(("start", "goal"), list(itertools.product(State, State)))
def test_only_the_moves_of_the_table_are_allowed(start: State, goal: State) -> None:
    if (start, goal) in ALLOWED:
        check_move(start, goal)
    else:
        with pytest.raises(MoveRefused, match=f"from {start.value} to {goal.value}"):
            check_move(start, goal)


def test_a_publication_is_planned_once_and_moved_by_one(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        planned = store.plan(connection, hour.id, 1, TargetName.YOUTUBE)
        assert store.plan(connection, hour.id, 1, TargetName.YOUTUBE) == planned
        uploading = store.move(connection, planned, State.UPLOADING, session="sealed")
        assert (uploading.state, uploading.session) == (State.UPLOADING, "sealed")
        with pytest.raises(Overtaken):
            store.remember(connection, planned, digest="x")
        with pytest.raises(NotFound):
            store.get(connection, "nobody")


def test_credentials_are_kept_and_taken_away(database: Database) -> None:
    with database.transaction() as connection:
        store.set_credentials(connection, TargetName.YOUTUBE, "one")
        store.set_credentials(connection, TargetName.YOUTUBE, "two")
        assert store.credentials(connection, TargetName.YOUTUBE) == "two"
        store.set_credentials(connection, TargetName.YOUTUBE, "")
        assert store.credentials(connection, TargetName.YOUTUBE) == ""
