"""When an office hour takes questions, opens by itself, and hears what citizens need."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ingest import store
from ingest.database import Database
from ingest.officehours import (
    MOVE_STANDS,
    OfficeHour,
    State,
    move_is_told,
    moved_to,
    needs_can_be_said,
    opens_by_itself,
    takes_questions,
)
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


def moved(hour: OfficeHour, minutes: int, at: datetime) -> OfficeHour:
    """As after staff have given it this other beginning."""
    starts_at = hour.starts_at + timedelta(minutes=minutes)
    values: dict[str, Any] = {**moved_to(hour, starts_at, at), "starts_at": starts_at}
    return replace(hour, **values)


def test_a_move_is_told_when_it_has_stood_until_it_begins(hour: OfficeHour) -> None:
    at = hour.starts_at - timedelta(days=5)
    later = moved(hour, 60, at)
    assert (later.moved_at, later.moved_from) == (at, hour.starts_at)
    assert not move_is_told(later, at + MOVE_STANDS - timedelta(seconds=1))
    assert move_is_told(later, at + MOVE_STANDS)
    assert not move_is_told(later, later.starts_at)
    assert not move_is_told(replace(later, state=State.ON_AIR), at + MOVE_STANDS)


def test_what_was_mistyped_and_put_right_in_time_was_never_said(hour: OfficeHour) -> None:
    at = hour.starts_at - timedelta(days=5)
    again = moved(moved(hour, 60, at), 90, at + timedelta(minutes=3))
    assert again.moved_from == hour.starts_at
    back = moved(again, -150, at + timedelta(minutes=5))
    assert (back.starts_at, back.moved_at, back.moved_from) == (hour.starts_at, None, None)


def test_a_second_move_is_told_against_the_first(hour: OfficeHour) -> None:
    at = hour.starts_at - timedelta(days=5)
    first = moved(hour, 60, at)
    back = moved(first, -60, at + MOVE_STANDS)
    assert (back.starts_at, back.moved_from) == (hour.starts_at, first.starts_at)
    assert moved_to(back, back.starts_at, at) == {}  # saved once more with the same beginning
