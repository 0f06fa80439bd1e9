"""A connection that is closed while it is being made starts nothing afterwards."""

import asyncio
from typing import Any

from aiortc.exceptions import InvalidStateError

from ingest.live.webrtc.closing import Closing


class Connection:
    """Starts two things one after the other, as aiortc does for camera and microphone."""

    def __init__(self, fails: bool = False) -> None:
        self.did: list[str] = []
        self._fails = fails
        self.handshake = asyncio.Event()

    async def _RTCPeerConnection__connect(self) -> None:
        self.did.append("camera")
        await self.handshake.wait()
        if self._fails:
            raise InvalidStateError("RTCIceTransport is closed")
        self.did.append("microphone")

    async def close(self) -> None:
        self.did.append("closed")
        self.handshake.set()

    def negotiate(self) -> "asyncio.Task[Any]":
        return asyncio.ensure_future(self._RTCPeerConnection__connect())


async def test_nothing_is_started_after_the_end() -> None:
    connection = Connection()
    ending = Closing(connection)  # type: ignore[arg-type]
    connection.negotiate()
    await asyncio.sleep(0)
    await ending.close()
    await asyncio.sleep(0)
    assert connection.did == ["camera", "closed"]


async def test_what_was_connected_is_closed() -> None:
    connection = Connection()
    ending = Closing(connection)  # type: ignore[arg-type]
    connection.handshake.set()
    await connection.negotiate()
    await ending.close()
    assert connection.did == ["camera", "microphone", "closed"]


async def test_a_connection_the_other_side_closed_meanwhile_is_no_error() -> None:
    connection = Connection(fails=True)
    Closing(connection)  # type: ignore[arg-type]
    connection.handshake.set()
    await connection.negotiate()
    assert connection.did == ["camera"]
