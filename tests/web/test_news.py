"""Pages hear that something changed, soon, once, and also after a pause."""

import asyncio
from collections.abc import AsyncIterator

from ingest import events
from tests.web.conftest import SmallHouse
from web.meanwhile import meanwhile
from web.news import News


async def heard(stream: AsyncIterator[str]) -> str:
    """The next message that is no sign of life."""
    while True:
        text = await asyncio.wait_for(anext(stream), 5)
        if text.startswith("id:"):
            return text


def tell(house: SmallHouse, topic: str, office_hour: str | None, times: int = 1) -> None:
    with house.database.transaction() as connection:
        for _ in range(times):
            events.write(connection, topic, office_hour, "x")


async def test_many_changes_are_heard_as_one(house: SmallHouse) -> None:
    news = News(house.database, 0.01)
    async with meanwhile(news.listen()):
        stream = news.stream("mine", None)
        assert await anext(stream) == "retry: 1000\n\n"
        next_message = asyncio.create_task(heard(stream))
        await news.begun.wait()
        await asyncio.to_thread(tell, house, "question", "mine", 20)
        await asyncio.to_thread(tell, house, "question", "another")
        assert await next_message == 'id: 20\ndata: {"topics": ["question"], "objects": ["x"]}\n\n'
        await stream.aclose()
    assert news.pages == set()


async def test_who_comes_back_hears_at_once_what_was_missed(house: SmallHouse) -> None:
    await asyncio.to_thread(tell, house, "seat", "mine", 3)
    stream = News(house.database, 0.01).stream("mine", 1)
    assert await heard(stream) == 'id: 3\ndata: {"topics": ["seat"], "objects": ["x"]}\n\n'
    await stream.aclose()


async def test_staff_are_asked_at_once_whether_they_are_there(house: SmallHouse) -> None:
    stream = News(house.database, 0.01).stream("mine", None, asked=True)
    assert await anext(stream) == "retry: 1000\n\n"
    assert await asyncio.wait_for(anext(stream), 5) == "event: here\ndata: ?\n\n"
    await stream.aclose()
