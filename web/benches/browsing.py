"""An address of a site on this machine comes in; what a browser would get from it goes out, with little work of ours.

A thousand of these run on the machine that is measured, so they know only as much of HTTP as they need.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncGenerator

STARTED_WITHIN_S = 30.0


class Stream(asyncio.Protocol):
    """An answer without an end: its events with the moment at which they were there. As little of HTTP and of event
    streams as is needed, so that a thousand of them take little from the site that they measure."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[tuple[bytes, bytes, float] | None] = asyncio.Queue()
        self.head: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._left, self._kind = b"", b""

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        data = self._left + data
        if not self.head.done():
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._left = head
                return
            self.head.set_result(head)
        *lines, self._left = data.split(b"\n")
        for line in lines:
            if line.startswith(b"event: "):
                self._kind = line[7:]
            elif line.startswith(b"data: "):
                self.events.put_nowait((self._kind, line[6:], at))
                self._kind = b""

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.head.done():
            self.head.set_result(b"no answer")
        self.events.put_nowait(None)


async def stream(
    port: int, path: str, cookies: str, opened: asyncio.Semaphore
) -> AsyncGenerator[tuple[bytes, bytes, float], None]:
    """The events of a stream: their kind, their data, and when they came."""
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookies}\r\nAccept-Language: de\r\n\r\n"
    async with opened:
        loop = asyncio.get_running_loop()
        transport, found = await loop.create_connection(Stream, "127.0.0.1", port)
        transport.write(asked.encode())
        head = await found.head
    try:
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise RuntimeError(f"{path} answered {head.splitlines()[0]!r}")
        while (event := await found.events.get()) is not None:
            yield event
    finally:
        transport.close()


async def ask(port: int, method: str, path: str, cookies: str, body: str) -> tuple[str, str]:
    """Head and body of one answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [
        f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Origin: http://127.0.0.1:{port}", "Connection: close",
        f"Cookie: {cookies}", "Accept: application/json" if method == "POST" else "Accept: text/html",
        "Accept-Language: de", "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
    ]  # fmt: skip
    writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
    answer = (await reader.read()).decode(errors="replace")
    writer.close()
    head, _, rest = answer.partition("\r\n\r\n")
    return head, rest


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int) -> None:
    deadline = time.monotonic() + STARTED_WITHIN_S
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if time.monotonic() > deadline:
            raise TimeoutError("the site did not start")
        time.sleep(0.1)
