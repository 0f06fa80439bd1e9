"""The public list: a voice each, an order by chance, a private page for who supports; what changes is sent to all."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ingest import store
from ingest.database import Database, now
from ingest.officehours import OfficeHour
from ingest.officehours import State as Hour
from questions import answers, moderation, queue, support
from questions import store as questions
from questions.question import Channel, Question, State
from tests.web.conftest import Browser, SmallHouse
from web.asgi import site
from web.lines import Fan, Line, changes
from web.news import News
from web.pages.public_list import lines_of


@pytest.fixture
def asked(browser: Browser, house: SmallHouse, hour: OfficeHour) -> list[Question]:
    for number in range(6):
        browser.fill(f"/office-hours/{hour.id}/ask", question=f"Frage {number}?", name="Chris", consent="yes")
    with house.database.transaction() as connection:
        found = questions.of_office_hour(connection, hour.id, frozenset({State.NEW}))
        return [moderation.approve(connection, each, by="bo") for each in found]


def voices(house: SmallHouse, question: Question) -> int:
    with house.database.reading() as connection:
        return support.counts(connection, [question.id]).get(question.id, 0)


def test_a_browser_has_one_voice_and_takes_it_back(
    house: SmallHouse, browser: Browser, hour: OfficeHour, asked: list[Question]
) -> None:
    page = f"/office-hours/{hour.id}/questions"
    for do, after in (("support", 1), ("support", 1), ("take_back", 0), ("support", 1)):
        assert browser.fill(page, question=asked[0].id, do=do).status_code == 303
        assert voices(house, asked[0]) == after
    other = Browser(browser.app)
    assert other.fill(page, question=asked[0].id, do="support").status_code == 303
    assert voices(house, asked[0]) == 2
    assert browser.fill(page, question=asked[0].id, do="shout").status_code == 400


def test_a_program_does_not_get_a_hundred_voices(
    house: SmallHouse, browser: Browser, hour: OfficeHour, asked: list[Question]
) -> None:
    page = f"/office-hours/{hour.id}/questions"
    said = [Browser(browser.app).fill(page, question=asked[0].id, do="support").status_code for _ in range(25)]
    made_up = Browser(browser.app, cookies={"supporter": "made.up"})
    said.append(made_up.fill(page, question=asked[0].id, do="support").status_code)
    assert (said.count(303), said.count(429)) == (20, 6)
    assert voices(house, asked[0]) == 20


def test_who_supports_has_a_private_page(
    house: SmallHouse, browser: Browser, hour: OfficeHour, asked: list[Question]
) -> None:
    page = f"/office-hours/{hour.id}/questions"
    for question in asked[:2]:
        browser.fill(page, question=question.id, do="support")
    link = re.search(r'href="(/supported/[\w.-]+)"', browser.get(page).text)
    assert link
    own = Browser(browser.app)  # holding the address is the proof
    assert ("Frage 0?" in own.get(link[1]).text, "Frage 5?" in own.get(link[1]).text) == (True, False)
    assert own.fill(link[1], question=asked[0].id).status_code == 303
    assert own.fill(link[1], all="yes").status_code == 303
    assert (voices(house, asked[0]), voices(house, asked[1]), own.get(link[1]).status_code) == (0, 0, 404)


def test_orders_differ_and_stay(house: SmallHouse, browser: Browser, hour: OfficeHour, asked: list[Question]) -> None:
    page = f"/office-hours/{hour.id}/questions"

    def order(who: Browser) -> list[str]:
        return re.findall(r'data-line="(\w+)"', who.get(page).text)

    somebody = Browser(browser.app)
    assert order(somebody) == order(somebody)
    assert len({tuple(order(Browser(browser.app))) for _ in range(8)}) > 1


def test_names_of_those_who_did_not_choose_one_are_not_shown(
    house: SmallHouse, browser: Browser, hour: OfficeHour, asked: list[Question]
) -> None:
    with house.database.transaction() as connection:
        mailed = questions.questions.c.id == asked[0].id
        channel, named = Channel.MAIL, "Erika"
        connection.execute(questions.questions.update().where(mailed).values(channel=channel, author=named))
    page = browser.get(f"/office-hours/{hour.id}/questions").text
    assert ("Erika" in page, "Chris" in page) == (False, True)


def test_after_the_hour_it_says_what_became_of_them(
    house: SmallHouse, browser: Browser, hour: OfficeHour, asked: list[Question]
) -> None:
    with house.database.transaction() as connection:
        answers.give(connection, asked[0], "Ja.", by="bo", at=now())
        for goal in (Hour.BACKSTAGE, Hour.ON_AIR, Hour.ENDED):
            store.move_office_hour(connection, hour.id, goal)
        queue.close(connection, hour.id, by="clock")
    page = browser.get(f"/office-hours/{hour.id}/questions").text
    shown = page.partition("<template")[0]
    said = ("1 von 6 beantwortet, 5 noch offen" in shown, "Das möchte ich auch wissen" in shown)
    assert said == (True, False)
    assert "Für sie war in der Sprechstunde keine Zeit" in browser.get(f"/q/{asked[1].id}").text


def line(text: str, support: int = 0) -> Line:
    return Line(text=text, name="", asked="", support=support, state="approved", language="de")


def test_only_what_is_different_is_told() -> None:
    before = {"1": line("Eins?"), "2": line("Zwei?")}
    after = {"1": line("Eins?", 1), "3": line("Drei?")}
    told = changes(before, after)
    assert (sorted(told["lines"]), told["gone"]) == (["1", "3"], ["2"])
    assert changes(after, after) == {}


async def heard(stream: AsyncIterator[bytes]) -> dict[str, Any]:
    async for text in stream:
        if text.startswith(b"data: "):
            found: dict[str, Any] = json.loads(text.removeprefix(b"data: "))
            return found
    raise AssertionError("the stream ended")


async def test_every_page_hears_a_change_once_and_it_is_read_once(
    house: SmallHouse, hour: OfficeHour, browser: Browser, asked: list[Question]
) -> None:
    looks = []

    def read(office_hour: str, language: str) -> dict[str, Line]:
        looks.append(office_hour)
        return lines_of(house, office_hour, language)

    news = News(house.database, 0.01)
    fan = Fan(news, read)
    listening = asyncio.create_task(news.listen())
    await news.begun.wait()
    pages = [fan.stream(hour.id, "de") for _ in range(50)]
    first = await asyncio.gather(*(heard(page) for page in pages))
    assert all(len(told["lines"]) == 6 for told in first)
    with house.database.transaction() as connection:
        support.give(connection, asked[0], support.digest("chris"), now())
    news.ring()
    second = await asyncio.gather(*(heard(page) for page in pages))
    assert {json.dumps(told) for told in second} == {json.dumps(second[0])}
    assert second[0]["lines"][asked[0].id]["support"] == 1
    assert len(looks) <= 3
    await fan.close()
    listening.cancel()
    for page in pages:
        await page.aclose()


def test_a_site_has_one_fan(house: SmallHouse) -> None:
    assert isinstance(site(house).state.lines, Fan)
    assert isinstance(house.database, Database)
