"""When a letter is due, and to whom it may go."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ingest.database import Database
from ingest.officehours import MOVE_STANDS, OfficeHour
from ingest.officehours import State as HourState
from questions.letter import GRACE, LATEST, Kind, Reach, due, may_write, pause
from questions.question import Channel, Question, State
from tests.questions.conftest import Ask

BERLIN = ZoneInfo("Europe/Berlin")
CONFIRMED = Reach(question="1", address="a", token="t", confirmed_at=datetime(2026, 11, 1, tzinfo=UTC))


@pytest.fixture
def question(ask: Ask, hour: OfficeHour) -> Question:
    return replace(ask(), channel=Channel.MAIL)


def at_state(question: Question, state: State) -> Question:
    return replace(question, state=state)


def test_only_a_confirmed_address_gets_more_than_the_question_whether_it_is_right() -> None:
    unspoken = replace(CONFIRMED, confirmed_at=None)
    at = datetime(2026, 11, 2, tzinfo=UTC)
    assert {kind for kind in Kind if may_write(unspoken, kind)} == {Kind.CONFIRM}
    assert {kind for kind in Kind if may_write(CONFIRMED, kind)} == set(Kind) - {Kind.CONFIRM}
    for closed in (replace(CONFIRMED, stopped_at=at), replace(unspoken, dead_at=at)):
        assert [kind for kind in Kind if may_write(closed, kind)] == []


@pytest.mark.parametrize(
    ("state", "letter"),
    [
        (State.APPROVED, Kind.APPROVED),
        (State.QUEUED, Kind.APPROVED),
        (State.REJECTED, Kind.REJECTED),
        (State.MERGED, Kind.MERGED),
        (State.NOT_REACHED, Kind.NOT_REACHED),
    ],
)
def test_a_decision_is_told_when_it_has_stood_and_only_once(question: Question, state: State, letter: Kind) -> None:
    decided = at_state(question, state)
    told = decided.changed_at + GRACE
    assert due(decided, CONFIRMED, None, set(), told - timedelta(seconds=1), BERLIN) == []
    assert due(decided, CONFIRMED, None, set(), told, BERLIN) == [letter]
    assert due(decided, CONFIRMED, None, {letter}, told, BERLIN) == []
    assert due(decided, CONFIRMED, None, set(), told + timedelta(days=7), BERLIN) == []


def test_a_mail_is_answered_at_once_and_an_automatic_one_never(question: Question) -> None:
    assert due(question, CONFIRMED, None, set(), question.changed_at, BERLIN) == [Kind.RECEIPT]
    assert due(at_state(question, State.SET_ASIDE), CONFIRMED, None, set(), question.changed_at, BERLIN) == []


def test_today_is_said_on_the_day_from_six_until_it_begins(question: Question, hour: OfficeHour) -> None:
    start = datetime(2026, 12, 1, 16, 30, tzinfo=UTC)
    hour = replace(hour, starts_at=start, state=HourState.OPEN)
    quiet = replace(question, changed_at=datetime(2026, 11, 1, tzinfo=UTC), state=State.APPROVED)

    def said(at: datetime) -> list[Kind]:
        return due(quiet, CONFIRMED, hour, set(), at, BERLIN)

    assert said(datetime(2026, 12, 1, 4, 59, tzinfo=UTC)) == []
    assert said(datetime(2026, 12, 1, 5, 0, tzinfo=UTC)) == [Kind.TODAY]
    assert said(start) == []
    assert said(datetime(2026, 11, 30, 16, 30, tzinfo=UTC)) == []


def test_that_it_does_not_take_place_is_all_that_is_said_then(question: Question, hour: OfficeHour) -> None:
    start = datetime(2026, 12, 1, 16, 30, tzinfo=UTC)
    off = replace(hour, starts_at=start, state=HourState.CANCELLED)
    quiet = replace(question, changed_at=start - timedelta(days=30), state=State.APPROVED)
    assert due(quiet, CONFIRMED, off, set(), start - timedelta(days=20), BERLIN) == [Kind.CANCELLED]
    assert due(quiet, CONFIRMED, off, {Kind.CANCELLED}, start - timedelta(days=20), BERLIN) == []
    assert due(quiet, CONFIRMED, off, set(), start, BERLIN) == [Kind.CANCELLED]  # while somebody may still come
    assert due(quiet, CONFIRMED, off, set(), off.ends_at, BERLIN) == []


def test_a_new_beginning_is_told_once_it_stands(question: Question, hour: OfficeHour) -> None:
    start, at = datetime(2026, 12, 1, 16, 30, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
    moved = replace(hour, starts_at=start, moved_at=at, moved_from=start - timedelta(days=1))
    quiet = replace(question, changed_at=start - timedelta(days=30), state=State.APPROVED)

    def said(later: timedelta) -> list[Kind]:
        return due(quiet, CONFIRMED, moved, set(), at + later, BERLIN)

    assert said(MOVE_STANDS - timedelta(seconds=1)) == []
    assert said(MOVE_STANDS) == [Kind.MOVED]
    assert said(LATEST) == []
    assert due(at_state(quiet, State.REJECTED), CONFIRMED, moved, set(), at + MOVE_STANDS, BERLIN) == []


def test_pauses_grow_to_four_hours(database: Database) -> None:
    minutes = [pause(tries).total_seconds() / 60 for tries in range(9)]
    assert minutes == [2, 4, 8, 16, 32, 64, 128, 240, 240]
