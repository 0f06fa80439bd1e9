"""One origin: every request comes in here and goes to the site, or to the studio when its path is below /live/.

A router of bytes, not a web server: it reads a request's head, passes it on with `Connection: close`, and then
copies both ways, so that uploads, event streams and WebSockets need nothing special and one connection carries
one request (nothing to smuggle). While the backend restarts, a request waits for it up to PATIENCE_S: nobody notices.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
from dataclasses import dataclass

log = logging.getLogger(__name__)

HEAD_LIMIT = 32 * 1024
"""Bytes of a request's head; browsers send 1-4 kB, cookies included."""
HEAD_TIMEOUT_S = 15.0
PATIENCE_S = 15.0
CHUNK = 64 * 1024
LINGER_S = 2.0
HOP_HEADERS = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"forwarded", b"x-real-ip"})


class BadHead(ValueError):
    """What came in is not the head of an HTTP request."""


@dataclass(frozen=True)
class Head:
    """The part of a request's head that routing needs, and the bytes to pass on."""

    path: bytes
    passed_on: bytes


def read_head(raw: bytes, client: str, scheme: str) -> Head:
    """Parse a whole head (up to and with the empty line). Raises BadHead."""
    line, *fields = raw[:-4].split(b"\r\n")
    parts = line.split(b" ")
    if len(parts) != 3 or not parts[2].startswith(b"HTTP/1.") or not parts[1].startswith(b"/"):
        raise BadHead("not an HTTP/1 request line")
    upgrade = False
    kept = [line]
    for each in fields:
        name, colon, value = each.partition(b":")
        if not colon or not name or name != name.strip():
            raise BadHead("a header line has no name")
        lower = name.lower()
        upgrade = upgrade or (lower == b"upgrade" and value.strip().lower() == b"websocket")
        if lower not in HOP_HEADERS and not lower.startswith(b"x-forwarded-"):
            kept.append(each)
    kept.append(b"Connection: Upgrade" if upgrade else b"Connection: close")
    kept.append(b"X-Forwarded-For: " + client.encode())
    kept.append(b"X-Forwarded-Proto: " + scheme.encode())
    return Head(path=parts[1], passed_on=b"\r\n".join(kept) + b"\r\n\r\n")


class Front:
    """Listens on one address; `site` and `studio` are ports on loopback."""

    def __init__(self, *, site: int, studio: int, tls: ssl.SSLContext | None = None) -> None:
        self.site = site
        self.studio = studio
        self.tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Begin to listen; returns the port (a free one when 0 was asked for)."""
        self._server = await asyncio.start_server(self._accept, host, port, ssl=self.tls, limit=HEAD_LIMIT)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.CancelledError) as error:
            log.debug("a connection ended: %r", error)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await self._head(reader, writer)
        except asyncio.LimitOverrunError:
            await _answer(writer, b"431 Request Header Fields Too Large")
        except BadHead:
            await _answer(writer, b"400 Bad Request")
        except (asyncio.IncompleteReadError, TimeoutError):
            log.debug("a client went away in the middle of its question")
        else:
            await self._pass_on(head, reader, writer)

    async def _head(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Head:
        client = str(writer.get_extra_info("peername")[0])
        async with asyncio.timeout(HEAD_TIMEOUT_S):
            raw = await reader.readuntil(b"\r\n\r\n")
        return read_head(raw, client, "https" if self.tls else "http")

    async def _pass_on(self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            backend = await _connect(self.studio if head.path.startswith(b"/live/") else self.site)
        except OSError:
            await _answer(writer, b"503 Service Unavailable")
            return
        with backend:
            await asyncio.get_running_loop().sock_sendall(backend, head.passed_on)
            await _join(reader, writer, backend)


async def _connect(port: int) -> socket.socket:
    """A connection to a backend that may be starting just now. Raises OSError when it stays away.

    A bare socket, because an asyncio transport whose write fails throws away the answer that has already come.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_S
    while True:
        backend = socket.socket()
        backend.setblocking(False)
        try:
            await loop.sock_connect(backend, ("127.0.0.1", port))
        except BaseException as error:
            backend.close()
            if not isinstance(error, ConnectionRefusedError) or loop.time() > deadline:
                raise
        else:
            backend.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return backend
        await asyncio.sleep(0.1)


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, backend: socket.socket) -> None:
    """Copy both ways until the backend has answered whole or the client has gone."""
    up = asyncio.create_task(_upload(reader, backend))
    down = asyncio.create_task(_download(backend, writer))
    try:
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        if down.done() and not up.done():
            # The answer came before the whole upload (413): without this the client sees a reset, not the answer.
            if writer.can_write_eof():
                writer.write_eof()
            await asyncio.wait({up}, timeout=LINGER_S)
    finally:
        for way in (up, down):
            way.cancel()
        await asyncio.gather(up, down, return_exceptions=True)


async def _upload(reader: asyncio.StreamReader, backend: socket.socket) -> None:
    """Pass on what the client sends; what the backend no longer takes is read and thrown away."""
    loop = asyncio.get_running_loop()
    taken = True
    while chunk := await reader.read(CHUNK):
        if taken:
            try:
                await loop.sock_sendall(backend, chunk)
            except ConnectionError:
                taken = False


async def _download(backend: socket.socket, writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    with contextlib.suppress(ConnectionResetError):  # the backend closed before it had read the whole upload
        while chunk := await loop.sock_recv(backend, CHUNK):
            writer.write(chunk)
            await writer.drain()


async def _answer(writer: asyncio.StreamWriter, status: bytes) -> None:
    body = b"<!doctype html><title>Officehours</title><p>" + status + b"</p>"
    writer.write(
        b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html\r\nConnection: close\r\n"
        b"Retry-After: 5\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    )
    with contextlib.suppress(OSError):
        await writer.drain()
