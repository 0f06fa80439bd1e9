"""A department writes by its link, the host approves on one page; then everybody reads the answer."""

import re

import pytest

from ingest.officehours import OfficeHour
from questions import errands, moderation
from questions import store as questions
from questions.errand import State
from questions.question import Question
from questions.question import State as QuestionState
from tests.web.conftest import Browser, SmallHouse

ASKING = {"do": "ask", "department": "Tiefbauamt", "purpose": "answer", "due_on": "2026-12-05", "note": "Bitte kurz."}


@pytest.fixture
def question(browser: Browser, house: SmallHouse, hour: OfficeHour) -> Question:
    browser.fill(f"/office-hours/{hour.id}/ask", question="Wann kommt der Radweg?", consent="yes")
    with house.database.transaction() as connection:
        (found,) = questions.of_office_hour(connection, hour.id, [QuestionState.NEW])
        return moderation.approve(connection, found, by="bo")


def hand(bo: Browser, hour: OfficeHour, question: Question, **fields: str) -> int:
    page = f"/staff/office-hours/{hour.id}/questions?at={question.id}"
    to = f"/staff/office-hours/{hour.id}/questions/errands"
    return int(bo.fill(page, to, **(ASKING | {"question": question.id} | fields)).status_code)


def links(bo: Browser, hour: OfficeHour, question: Question) -> tuple[str, str]:
    page = bo.get(f"/staff/office-hours/{hour.id}/questions?at={question.id}").text
    department, host = re.search(r"/department/[\w-]+", page), re.search(r"/answers/[\w-]+", page)
    assert department
    assert host
    return department[0], host[0]


def test_from_the_department_by_the_host_to_everybody(
    bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour, question: Question
) -> None:
    assert hand(bo, hour, question) == 303
    department, host = links(bo, hour, question)
    page = browser.get(department).text
    for piece in ("Wann kommt der Radweg?", "Bitte kurz.", "5. Dezember 2026"):
        assert piece in page
    assert browser.fill(department, text="Im April.").status_code == 303
    assert "Im April." in browser.get(host).text
    with house.database.reading() as connection:
        (errand,) = errands.of_question(connection, question.id)
    assert browser.fill(host, errand=errand.id, do="return", remark="Welches Jahr?").status_code == 303
    assert "Welches Jahr?" in browser.get(department).text
    assert browser.fill(department, text="Im April 2027.").status_code == 303
    approved = browser.fill(host, errand=errand.id, do="approve", text="Im April 2027 beginnt der Bau.")
    assert approved.status_code == 303
    assert "Im April 2027 beginnt der Bau." in browser.get(f"/q/{question.id}").text
    assert "Nichts wartet auf Sie" in browser.get(host).text
    assert "Freigegeben" in browser.get(department).text


def test_what_is_missing_is_said(bo: Browser, house: SmallHouse, hour: OfficeHour, question: Question) -> None:
    wrong = ({"department": ""}, {"address": "nobody"}, {"due_on": "morgen"}, {"purpose": "?"})
    assert [hand(bo, hour, question, **fields) for fields in wrong] == [409] * 4
    with house.database.reading() as connection:
        assert errands.of_question(connection, question.id) == []


def test_nobody_guesses_a_link_and_a_department_reads_no_other_draft(
    bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour, question: Question
) -> None:
    hand(bo, hour, question)
    department, host = links(bo, hour, question)
    for path in ("/department/0", "/answers/0", f"/answers/{department.rpartition('/')[2]}"):
        assert browser.get(path).status_code == 404
    with house.database.reading() as connection:
        (errand,) = errands.of_question(connection, question.id)
    assert browser.fill(department, host, errand="nobodys", do="approve").status_code == 404
    assert browser.fill(department, host, errand=errand.id, do="approve").status_code == 409  # nothing was written
    to = f"/staff/office-hours/{hour.id}/questions/errands"
    page = f"/staff/office-hours/{hour.id}/questions?at={question.id}"
    assert bo.fill(page, to, do="renew_desk").status_code == 303
    assert browser.get(host).status_code == 404
    assert bo.fill(page, to, do="call_off", errand=errand.id).status_code == 303
    with house.database.reading() as connection:
        assert errands.get(connection, errand.id).state is State.CALLED_OFF
    assert "Nicht mehr nötig" in browser.get(department).text


def test_a_note_stands_on_the_hosts_page_and_nowhere_in_public(
    bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour, question: Question
) -> None:
    hand(bo, hour, question, purpose="briefing")
    page = bo.get(f"/staff/office-hours/{hour.id}/questions?at={question.id}").text
    department = re.search(r"/department/[\w-]+", page)
    assert department
    browser.fill(department[0], text="Die Mittel sind bewilligt.")
    assert "Die Mittel sind bewilligt." in bo.get(f"/staff/office-hours/{hour.id}/questions?at={question.id}").text
    for path in (f"/q/{question.id}", f"/office-hours/{hour.id}/questions"):
        assert "Die Mittel" not in browser.get(path).text
