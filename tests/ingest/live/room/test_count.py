"""`ingest/live/room/count.py`, on a clock that only moves when a test says so."""

import asyncio

from ingest.live.room.count import Count


class Moments:
    """Time that stands still; who sleeps waits for `zero`."""

    def __init__(self) -> None:
        self.now = 100.0
        self.zero = asyncio.Event()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.zero.wait()


async def counted(moments: Moments) -> tuple[Count, asyncio.Event]:
    count, done = Count(moments.sleep, lambda: moments.now), asyncio.Event()

    async def then() -> None:
        done.set()

    count.begin("start", 5, then)
    await asyncio.sleep(0)
    return count, done


async def test_it_says_how_long_it_takes_and_does_it_at_zero() -> None:
    moments = Moments()
    count, done = await counted(moments)
    moments.now += 1.5
    assert (count.of, count.left_s, moments.slept) == ("start", 3.5, [5])
    moments.zero.set()
    await asyncio.wait_for(done.wait(), 1)
    assert count.left_s is None
    assert not count.take_back()


async def test_what_is_taken_back_is_not_done() -> None:
    moments = Moments()
    count, done = await counted(moments)
    assert count.take_back()
    moments.zero.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (count.of, count.left_s, done.is_set()) == ("", None, False)
