"""The list of staff is made once after a change and sent to every page that shows it, while its reader may see it."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.types import Message

from ingest import events, store
from ingest.database import now
from ingest.officehours import OfficeHour
from tests.web.conftest import Browser, SmallHouse
from web import store as web_store
from web.meanwhile import meanwhile
from web.news import News, Page
from web.pages import heard
from web.pushed import Pushed
from web.sessions import COOKIE, csrf_token


@contextlib.asynccontextmanager
async def opened(app: Starlette, path: str, key: str = "") -> AsyncIterator["asyncio.Queue[str]"]:
    """A stream of events as a browser holds it: its messages, an empty one when the site ends it."""
    said: asyncio.Queue[str] = asyncio.Queue()
    path, _, query = path.partition("?")
    headers = [(b"host", b"testserver"), (b"cookie", f"{COOKIE}={key}".encode()), (b"accept-language", b"en")]
    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "root_path": "", "scheme": "http",
        "query_string": query.encode(), "headers": headers, "server": ("testserver", 80), "client": ("1.2.3.4", 5),
        "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
    }  # fmt: skip

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            said.put_nowait(message["body"].decode())

    task = asyncio.create_task(app(scope, receive, send))
    try:
        yield said
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def part(said: "asyncio.Queue[str]") -> str:
    """The next text of the list."""
    while True:
        text = await asyncio.wait_for(said.get(), 5)
        if text.startswith("event: part\ndata: "):
            found: str = json.loads(text.removeprefix("event: part\ndata: "))
            return found


@pytest.fixture
def keys(house: SmallHouse) -> list[str]:
    """Sessions of two of staff."""
    with house.database.transaction() as connection:
        accounts = [
            store.add_account(connection, email=f"{name}@x.example", name=name, password_hash="")
            for name in ("Bo", "Eva")
        ]
        until = now().replace(year=now().year + 1)
        return [
            web_store.open_session(connection, account=account.id, person=None, expires_at=until)
            for account in accounts
        ]


async def test_colleagues_are_sent_the_list_each_with_their_own_token(
    app: Starlette, house: SmallHouse, hour: OfficeHour, browser: Browser, keys: list[str]
) -> None:
    path = f"/events?office_hour={hour.id}&list=view%3Dnew"
    async with meanwhile(app.state.news.listen()):
        await app.state.news.begun.wait()
        async with opened(app, path, keys[0]) as bo, opened(app, path, keys[1]) as eva:
            assert ["Everything has been read" in await part(page) for page in (bo, eva)] == [True, True]
            asked = {"question": "Wann kommt die Tram?", "consent": "yes"}
            await asyncio.to_thread(browser.fill, f"/office-hours/{hour.id}/ask", **asked)
            texts = [await part(page) for page in (bo, eva)]
            assert ["Wann kommt die Tram?" in text for text in texts] == [True, True]
            tokens = [set(re.findall(r'name="csrf" value="(\w*)"', text)) for text in texts]
            assert tokens == [{csrf_token(key)} for key in keys]
            assert len(app.state.pushed.rooms) == 1
        await app.state.pushed.close()


async def test_a_stranger_hears_news_and_sees_no_list(app: Starlette, house: SmallHouse, hour: OfficeHour) -> None:
    async with meanwhile(app.state.news.listen()):
        await app.state.news.begun.wait()
        async with opened(app, f"/events?office_hour={hour.id}&list=view%3Dnew") as said:
            assert await said.get() == "retry: 1000\n\n"
            await asyncio.to_thread(tell, house, hour)
            told = (await said.get()).partition("\n")[2]
            assert told == 'data: {"topics": ["question"], "objects": ["x"]}\n\n'
            assert app.state.pushed.rooms == {}


async def test_who_signs_out_is_sent_no_list_any_more(
    app: Starlette, house: SmallHouse, hour: OfficeHour, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heard, "LOOKED_AGAIN_S", 0.0)
    async with meanwhile(app.state.news.listen()):
        await app.state.news.begun.wait()
        async with opened(app, f"/events?office_hour={hour.id}&list=", keys[0]) as said:
            await part(said)
            await asyncio.to_thread(sign_out, house, keys[0])
            await asyncio.to_thread(tell, house, hour)
            while text := await asyncio.wait_for(said.get(), 5):  # the end of the answer
                assert "event: part" not in text
        await app.state.pushed.close()


async def test_what_is_made_the_same_is_sent_once_and_made_for_nobody_no_more(
    house: SmallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pushed.PAUSE_S", 0.0)
    news, made = News(house.database, 0.01), []
    pushed = Pushed(news)

    def make() -> str:
        made.append("a")
        return "a" if len(made) < 3 else "b"

    pages = [Page("mine"), Page("mine")]
    with contextlib.ExitStack() as shown:
        for page in pages:
            shown.enter_context(pushed.to(page, "key", "mine", make))
        async with meanwhile(news.listen()):
            await news.begun.wait()
            await until(lambda: all(page.part for page in pages))
            pages[0].part = pages[1].part = ""
            await asyncio.to_thread(tell, house, "mine")
            await until(lambda: len(made) == 2)
            assert [page.part for page in pages] == ["", ""]
            await asyncio.to_thread(tell, house, "mine")
            await until(lambda: pages[1].part == '"b"')
            shown.close()
            await asyncio.to_thread(tell, house, "mine")
            await until(lambda: not pushed.rooms)
    assert len(made) == 3


async def until(true: Any) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - what is waited for says nothing
            await asyncio.sleep(0.005)


def tell(house: SmallHouse, hour: OfficeHour | str) -> None:
    with house.database.transaction() as connection:
        events.write(connection, "question", hour if isinstance(hour, str) else hour.id, "x")


def sign_out(house: SmallHouse, key: str) -> None:
    with house.database.transaction() as connection:
        web_store.close_session(connection, key)
