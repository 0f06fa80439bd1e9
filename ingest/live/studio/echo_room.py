"""Offers to test come in at the studio; one child process gives them back, and is gone when nobody tests any more.

Packets cost processor time, and the studio serves playlists meanwhile: so they are another process's, which gives way
to rooms. It is started by the first test, and ends with the studio or after a minute without anybody.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import socket
import sys
from collections.abc import Sequence

from ingest.live.room.wire import LINE_BYTES, Message, Wire
from ingest.live.webrtc import closing, hooks, outlet
from ingest.live.webrtc.echo import Echoes, TooMany
from ingest.live.webrtc.offers import BadOffer

log = logging.getLogger(__name__)
IDLE_S = 60.0
NICENESS = 10
"""Rooms come first."""


class EchoRoom:
    """The studio's side. Belongs to the event loop."""

    def __init__(self, ice_servers: Sequence[str] = ()) -> None:
        self._ice_servers = tuple(ice_servers)
        self._wire: Wire | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def begin(self, sdp: str) -> tuple[str, str]:
        """Resource and answer. Raises wire.CallFailed ("bad_offer", "full"), WireBroken, OSError."""
        wire = await self._reached()
        resource, answer = await wire.call({"begin": sdp})
        return resource, answer

    async def end(self, resource: str) -> bool:
        """End a test; False when there is none at this address. Raises as `begin`."""
        if not self._alive():
            return False
        assert self._wire is not None
        return bool(await self._wire.call({"end": resource}))

    async def close(self) -> None:
        """End the process."""
        if self._wire is not None:
            self._wire.close()
        if self._listening is not None:
            self._listening.cancel()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            await self._process.wait()

    def _alive(self) -> bool:
        return self._process is not None and self._process.returncode is None and self._wire is not None

    async def _reached(self) -> Wire:
        async with self._starting:
            if not self._alive():
                await self._start()
        assert self._wire is not None
        return self._wire

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "ingest.live.studio.echo_room",
                "--line", str(theirs.fileno()), *self._ice_servers,
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # a Ctrl-C at the terminal is the studio's to answer
            )  # fmt: skip
        reader, writer = await asyncio.open_connection(sock=ours, limit=LINE_BYTES)
        wire = self._wire = Wire(reader, writer)
        self._listening = asyncio.create_task(self._listen(wire))

    async def _listen(self, wire: Wire) -> None:
        await wire.listen(_ignored)
        if self._wire is wire:
            self._wire = None


async def _ignored(message: Message) -> None:
    log.error("the echo room says what nobody asked: %.200r", message)


class Child:
    """The process's side: calls in, connections of the tests beside it."""

    def __init__(self, ice_servers: Sequence[str]) -> None:
        self.echoes = Echoes(ice_servers)

    async def run(self, line: socket.socket) -> None:
        """Serve until the studio hangs up or nobody has come for a while."""
        reader, writer = await asyncio.open_connection(sock=line, limit=LINE_BYTES)
        wire = Wire(reader, writer)
        idle = asyncio.create_task(self._idle(wire))
        try:
            await wire.listen(lambda message: self._handle(wire, message))
        finally:
            idle.cancel()
            await self.echoes.close()

    async def _handle(self, wire: Wire, message: Message) -> None:
        wire.tell({"call": message["call"]} | await self._call(message))

    async def _call(self, message: Message) -> Message:
        try:
            match message:
                case {"begin": sdp}:
                    return {"result": await self.echoes.begin(sdp)}
                case {"end": resource}:
                    return {"result": await self.echoes.end(resource)}
        except BadOffer as error:
            return {"error": "bad_offer", "message": str(error)}
        except TooMany as error:
            return {"error": "full", "message": str(error)}
        return {"error": "unknown", "message": "the echo room does not know this call"}

    async def _idle(self, wire: Wire) -> None:
        alone_s = 0.0
        while alone_s < IDLE_S:
            await asyncio.sleep(1)
            alone_s = 0.0 if len(self.echoes) else alone_s + 1
        wire.close()


def main() -> None:
    """The command line: the number of the socket to the studio, and the ICE servers."""
    parser = argparse.ArgumentParser(description="Gives back what browsers send, for a test of their line.")
    parser.add_argument("--line", type=int, required=True)
    parser.add_argument("ice_servers", nargs="*")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="echo %(levelname)s %(name)s %(message)s")
    logging.getLogger("aioice").setLevel(logging.WARNING)
    os.nice(NICENESS)
    hooks.check(outlet.HOOKS, closing.HOOKS)
    hooks.silence_decoders()
    line = socket.socket(fileno=arguments.line)
    asyncio.run(Child(arguments.ice_servers).run(line))


if __name__ == "__main__":
    main()
