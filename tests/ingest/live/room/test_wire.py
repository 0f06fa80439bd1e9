import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from ingest.live.room.wire import BACKLOG, CallFailed, Message, Wire, WireBroken


@pytest.fixture
async def ends() -> AsyncIterator[tuple[Wire, Wire]]:
    wires = []
    for each in socket.socketpair():
        reader, writer = await asyncio.open_connection(sock=each)
        wires.append(Wire(reader, writer))
    yield wires[0], wires[1]
    for wire in wires:
        wire.close()
    await asyncio.sleep(0)


async def test_messages_come_in_order_and_calls_are_answered(ends: tuple[Wire, Wire]) -> None:
    studio, room = ends
    heard: list[Message] = []

    async def answer(message: Message) -> None:
        heard.append(message)
        match message:
            case {"call": call, "whip": "good"}:
                room.tell({"call": call, "result": ["resource", "v=0"]})
            case {"call": call}:
                room.tell({"call": call, "error": "bad_offer", "message": "no SDP"})

    async def nothing(message: Message) -> None:
        heard.append(message)

    listening = [asyncio.create_task(room.listen(answer)), asyncio.create_task(studio.listen(nothing))]
    studio.tell({"tell": "ü"})
    assert await studio.call({"whip": "good"}) == ["resource", "v=0"]
    with pytest.raises(CallFailed, match="no SDP") as failure:
        await studio.call({"whip": "bad"})
    assert failure.value.error == "bad_offer"
    assert [message.get("whip", message.get("tell")) for message in heard] == ["ü", "good", "bad"]
    room.close()
    await asyncio.gather(*listening)


async def test_a_call_fails_at_once_when_the_other_end_goes(ends: tuple[Wire, Wire]) -> None:
    studio, room = ends

    async def silent(message: Message) -> None:
        room.close()

    listening = [asyncio.create_task(room.listen(silent)), asyncio.create_task(studio.listen(silent))]
    with pytest.raises(WireBroken):
        await studio.call({"whip": "good"})
    with pytest.raises(WireBroken):
        await studio.call({"whip": "good"})
    await asyncio.gather(*listening)


async def test_an_end_that_does_not_read_is_hung_up_on(ends: tuple[Wire, Wire]) -> None:
    studio, _ = ends
    for _ in range(2 * BACKLOG // 1_000):
        studio.tell({"tell": "x" * 1_000})
    with pytest.raises(WireBroken):
        await studio.call({})
