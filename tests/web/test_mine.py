"""Chris holds a private page: sees what becomes of the question and can take it back."""

import re

import pytest

from ingest import steps
from ingest.officehours import OfficeHour, Visibility
from questions import intake, letters, mine, moderation, reach
from questions import store as questions
from questions.letter import Kind, LetterState
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


@pytest.fixture
def letter_link(house: SmallHouse, hour: OfficeHour, link: str) -> str:
    """The link that stands in the letters about Chris's question."""
    question = only_question(house, hour)
    token = reach.token_of(question.id, house.safe)
    with house.database.transaction() as connection:
        mine.link_once(connection, question.id, token)
    return f"/mine/{token}"


def test_only_who_reads_the_mailbox_confirms_and_stops(
    browser: Browser, house: SmallHouse, hour: OfficeHour, link: str, letter_link: str
) -> None:
    assert "Briefe per E-Mail" not in browser.get(link).text
    assert [browser.fill(link, f"{link}/{act}").status_code for act in ("confirm", "stop")] == [404, 404]
    assert "Ja, das war ich" in browser.get(letter_link).text
    said = []
    for act in ("confirm", "stop", "stop"):
        assert browser.fill(letter_link, f"{letter_link}/{act}").status_code == 303
        with house.database.reading() as connection:
            known = reach.of(connection, only_question(house, hour).id)
        assert known is not None
        said.append((known.confirmed_at is not None, known.stopped_at is not None))
    assert said == [(True, False), (True, True), (True, False)]


def test_everything_is_erased_by_the_link_in_a_letter(
    browser: Browser, house: SmallHouse, hour: OfficeHour, letter_link: str
) -> None:
    for page in (letter_link, f"/office-hours/{hour.id}/ask"):  # once more, from a page that was left open
        assert browser.fill(page, f"{letter_link}/erase").status_code == 303
    gone = only_question(house, hour)
    with house.database.reading() as connection:
        assert (gone.state, reach.of(connection, gone.id)) == (State.TAKEN_BACK, None)


def test_staff_see_letters_that_did_not_go_and_send_them_again(
    bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour, letter_link: str
) -> None:
    page = f"/staff/office-hours/{hour.id}/letters"
    with house.database.transaction() as connection:
        known = reach.of(connection, only_question(house, hour).id)
        assert known is not None
        letter = letters.want(connection, known, Kind.CONFIRM)
        assert letter is not None
        letters.move(connection, letter, [LetterState.WAITING], LetterState.DOUBTFUL, error="the line broke")
        steps.change(connection, letter.step, steps.UNFINISHED, state=steps.State.FAILED)
    assert ("the line broke" in bo.get(page).text, "the line broke" in browser.get(page).text) == (True, False)
    assert "1 brauchen jemanden" in bo.get(f"/staff/office-hours/{hour.id}").text
    assert [bo.fill(page, page, letter=letter.id).status_code for _ in range(2)] == [303, 409]
    with house.database.reading() as connection:
        assert letters.get(connection, letter.id).state is LetterState.WAITING
