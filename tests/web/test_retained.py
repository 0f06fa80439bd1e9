"""`officehours retention`, and the clock: what is past its term is said, and erased only when it is meant to be."""

from datetime import timedelta
from typing import Any

from ingest.officehours import OfficeHour
from questions import store as questions
from questions.question import State
from tests.web.conftest import Browser, SmallHouse
from web import retained, worker


def test_nothing_is_erased_until_it_is_meant_to_be(house: SmallHouse, browser: Browser, hour: OfficeHour) -> None:
    any_house: Any = house
    browser.fill(f"/office-hours/{hour.id}/ask", question="Wann kommt die Tram?", name="Chris", consent="yes")
    later = hour.starts_at + timedelta(days=91)
    assert "who asked 1 questions, longer ago than 90 days: would be erased" in retained.lines(
        house, later, commit=False
    )
    worker.tidy(any_house)  # today nothing is due
    with house.database.reading() as connection:
        (asked,) = questions.of_office_hour(connection, hour.id, [State.NEW])
    assert (asked.text, asked.forgotten_at) == ("Wann kommt die Tram?", None)
    assert "who asked 1 questions, longer ago than 90 days: erased" in retained.lines(house, later, commit=True)
    with house.database.reading() as connection:
        gone = questions.get(connection, asked.id)
    assert (gone.text, gone.author, gone.forgotten_at) == ("", "", later)
    assert retained.due(house, later).empty
