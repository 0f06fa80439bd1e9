"""A connection comes in; it can be closed at any moment, also while it is being made, and nothing of it goes on.

aiortc closes what has been started by then, and goes on to start the rest: a person who leaves in the moment they
connect would leave a connection behind that nobody ever ends.
"""

import asyncio
import logging
from typing import Any

from aiortc import RTCPeerConnection
from aiortc.exceptions import InvalidStateError

log = logging.getLogger(__name__)
CONNECT = "_RTCPeerConnection__connect"
HOOKS: dict[type, tuple[str, ...]] = {RTCPeerConnection: ("__connect",)}
"""The private name that is used below; `hooks.check` looks for it."""


class Closing:
    """Knows what is being started in a connection; made before anything is negotiated."""

    def __init__(self, connection: RTCPeerConnection) -> None:
        self._connection = connection
        self._connect = getattr(connection, CONNECT)
        self._connecting: set[asyncio.Task[Any]] = set()
        setattr(connection, CONNECT, self._watched)

    async def _watched(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connecting.add(task)
        try:
            await self._connect()
        except InvalidStateError as error:
            log.debug("a connection was closed by the other side while it was being made: %s", error)
        finally:
            self._connecting.discard(task)

    async def close(self) -> None:
        """Stop whatever is being started, then close what has been."""
        connecting = list(self._connecting)
        for task in connecting:
            task.cancel()
        await asyncio.gather(*connecting, return_exceptions=True)
        await self._connection.close()
