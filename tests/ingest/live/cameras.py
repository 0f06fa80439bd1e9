"""People with cameras in our own process: they join a room by WHIP or watch it by WHEP, and come back when it is gone.

What they send is encoded before; they come back as the page does: 2 s without a sign of life, then again and again
after 0.5 to 8 s.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from fractions import Fraction
from itertools import count
from typing import Any

import av
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from ingest.live.studio.rooms import OfferRefused, RoomGone, Rooms
from tests.ingest.live.packets import opus, pictures, tone

SILENCE_S = 2.0
BACKOFF_S = (0.5, 1.0, 2.0, 4.0, 8.0)
WANTED = ("video/H264", "video/rtx", "audio/opus")


class Packets(MediaStreamTrack):
    """A second of encoded media, again and again, at its pace."""

    def __init__(self, kind: str, packets: Sequence[bytes]) -> None:
        super().__init__()
        self.kind = kind
        self._packets = packets
        self._start = time.monotonic()
        self._count = 0

    async def recv(self) -> "av.Packet[Any]":
        number, self._count = self._count, self._count + 1
        step = Fraction(1, len(self._packets))
        await asyncio.sleep(max(0.0, self._start + number * step - time.monotonic()))
        if self.readyState != "live":
            raise MediaStreamError
        packet = av.Packet(self._packets[number % len(self._packets)])
        packet.pts, packet.time_base = number, step
        return packet


def second() -> dict[str, list[bytes]]:
    """A second of pictures and of a tone."""
    return {
        "video": [frame.data for frame in pictures(30, group=15)],
        "audio": [frame.data for frame in opus(tone(1.0))],
    }


class Camera:
    """One connection of one person."""

    def __init__(self, rooms: Rooms, office_hour: str, person: str) -> None:
        self.resource = ""
        self._rooms, self._office_hour, self._person = rooms, office_hour, person
        self._connection = RTCPeerConnection()
        self._connected = asyncio.Event()
        self._connection.on("connectionstatechange", self._changed)

    def _changed(self) -> None:
        if self._connection.connectionState == "connected":
            self._connected.set()

    async def send(self, media: dict[str, list[bytes]]) -> None:
        """Join with picture and sound. Raises RoomGone, TimeoutError."""
        for kind, packets in media.items():
            transceiver = self._connection.addTransceiver(Packets(kind, packets), direction="sendonly")
            codecs = RTCRtpSender.getCapabilities(kind).codecs
            transceiver.setCodecPreferences([codec for codec in codecs if codec.mimeType in WANTED])
        await self._join(self._rooms.whip)

    async def watch(self) -> None:
        """Receive the programme."""
        for kind in ("video", "audio"):
            self._connection.addTransceiver(kind, direction="recvonly")
        await self._join(self._rooms.whep)

    async def _join(self, door: Any) -> None:
        await self._connection.setLocalDescription(await self._connection.createOffer())
        sdp = self._connection.localDescription.sdp
        self.resource, answer = await door(self._office_hour, self._person, sdp)
        await self._connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await asyncio.wait_for(self._connected.wait(), 10)

    async def heard(self) -> None:
        """Return when the room has said nothing of what it receives for `SILENCE_S`."""
        joined = time.time()
        for _ in count():
            reports = [
                report.timestamp.timestamp()
                for sender in self._connection.getSenders()
                for report in (await sender.getStats()).values()
                if report.type == "remote-inbound-rtp"
            ]
            if time.time() - max(reports, default=joined) > SILENCE_S:
                return
            await asyncio.sleep(0.25)

    async def leave(self, *, politely: bool = True) -> None:
        """Hang up; `politely` with a DELETE first."""
        if politely and self.resource:
            await self._rooms.delete(self.resource)
        await self._connection.close()


@contextlib.asynccontextmanager
async def persistent(rooms: Rooms, office_hour: str, people: Sequence[str]) -> AsyncIterator[None]:
    """People who send until the end of the block, and come back whenever their room has gone."""
    media = second()
    tasks = [asyncio.create_task(_stay(rooms, office_hour, person, media)) for person in people]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _stay(rooms: Rooms, office_hour: str, person: str, media: dict[str, list[bytes]]) -> None:
    tries = count()
    while True:
        camera = Camera(rooms, office_hour, person)
        try:
            await camera.send(media)
            tries = count()
            await camera.heard()
        except (RoomGone, OfferRefused, TimeoutError):
            await asyncio.sleep(BACKOFF_S[min(next(tries), len(BACKOFF_S) - 1)])
        finally:
            await camera.leave(politely=False)
