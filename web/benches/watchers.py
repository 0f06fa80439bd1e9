"""An address and a number come in; so many viewers watch until standard input ends, and say what they got.

    python -m web.benches.watchers whep http://127.0.0.1:8000/live/whep/here 20
    python -m web.benches.watchers hls http://127.0.0.1:8000/live/hls/here 40

Viewers of a bench: they look at nothing, so that what serves them is what costs. Prints `watching` when all have
begun, and one line of JSON at the end.
"""

import asyncio
import json
import os
import re
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

MAY_BEGIN_S = 30.0
HINT = re.compile(r'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="((\d+)\.(\d+)\.m4s)"')


@dataclass
class Got:
    """What one viewer received."""

    pieces: int = 0
    octets: int = 0


async def watch_whep(address: str, got: Got, begun: asyncio.Event) -> None:
    """A browser's negotiation and its reports; packets are counted and thrown away before they are decrypted."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for kind in ("audio", "video"):
        peer.addTransceiver(kind, "recvonly")
    await peer.setLocalDescription(await peer.createOffer())
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.post(address, content=peer.localDescription.sdp)
    answer.raise_for_status()
    await peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
    while peer.connectionState != "connected":  # noqa: ASYNC110 - a bench's look at a clock
        await asyncio.sleep(0.05)
    _count(peer, got)
    begun.set()
    await asyncio.get_running_loop().create_future()


def _count(peer: RTCPeerConnection, got: Got) -> None:
    dtls = peer.getTransceivers()[0].receiver.transport
    pair: Any = dtls.transport._connection._nominated[1]
    theirs = pair.protocol.datagram_received

    def received(data: bytes, source: tuple[Any, ...]) -> None:
        if 127 < data[0] < 192 and not 191 < data[1] < 224:
            got.pieces += 1
            got.octets += len(data)
        else:
            theirs(data, source)

    pair.protocol.datagram_received = received


async def watch_hls(address: str, got: Got, begun: asyncio.Event) -> None:
    """Both kinds as hls.js asks for them: a playlist that waits, with what is old left out, then the newest part."""
    await asyncio.gather(*(_watch_kind(f"{address}/{kind}/", got, begun) for kind in ("video", "audio")))


async def _watch_kind(folder: str, got: Got, begun: asyncio.Event) -> None:
    line = await Line.to(folder)
    text = (await line.get("index.m3u8")).decode()
    while True:
        hint = HINT.search(text)
        if hint is None:
            return
        part = await line.get(hint[1])
        got.pieces += 1
        got.octets += len(part)
        begun.set()
        number, index = int(hint[2]), int(hint[3])
        query = f"index.m3u8?_HLS_msn={number}&_HLS_part={index}&_HLS_skip=YES"
        text = (await line.get(query)).decode()


class Line:
    """One kept connection; as little of HTTP as the studio's answers need."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, path: str) -> None:
        self._reader, self._writer, self._host, self._path = reader, writer, host, path

    @classmethod
    async def to(cls, folder: str) -> "Line":
        """Connect to the folder's host."""
        parts = urlsplit(folder)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        return cls(reader, writer, parts.netloc, parts.path)

    async def get(self, name: str) -> bytes:
        """The body of a file; raises ConnectionError for anything but 200."""
        self._writer.write(f"GET {self._path}{name} HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        body = await self._reader.readexactly(int(re.findall(r"content-length: (\d+)", head)[0]))
        if " 200 " not in head.splitlines()[0]:
            raise ConnectionError(f"{name}: {head.splitlines()[0]} {body[:200]!r}")
        return body


WATCH = {"whep": watch_whep, "hls": watch_hls}


async def main(how: str, address: str, count: int) -> None:
    """See the module."""
    got, begun = [Got() for _ in range(count)], [asyncio.Event() for _ in range(count)]
    tasks = []
    for each, event in zip(got, begun, strict=True):
        tasks.append(asyncio.create_task(WATCH[how](address, each, event)))
        await asyncio.sleep(0.03)
    async with asyncio.timeout(MAY_BEGIN_S):
        await asyncio.gather(*(event.wait() for event in begun))
    for each in got:
        each.pieces = each.octets = 0
    print("watching", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    failed = [repr(task.exception()) for task in tasks if task.done()]
    sums = {"pieces": sum(each.pieces for each in got), "octets": sum(each.octets for each in got)}
    print(json.dumps(sums | {"failed": failed}))
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    os._exit(0)  # connections are not said goodbye to, as closed laptops do
