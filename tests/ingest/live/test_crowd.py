"""People come and go, politely or not, for as long as anybody likes: the room holds no more than in the beginning."""

import asyncio
import itertools
import time

import aiortc.rtcrtpreceiver
import pytest

from ingest.commands import Kind
from ingest.live.webrtc import hooks
from tests.ingest.live.cameras import Camera, second
from tests.ingest.live.processes import held
from tests.ingest.live.studio.test_rooms import Stage, stage

__all__ = ["stage"]
PEOPLE = ("ada", "bo", "chris", "dana", "emil")
GROWTH = 1.10  # The contract: within a tenth of what it was when everything had been filled once.


@pytest.fixture(autouse=True)
def _no_decoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiortc.rtcrtpreceiver, "decoder_worker", hooks._no_decoder)


@pytest.mark.parametrize(
    ("fills_s", "joins"),
    [
        pytest.param(5, 25, marks=pytest.mark.journey),
        # Ten minutes, as the contract has it: what the allocator keeps for each thread is full after some 200 joins.
        pytest.param(600, 500, marks=pytest.mark.soak),
    ],
)
async def test_nothing_is_left_of_those_who_went(stage: Stage, fills_s: float, joins: int) -> None:
    for person in PEOPLE[:2]:
        await stage.wish(Kind.SHOW, person=person, name=person.title(), role="")
    await stage.wish(Kind.START)
    media = second()
    await come_and_go(stage, media, 0)
    before = held(stage.pid)

    numbers, filled = itertools.count(1), time.monotonic() + fills_s
    while time.monotonic() < filled:
        await come_and_go(stage, media, next(numbers))
    settled = held(stage.pid)
    for number in itertools.islice(numbers, joins):
        await come_and_go(stage, media, number)
    await stage.until(lambda: not any(each["connected"] or each["hears"] for each in stage.state["people"]))
    await stage.until(lambda: held(stage.pid).sockets <= before.sockets and held(stage.pid).threads <= before.threads)
    after = held(stage.pid)

    print(f"{before} before, {settled} after {fills_s} s, {after} after {joins} more")
    assert after.memory_mb <= settled.memory_mb * GROWTH
    assert (await stage.wish(Kind.END)).tick is not None


async def come_and_go(stage: Stage, media: dict[str, list[bytes]], number: int) -> None:
    """One person joins, is there for a moment and goes: by saying so, by vanishing, or by joining a second time."""
    person = PEOPLE[number % len(PEOPLE)]
    camera = Camera(stage.rooms, stage.hour.id, person)
    if number % 4 == 3:
        await camera.watch()
    else:
        await camera.send(media)
    await asyncio.sleep(0.2)
    if number % 3 == 2:
        again = Camera(stage.rooms, stage.hour.id, person)
        await again.send(media)
        await again.leave()
    await camera.leave(politely=number % 2 == 0)
