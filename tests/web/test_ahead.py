"""Office hours on air have one step that hears what was said so far."""

from datetime import timedelta

import pytest

from ingest import steps, store
from ingest.database import now
from ingest.officehours import OfficeHour, State
from ingest.steps import Step
from tests.web.conftest import SmallHouse
from transcode import worklist
from web import ahead


def written(house: SmallHouse, hour: OfficeHour) -> list[Step]:
    """One look of the clock, and the steps that are there afterwards."""
    with house.database.transaction() as connection:
        ahead.write(connection, now() + timedelta(seconds=1))
        return [step for step in steps.of_office_hour(connection, hour.id) if step.kind == worklist.AHEAD]


def on_air(house: SmallHouse, hour: OfficeHour, **values: object) -> None:
    with house.database.transaction() as connection:
        connection.execute(store.office_hours.update().values(state=State.ON_AIR, **values))


def ended(house: SmallHouse, step: Step, state: steps.State) -> None:
    with house.database.transaction() as connection:
        connection.execute(steps.steps.update().values(state=state, finished_at=now()))


def test_an_hour_on_air_has_one_step_at_a_time_and_keeps_one_row(house: SmallHouse, hour: OfficeHour) -> None:
    assert written(house, hour) == []
    on_air(house, hour)
    (first,) = written(house, hour)
    assert (first.parameters["language"], first.priority) == ("de", 9)
    assert written(house, hour) == [first]
    ended(house, first, steps.State.DONE)
    (second,) = written(house, hour)
    assert second.id != first.id


def test_after_a_failure_nothing_more_is_tried(house: SmallHouse, hour: OfficeHour) -> None:
    on_air(house, hour)
    (step,) = written(house, hour)
    ended(house, step, steps.State.FAILED)
    assert [each.id for each in written(house, hour)] == [step.id]


@pytest.mark.parametrize("values", [{"recorded": False}, {"rehearsal_of": "another"}])
def test_what_will_have_no_captions_is_not_heard(
    house: SmallHouse, hour: OfficeHour, values: dict[str, object]
) -> None:
    on_air(house, hour, **values)
    assert written(house, hour) == []
