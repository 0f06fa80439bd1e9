"""Anybody's browser comes in for a test of its line; it gets back what it sends, for seconds, and nothing is kept.

Open to everybody without a ticket, so it is limited: by address, number and length (`ingest/live/webrtc/echo.py`).
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from ingest.live.room.wire import CallFailed, WireBroken
from ingest.live.studio.echo_room import EchoRoom
from web.limits import Throttle
from web.sdp import connected, offer_of

log = logging.getLogger(__name__)
TESTS_A_MINUTE = 10
"""Of one address: a school behind one of them, but nobody who takes every place again and again."""
AGAIN_S = "10"
WORDS = 10
SOCKET_S = 10.0
"""A test of the socket is one word there and back."""


class LineTest:
    """The studio's doors for tests. Belongs to the event loop."""

    def __init__(self, room: EchoRoom) -> None:
        self._room = room
        self._offers = Throttle(TESTS_A_MINUTE, 60.0)
        self._sockets = Throttle(TESTS_A_MINUTE, 60.0)

    async def begin(self, request: Request) -> Response:
        """Sound and picture out and back, as WHIP and WHEP in one."""
        if not self._offers.allows(_address(request)):
            raise HTTPException(429, "too many tests from this address; try again in a minute", {"Retry-After": "60"})
        offer = await offer_of(request)
        try:
            return connected(*await self._room.begin(offer), below="/live/test")
        except CallFailed as failure:
            if failure.error == "bad_offer":
                raise HTTPException(400, f"this is not an offer the studio understands: {failure}") from failure
            raise HTTPException(503, str(failure), {"Retry-After": AGAIN_S}) from failure
        except (WireBroken, OSError) as error:
            log.error("the line cannot be tested: %s", error)
            raise HTTPException(503, "tests are not possible just now", {"Retry-After": AGAIN_S}) from error

    async def end(self, request: Request) -> Response:
        """The test is over before its time."""
        try:
            gone = await self._room.end(request.path_params["resource"])
        except (CallFailed, WireBroken):
            gone = False
        return Response(status_code=200 if gone else 404)

    async def socket(self, socket: WebSocket) -> None:
        """Say back what was said, a few times."""
        if not self._sockets.allows(_address(socket)):
            await socket.close(4429, "too many tests from this address")
            return
        await socket.accept()
        with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError, KeyError):
            async with asyncio.timeout(SOCKET_S):
                for _ in range(WORDS):
                    await socket.send_text((await socket.receive_text())[:64])
            await socket.close()

    async def close(self) -> None:
        """End all tests."""
        await self._room.close()


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else "unknown"


def routes(line: Callable[[], LineTest]) -> list[Route | WebSocketRoute]:
    """Doors of `line`, which is asked for when somebody comes."""

    async def begin(request: Request) -> Response:
        return await line().begin(request)

    async def end(request: Request) -> Response:
        return await line().end(request)

    async def socket(socket: WebSocket) -> None:
        await line().socket(socket)

    return [
        Route("/live/test", begin, methods=["POST"]),
        Route("/live/test/{resource}", end, methods=["DELETE"]),
        WebSocketRoute("/live/test-socket", socket),
    ]
