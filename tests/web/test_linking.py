"""Staff link a waiting guest with the question they sent: on the page of questions, and the board says so."""

import pytest

from ingest.officehours import OfficeHour, State
from questions import rundown
from questions import store as questions
from questions.question import State as QuestionState
from tests.web.conftest import Browser, SmallHouse, person_of

pytestmark = pytest.mark.hour(State.ON_AIR)
SENT = "Wann wird der Radweg an der Elbe fertig?"


@pytest.fixture
def question(browser: Browser, house: SmallHouse, hour: OfficeHour) -> str:
    """What Chris sent by the form."""
    browser.fill(f"/office-hours/{hour.id}/ask", question=SENT, name="Chris", consent="yes")
    with house.database.reading() as connection:
        (asked,) = questions.of_office_hour(connection, hour.id, [QuestionState.NEW])
    return asked.id


def test_staff_link_and_unlink(bo: Browser, house: SmallHouse, hour: OfficeHour, question: str, chris: Browser) -> None:
    page, person = f"/staff/office-hours/{hour.id}/questions", person_of(house, hour)
    board = f"/staff/office-hours/{hour.id}/board?part=room"
    assert ("Fragt selbst" in bo.get(page).text, "words=Chris" in bo.get(board).text) == (True, True)
    assert bo.fill(page, f"{page}/guest", question=question, person=person).status_code == 303
    with house.database.reading() as connection:
        assert rundown.guests_with(connection, hour.id) == {person: question}
        assert questions.get(connection, question).state is QuestionState.APPROVED
    linked = bo.get(f"{page}?view=all&at={question}").text
    assert ("Chris ist im Warteraum und fragt das selbst." in linked, "Fragt selbst" in linked) == (True, False)
    assert "Vorher geschickt:" in bo.get(board).text
    assert SENT in bo.get(f"/staff/office-hours/{hour.id}/board?part=order").text
    assert bo.fill(f"{page}?view=all", f"{page}/guest", question=question, person="").status_code == 303
    with house.database.reading() as connection:
        assert rundown.guests_with(connection, hour.id) == {}


def test_strangers_link_nobody_and_what_is_gone_is_said(
    bo: Browser, house: SmallHouse, hour: OfficeHour, question: str, chris: Browser
) -> None:
    page, person = f"/staff/office-hours/{hour.id}/questions", person_of(house, hour)
    place = f"/office-hours/{hour.id}/place"
    assert chris.fill(place, f"{page}/guest", question=question, person=person).status_code == 403
    assert bo.fill(page, f"{page}/guest", question="nothing", person=person).status_code == 404
    assert bo.fill(page, f"{page}/guest", question=question, person="nobody").status_code == 404
    chris.fill(place, f"/office-hours/{hour.id}/leave")
    refused = bo.fill(page, f"{page}/guest", question=question, person=person)
    assert (refused.status_code, "wartet nicht mehr" in refused.text) == (409, True)
