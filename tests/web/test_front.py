"""One origin: every request finds its process, and a restart of that process is not noticed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from web.front import BadHead, Front, read_head
from web.serve import free_port

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answering(name: bytes) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(name), name))
        await writer.drain()
        writer.close()

    return handle


@asynccontextmanager
async def backend(port: int, handle: Handler) -> AsyncIterator[None]:
    server = await asyncio.start_server(handle, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


async def ask(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer


def test_head_is_passed_on_with_one_request_a_connection_and_who_asked() -> None:
    raw = b"GET /a?b HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n"
    head = read_head(raw, "192.0.2.1", "https")
    assert head.path == b"/a?b"
    assert head.passed_on == (
        b"GET /a?b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n\r\n"
    )


def test_a_websocket_keeps_its_upgrade() -> None:
    raw = b"GET /live/socket HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    assert b"Connection: Upgrade\r\n" in read_head(raw, "192.0.2.1", "http").passed_on


@pytest.mark.parametrize(
    "raw", [b"\x16\x03\x01\r\n\r\n", b"GET http://other/ HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n: x\r\n\r\n"]
)
def test_nonsense_is_refused(raw: bytes) -> None:
    with pytest.raises(BadHead):
        read_head(raw, "192.0.2.1", "http")


async def test_live_goes_to_the_studio_and_the_rest_to_the_site() -> None:
    site, studio = free_port(), free_port()
    front = Front(site=site, studio=studio)
    port = await front.start("127.0.0.1", 0)
    async with backend(site, answering(b"site")), backend(studio, answering(b"studio")):
        assert (await ask(port, b"GET / HTTP/1.1\r\n\r\n")).endswith(b"site")
        assert (await ask(port, b"GET /live/health HTTP/1.1\r\n\r\n")).endswith(b"studio")
    await front.stop()


async def test_a_request_waits_for_a_site_that_is_starting() -> None:
    site = free_port()
    front = Front(site=site, studio=free_port())
    port = await front.start("127.0.0.1", 0)
    asked = asyncio.create_task(ask(port, b"GET / HTTP/1.1\r\n\r\n"))
    await asyncio.sleep(0)  # let the request go out before anybody listens
    async with backend(site, answering(b"back again")):
        assert (await asked).endswith(b"back again")
    await front.stop()


async def test_an_answer_before_the_end_of_the_upload_arrives() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    site = free_port()
    front = Front(site=site, studio=free_port())
    port = await front.start("127.0.0.1", 0)
    async with backend(site, refuse):
        upload = b"POST / HTTP/1.1\r\nContent-Length: 8000000\r\n\r\n" + bytes(8_000_000)
        assert (await ask(port, upload)).startswith(b"HTTP/1.1 413")
    await front.stop()


async def test_a_head_without_end_is_refused() -> None:
    front = Front(site=free_port(), studio=free_port())
    port = await front.start("127.0.0.1", 0)
    assert (await ask(port, b"GET / HTTP/1.1\r\n" + b"x" * 40_000)).startswith(b"HTTP/1.1 431")
    await front.stop()
