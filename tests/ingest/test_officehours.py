"""When an office hour takes questions, opens by itself, and hears what citizens need."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ingest import store
from ingest.database import Database
from ingest.officehours import OfficeHour, State, needs_can_be_said, opens_by_itself, takes_questions
from tests.ingest.conftest import NOON

DAY = timedelta(days=1)


@pytest.fixture
def announced(hour: OfficeHour) -> OfficeHour:
    """It takes questions from six days before until the evening before, and starts at noon."""
    return replace(hour, questions_from=NOON - 6 * DAY, questions_until=NOON - DAY, state=State.OPEN)


@pytest.mark.parametrize(
    ("at", "taken"),
    [(NOON - 7 * DAY, False), (NOON - 6 * DAY, True), (NOON - 2 * DAY, True), (NOON - DAY, False), (NOON, False)],
)
def test_questions_are_taken_inside_the_announced_times_only(announced: OfficeHour, at: datetime, taken: bool) -> None:
    assert takes_questions(announced, at) is taken
    assert takes_questions(replace(announced, state=State.ON_AIR), at) is taken
    assert not takes_questions(replace(announced, state=State.PLANNED), at)


def test_without_times_the_state_alone_decides(hour: OfficeHour) -> None:
    taken = {state for state in State if takes_questions(replace(hour, state=state), NOON)}
    assert taken == {State.OPEN, State.BACKSTAGE, State.ON_AIR, State.PAUSED}


def test_a_planned_one_opens_by_itself_when_its_time_has_come(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        store.change_office_hour(connection, hour.id, questions_from=NOON - DAY)
        store.open_due(connection, NOON - DAY - timedelta(seconds=1))
        assert store.office_hour(connection, hour.id).state is State.PLANNED
        store.open_due(connection, NOON - DAY)
        assert store.office_hour(connection, hour.id).state is State.OPEN


def test_what_is_over_or_was_never_to_be_opened_stays_shut(hour: OfficeHour) -> None:
    assert not opens_by_itself(hour, NOON)
    early = replace(hour, questions_from=NOON - 2 * DAY)
    assert not opens_by_itself(early, NOON + DAY)
    assert not opens_by_itself(replace(early, questions_until=NOON - DAY), NOON)


def test_needs_can_be_said_until_the_day_and_only_while_it_is_expected(hour: OfficeHour) -> None:
    asked = replace(hour, needs_until=NOON - DAY)
    assert needs_can_be_said(asked, NOON - 2 * DAY)
    assert not needs_can_be_said(asked, NOON - DAY)
    assert not needs_can_be_said(replace(asked, state=State.CANCELLED), NOON - 2 * DAY)
    assert not needs_can_be_said(hour, NOON - 2 * DAY)


def test_a_change_that_calendars_show_is_a_revision(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        store.change_office_hour(connection, hour.id, title=hour.title, consent_text="neu", captioned=True)
        assert store.office_hour(connection, hour.id).revision == 0
        store.change_office_hour(connection, hour.id, starts_at=NOON + DAY)
        assert store.office_hour(connection, hour.id).revision == 1
        store.move_office_hour(connection, hour.id, State.CANCELLED)
        assert store.office_hour(connection, hour.id).revision == 2
