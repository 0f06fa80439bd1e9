"""Chris holds a private page: sees what becomes of the question and can take it back."""

import re

import pytest

from ingest.officehours import OfficeHour, Visibility
from questions import intake, moderation
from questions import store as questions
from questions.question import Question, Reason, State
from tests.web.conftest import Browser, SmallHouse


@pytest.fixture
def link(browser: Browser, hour: OfficeHour) -> str:
    """Chris has asked and follows the link of the page that thanks."""
    answer = browser.fill(
        f"/office-hours/{hour.id}/ask", question="Wann kommt der Radweg?", email="c@x.example", consent="yes"
    )
    thanks = browser.get(answer.headers["location"])
    found = re.search(r'href="(/mine/[0-9a-f]{64})"', thanks.text)
    assert found
    return found[1]


def only_question(house: SmallHouse, hour: OfficeHour) -> Question:
    with house.database.reading() as connection:
        (found,) = questions.of_office_hour(connection, hour.id, State)
    return found


def test_the_page_says_what_became_of_it(browser: Browser, house: SmallHouse, hour: OfficeHour, link: str) -> None:
    page = browser.get(link).text
    assert ("Wann kommt der Radweg?" in page, "wartet darauf, gelesen zu werden" in page) == (True, True)
    with house.database.transaction() as connection:
        moderation.reject(connection, only_question(house, hour), Reason.OFF_TOPIC, by="bo")
    page = browser.get(link).text
    assert ("nicht auf die Liste gesetzt" in page, "nichts mit der Stadt" in page) == (True, True)


def test_taken_back_is_erased(browser: Browser, house: SmallHouse, hour: OfficeHour, link: str) -> None:
    for _ in range(2):
        page = browser.fill(link, f"{link}/take-back") if "take-back" in browser.get(link).text else None
        assert page is None or page.status_code == 303
    gone = only_question(house, hour)
    with house.database.reading() as connection:
        contact = intake.contact_of(connection, gone.id, house.safe)
    assert (gone.state, gone.text, gone.original_text, contact) == (State.TAKEN_BACK, "", "", None)
    assert "Ihre Worte und Ihre Kontaktdaten sind gelöscht" in browser.get(link).text


def test_those_it_spoke_for_are_unread_again(browser: Browser, house: SmallHouse, hour: OfficeHour, link: str) -> None:
    browser.fill(f"/office-hours/{hour.id}/ask", question="Kommt der Radweg?", consent="yes")
    with house.database.transaction() as connection:
        found = {each.text: each for each in questions.of_office_hour(connection, hour.id, State)}
        other = found["Kommt der Radweg?"]
        moderation.merge(connection, other, found["Wann kommt der Radweg?"], by="bo")
    assert browser.fill(link, f"{link}/take-back").status_code == 303
    with house.database.reading() as connection:
        assert questions.get(connection, other.id).state is State.NEW


def test_an_answered_question_leads_to_its_moment_once_public(
    browser: Browser, house: SmallHouse, hour: OfficeHour, link: str
) -> None:
    question = only_question(house, hour)
    with house.database.transaction() as connection:
        connection.execute(questions.questions.update().values(state=State.ANSWERED))
    assert ("sobald die Aufzeichnung öffentlich ist" in browser.get(link).text.replace("Sobald", "sobald")) is True
    assert browser.get(link).text.count("take-back") == 0
    with house.database.transaction() as connection:
        from ingest.store import office_hours

        connection.execute(office_hours.update().values(visibility=Visibility.RELEASED))
    assert f'href="/q/{question.id}"' in browser.get(link).text


@pytest.mark.parametrize("link", ["/mine/0", "/mine/" + "0" * 64])
def test_nobody_guesses_a_page(browser: Browser, link: str) -> None:
    assert browser.get(link).status_code == 404
