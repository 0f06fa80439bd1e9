"""The form that announces: what it takes, what it refuses and where it says so; last time's facts on the next date."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ingest.officehours import OfficeHour, Release
from web.announcing import FIELDS, LIMITS, as_form, blank, days_on, is_phone, kept, read

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
TYPED = {
    "title": "Sprechstunde im Herbst", "host_name": "Ada", "starts_at": "2026-10-20T17:00", "planned_minutes": "60",
    "questions_from": "2026-10-06T08:00", "questions_until": "2026-10-20T12:00", "needs_until": "2026-10-06",
    "recorded": "yes", "captioned": "yes", "help_phone": "0345 / 123-456", "language": "de", "delay_s": "10",
}  # fmt: skip


def at(day: int, hour: int, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BERLIN)


@pytest.fixture
def autumn(hour: OfficeHour) -> OfficeHour:
    """The typed office hour as it is kept, before the clocks are put back."""
    return replace(hour, **read(TYPED, BERLIN, not_before=AT).values)


def test_all_of_the_form_is_understood() -> None:
    found = read(TYPED, BERLIN, not_before=AT)
    assert found.errors == {}
    assert {name: found.values[name] for name in ("starts_at", "questions_from", "questions_until")} == {
        "starts_at": at(20, 17), "questions_from": at(6, 8), "questions_until": at(20, 12),
    }  # fmt: skip
    assert found.values["needs_until"] == at(7, 0)  # the end of the sixth
    facts = ("recorded", "captioned", "signed", "release", "delay_s", "planned_minutes", "help_phone")
    assert [found.values[name] for name in facts] == [True, True, False, Release.BY_HAND, 10, 60, "0345 / 123-456"]


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("title", "", "This is needed."),
        ("title", "x" * 121, "This is too long."),
        ("host_name", " ", "This is needed."),
        ("starts_at", "tomorrow", "Please give day and time."),
        ("starts_at", "", "Please give day and time."),
        ("starts_at", "2025-10-20T17:00", "This time has passed. Please look at day and year."),
        ("planned_minutes", "0", "Please give a length between 1 and 480 minutes."),
        ("planned_minutes", "²", "Please give a length between 1 and 480 minutes."),
        ("questions_from", "soon", "Please give day and time."),
        ("questions_from", "2026-10-20T18:00", "The office hour is over by then. Please give an earlier time."),
        ("questions_until", "2026-10-06T08:00", "The end lies before the beginning. Please give a later time."),
        ("needs_until", "monday", "Please give a day."),
        ("needs_until", "2026-10-21", "This day lies after the office hour. Please give an earlier one."),
        ("help_phone", "call me", "This is not a telephone number. Example: 0345 123 456"),
        ("question_mail", "nobody", "This is not a mail address. Example: name@example.org"),
        ("delay_s", "61", "Please give a delay between 0 and 60 seconds."),
    ],
)
def test_a_mistake_is_named_at_its_field(field: str, typed: str, sentence: str) -> None:
    found = read(TYPED | {field: typed}, BERLIN, not_before=AT)
    assert found.errors[field] == sentence


def test_all_mistakes_are_named_at_once_and_nothing_typed_is_lost() -> None:
    wrong = TYPED | {"title": "", "help_phone": "call me", "needs_until": "2026-12-24"}
    assert set(read(wrong, BERLIN, not_before=AT).errors) == {"title", "help_phone", "needs_until"}
    assert kept(wrong) == dict.fromkeys(FIELDS, "") | wrong


def test_a_start_that_has_passed_may_stay_when_it_is_changed() -> None:
    assert read(TYPED, BERLIN, not_before=None).errors == {}


def test_what_was_announced_comes_back_as_it_was_typed(autumn: OfficeHour) -> None:
    form = as_form(autumn, BERLIN)
    assert {name: form[name] for name in TYPED} == TYPED
    assert read(form, BERLIN, not_before=AT).values["needs_until"] == autumn.needs_until


def test_the_next_one_begins_at_the_same_hour_on_the_wall_when_clocks_were_put_back(autumn: OfficeHour) -> None:
    form = as_form(autumn, BERLIN, days_on(autumn, [autumn], BERLIN, AT))
    assert {name: form[name] for name in ("starts_at", "questions_from", "questions_until", "needs_until")} == {
        "starts_at": "2026-11-17T17:00",
        "questions_from": "2026-11-03T08:00",
        "questions_until": "2026-11-17T12:00",
        "needs_until": "2026-11-03",
    }
    assert read(form, BERLIN, not_before=AT).values["starts_at"] == datetime(2026, 11, 17, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "expected"), [([14], 14), ([14, 28], 14), ([3], 28), ([10], 28), ([200], 28), ([], 28)]
)
def test_the_rhythm_of_the_last_ones_is_kept(autumn: OfficeHour, before: list[int], expected: int) -> None:
    others = [replace(autumn, starts_at=autumn.starts_at - timedelta(days=days)) for days in before]
    assert days_on(autumn, others, BERLIN, AT) == timedelta(days=expected)
    strangers = [replace(other, host_name="Dana") for other in others]
    assert days_on(autumn, strangers, BERLIN, AT) == timedelta(weeks=4)


def test_the_next_date_lies_in_the_future(autumn: OfficeHour) -> None:
    long_after = autumn.starts_at + timedelta(days=100)
    days = days_on(autumn, [autumn], BERLIN, long_after)
    assert autumn.starts_at + days > long_after
    assert days.days % 28 == 0


def test_a_new_form_knows_what_is_always_the_same(autumn: OfficeHour) -> None:
    first, next_one = blank(0, None), blank(10, autumn)
    assert (first["recorded"], first["planned_minutes"], first["title"]) == ("yes", "60", "")
    assert first["consent_text"].startswith("Ich bin einverstanden")
    assert len(first["consent_text"]) < LIMITS["consent_text"]
    assert (next_one["help_phone"], next_one["title"], next_one["delay_s"]) == ("0345 / 123-456", "", "10")


@pytest.mark.parametrize(
    ("text", "fine"), [("0345 123", True), ("+49 (0)345/12–3", True), ("12", False), ("x1234", False)]
)
def test_what_can_be_dialled(text: str, fine: bool) -> None:
    assert is_phone(text) is fine
