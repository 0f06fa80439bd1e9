"""An offer comes in; for some seconds its sender gets back every packet they send, and nothing of it is kept.

So a browser can try the whole way, camera to studio and back, at any time: what it measures itself (loss, delay, bits)
is what a room would see. Nothing is decoded, written or shown to anybody.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence

from aiortc import RTCPeerConnection, RTCRtpTransceiver
from aiortc.rtp import RtpPacket
from aiortc.sdp import SessionDescription

from ingest.live.webrtc import hooks, outlet
from ingest.live.webrtc.answers import answer_to
from ingest.live.webrtc.closing import Closing
from ingest.live.webrtc.errands import Errands
from ingest.live.webrtc.offers import BadOffer, configuration, preferred
from ingest.live.webrtc.packet import AnyPacket

log = logging.getLogger(__name__)
LONGEST_S = 20.0
"""A test takes eight seconds; ICE behind a slow line may take as long before."""
MOST = 10
ALLOWED_BITS_PER_S = 1_400_000
"""What a guest's camera sends into a tile; Chromium stays at 0.3 Mbit/s without a word."""
ALLOW_EVERY_S = 0.5


class TooMany(RuntimeError):
    """As many as there may be are being tested; soon there is room."""


class Way:
    """One kind of media and its way back: packets go out as they came, under our own name and numbers."""

    def __init__(self, transceiver: RTCRtpTransceiver) -> None:
        self._sender = transceiver.sender
        self._number = secrets.randbelow(1 << 15)
        self._errands = Errands()
        outlet.attend(transceiver, outlet.Sent(), on_keyframe=self._keyframe)
        self.tap = hooks.Tap(transceiver.receiver, self._back, lambda ntp_s, rtp: None)

    def _back(self, codec: str, rate: int, packet: AnyPacket, payload: bytes) -> None:
        self._number = (self._number + 1) & 0xFFFF
        returned = RtpPacket(
            payload_type=packet.payload_type,
            marker=packet.marker,
            sequence_number=self._number,
            timestamp=packet.timestamp,
            payload=packet.payload,
        )
        self._errands.begin(self._send(returned))

    async def _send(self, packet: RtpPacket) -> None:
        try:
            await outlet.send_alone(self._sender, packet)
        except ConnectionError as error:
            log.debug("a packet could not be given back: %s", error)

    def _keyframe(self) -> None:
        """The browser cannot show what came back: it is asked for a picture of its own."""
        self._errands.begin(self.tap.keyframe())

    def close(self) -> None:
        """Give nothing back any more."""
        self._errands.call_back()


class Echo:
    """One connection that is given back; it ends by itself. Belongs to the event loop."""

    def __init__(
        self,
        on_gone: Callable[["Echo"], None],
        ice_servers: Sequence[str] = (),
        *,
        longest_s: float = LONGEST_S,
    ) -> None:
        self._on_gone = on_gone
        self._connection = RTCPeerConnection(configuration(ice_servers))
        self._ending = Closing(self._connection)
        self._longest_s = longest_s
        self._ways: list[Way] = []
        self._closed = False
        self._life: asyncio.Task[None] | None = None

    async def answer(self, sdp: str) -> str:
        """Negotiate. Raises BadOffer."""
        try:
            answer = await answer_to(sdp, self._connection, ("sendrecv",), self._prepare)
        except BadOffer:
            await self.close()
            raise
        self._life = asyncio.create_task(self._live())
        return answer

    def _prepare(self, offer: SessionDescription) -> None:
        for media in offer.media:
            transceiver = self._connection.addTransceiver(outlet.Silence(media.kind), direction="sendrecv")
            transceiver.setCodecPreferences(preferred(media.kind))
            self._ways.append(Way(transceiver))

    async def _live(self) -> None:
        """Tell the browser what it may send, until time is up or it has gone."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._longest_s
        while loop.time() < until and self._connection.connectionState not in ("failed", "closed"):
            if self._connection.connectionState == "connected":
                for way in self._ways:
                    await way.tap.allow(ALLOWED_BITS_PER_S)
            await asyncio.sleep(min(ALLOW_EVERY_S, self._longest_s))
        await self.close()

    async def close(self) -> None:
        """End the connection. It is fine to call it twice."""
        if self._closed:
            return
        self._closed = True
        if self._life is not None and self._life is not asyncio.current_task():
            self._life.cancel()
        for way in self._ways:
            way.close()
        self._on_gone(self)
        await self._ending.close()


class Echoes:
    """All that run at this moment, by their addresses; at most `MOST`."""

    def __init__(self, ice_servers: Sequence[str] = (), *, most: int = MOST, longest_s: float = LONGEST_S) -> None:
        self._ice_servers, self._most, self._longest_s = ice_servers, most, longest_s
        self._echoes: dict[str, Echo] = {}

    def __len__(self) -> int:
        return len(self._echoes)

    async def begin(self, sdp: str) -> tuple[str, str]:
        """Give somebody back what they send: (resource, answer). Raises BadOffer, TooMany."""
        if len(self._echoes) >= self._most:
            raise TooMany(f"{len(self._echoes)} connections are being tested")
        echo = Echo(self._gone, self._ice_servers, longest_s=self._longest_s)
        resource = secrets.token_hex(16)
        self._echoes[resource] = echo  # before the answer: offers that come meanwhile are counted
        return resource, await echo.answer(sdp)

    async def end(self, resource: str) -> bool:
        """Close the one at this address; False when there is none."""
        echo = self._echoes.get(resource)
        if echo is not None:
            await echo.close()
        return echo is not None

    async def close(self) -> None:
        """Close every one."""
        for echo in list(self._echoes.values()):
            await echo.close()

    def _gone(self, echo: Echo) -> None:
        self._echoes = {name: each for name, each in self._echoes.items() if each is not echo}
