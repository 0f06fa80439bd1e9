"""Mara says on the public page that she needs a sign-language interpreter; Bo reads it and arranges it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ingest.database import now
from ingest.officehours import OfficeHour, State
from questions import needs
from tests.web.conftest import Browser, SmallHouse

MARA = {"service": "sign_language", "words": "DGS, bitte", "contact": "mara@example.org", "form": "a" * 32}


@pytest.fixture
def asking(new_hour: Callable[..., OfficeHour]) -> OfficeHour:
    return new_hour(needs_until=now() + timedelta(hours=5), help_phone="0345 123 456")


def test_a_need_arrives_once_and_staff_read_it(bo: Browser, browser: Browser, asking: OfficeHour) -> None:
    page = f"/office-hours/{asking.id}/need"
    answers = [browser.fill(page, **MARA).headers["location"] for _ in range(2)]
    assert answers == [f"{page}?said=yes"] * 2
    assert "Danke" in browser.get(answers[0]).text
    staff = bo.get(f"/staff/office-hours/{asking.id}").text
    assert (staff.count("DGS, bitte"), "mara@example.org" in staff) == (1, True)
    assert "mara@example.org" not in browser.get(f"/office-hours/{asking.id}").text


def test_staff_tick_it_off(bo: Browser, browser: Browser, house: SmallHouse, asking: OfficeHour) -> None:
    browser.fill(f"/office-hours/{asking.id}/need", **MARA)
    page = f"/staff/office-hours/{asking.id}"
    assert bo.fill(page, f"{page}/needs", need="a" * 32, arranged="yes").status_code == 303
    with house.database.reading() as connection:
        assert needs.of_office_hour(connection, asking.id)[0].arranged_at is not None
    assert bo.fill(page, f"{page}/needs", need="b" * 32, arranged="yes").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"service": ""}, "Bitte wählen Sie, was Sie brauchen."),
        ({"service": "language", "words": ""}, "Bitte sagen Sie in wenigen Worten, was es ist."),
        ({"contact": "by pigeon"}, "weder eine Mailadresse noch eine Telefonnummer"),
        ({"words": "x" * 1001}, "Das ist zu lang."),
    ],
)
def test_a_mistake_shows_the_form_again_with_what_was_written(
    browser: Browser, asking: OfficeHour, wrong: dict[str, str], sentence: str
) -> None:
    answer = browser.fill(f"/office-hours/{asking.id}/need", **(MARA | {"words": "Am Fenster"} | wrong))
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert wrong.get("contact", MARA["contact"]) in answer.text
    assert wrong.get("words", "Am Fenster") in answer.text


def test_after_the_day_it_says_whom_to_call(browser: Browser, new_hour: Callable[..., OfficeHour]) -> None:
    late = new_hour(needs_until=now() - timedelta(seconds=1), help_phone="0345 123 456")
    page = f"/office-hours/{late.id}/need"
    assert "0345 123 456" in browser.get(page).text
    token = browser.token("/login")
    assert browser.post(page, data=MARA | {"csrf": token}, headers={"Origin": "http://testserver"}).status_code == 409


def test_who_is_not_asked_sees_no_way_to_say_it(
    browser: Browser, asking: OfficeHour, new_hour: Callable[..., OfficeHour]
) -> None:
    assert f"/office-hours/{asking.id}/need" in browser.get(f"/office-hours/{asking.id}").text
    for silent in (new_hour(), new_hour(State.CANCELLED, needs_until=now() + timedelta(days=1))):
        assert "/need" not in browser.get(f"/office-hours/{silent.id}").text
