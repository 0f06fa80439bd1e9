"""Chris asks through the web form."""

from collections.abc import Callable, MutableMapping
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from ingest.database import now
from ingest.officehours import OfficeHour
from ingest.officehours import State as HourState
from questions import store as questions
from questions.question import State
from tests.web.conftest import Browser, SmallHouse


def test_a_question_arrives_once(browser: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    page = f"/office-hours/{hour.id}/ask"
    fields = {"question": "Wann kommt der Radweg?", "name": "Chris", "consent": "yes", "form": "same" * 8}
    answers = [browser.fill(page, **fields).headers["location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0].startswith(f"/office-hours/{hour.id}/asked?mine=")
    with house.database.reading() as connection:
        (found,) = questions.of_office_hour(connection, hour.id, State)
    assert (found.text, found.author, found.state) == ("Wann kommt der Radweg?", "Chris", State.NEW)


def test_a_mistake_shows_the_form_again_with_what_was_written(browser: Browser, hour: OfficeHour) -> None:
    answer = browser.fill(f"/office-hours/{hour.id}/ask", question="", email="nobody", background="Am Markt")
    assert answer.status_code == 422
    for piece in ("Bitte schreiben Sie Ihre Frage.", "keine Mailadresse", "Am Markt", 'value="nobody"'):
        assert piece in answer.text


@pytest.mark.parametrize("times", [{"questions_from": timedelta(hours=1)}, {"questions_until": timedelta(hours=-1)}])
def test_outside_the_announced_times_no_question_is_taken(
    browser: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour], times: dict[str, timedelta]
) -> None:
    hour = new_hour(**{name: now() + away for name, away in times.items()})
    page = f"/office-hours/{hour.id}/ask"
    assert 'name="question"' not in browser.get(page).text
    assert browser.fill("/login", page, question="Wann kommt der Radweg?", consent="yes").status_code == 409
    with house.database.reading() as connection:
        assert questions.of_office_hour(connection, hour.id, State) == []


def test_the_live_page_offers_no_form_after_the_time_for_questions(
    browser: Browser, new_hour: Callable[..., OfficeHour]
) -> None:
    shut = new_hour(HourState.ON_AIR, questions_until=now() - timedelta(minutes=1))
    for hour, offered in ((shut, False), (new_hour(HourState.ON_AIR), True)):
        assert ('name="question"' in browser.get(f"/office-hours/{hour.id}/live").text) is offered


def test_a_form_without_its_token_is_refused(browser: Browser, hour: OfficeHour) -> None:
    page = f"/office-hours/{hour.id}/ask"
    browser.get(page)
    assert browser.post(page, data={"question": "?", "consent": "yes"}).status_code == 403


def test_a_form_of_another_site_is_refused(browser: Browser, hour: OfficeHour) -> None:
    page = f"/office-hours/{hour.id}/ask"
    fields = {"question": "?", "consent": "yes", "csrf": browser.token(page)}
    assert browser.post(page, data=fields, headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_form_that_is_too_large_is_refused(browser: Browser, hour: OfficeHour) -> None:
    answer = browser.post(f"/office-hours/{hour.id}/ask", content=b"x" * 300_000)
    assert (answer.status_code, "zu groß" in answer.text) == (413, True)


async def test_a_huge_form_is_refused_before_a_byte_of_it_is_read(app: Starlette, hour: OfficeHour) -> None:
    async def receive() -> dict[str, object]:
        raise AssertionError("the body was read")

    sent: list[dict[str, object]] = []

    async def send(message: MutableMapping[str, object]) -> None:
        sent.append(dict(message))

    path = f"/office-hours/{hour.id}/ask"
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
        "http_version": "1.1",
        "server": ("testserver", 80),
        "client": ("10.0.0.1", 1),
        "headers": [(b"host", b"testserver"), (b"content-length", b"200000000")],
    }
    await app(scope, receive, send)
    assert sent[0]["status"] == 413
