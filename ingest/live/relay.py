"""A participant's WHEP offer comes in; the programme's picture and the room without themselves go out.

The picture is the one encode of the programme, packed again but never encoded again; it begins with a keyframe.
The sound is the mix without the person's own voice (N-1), encoded for them alone, on the sound thread's own 20 ms:
sent after the picture's encode it would make every browser buffer a quarter of a second.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from ingest.live import hooks
from ingest.live.closing import Closing
from ingest.live.offers import PARSE_ERRORS, BadOffer, configuration, preferred, read_offer
from ingest.live.source import SAMPLE_RATE, Samples

log = logging.getLogger(__name__)
PICTURES = 30  # A second: who is further behind begins anew at a keyframe.
BLOCKS = 10  # 200 ms of sound, then the oldest goes: a browser would play it late.
OPUS_BITS_PER_S = 32_000  # Fullband speech in mono (RFC 7587, 3.1.1: 28 to 40 kbit/s).
OPUS_LOSS_PERCENT = 10  # How much loss the redundancy inside each packet is made for.


class PictureTrack(MediaStreamTrack):
    """Packets of the programme for one viewer. `offer` may be called from any thread."""

    kind = "video"

    def __init__(self, frame_rate: int, want_keyframe: Callable[[], None]) -> None:
        super().__init__()
        self._io = asyncio.get_running_loop()
        self._queue: asyncio.Queue[av.Packet[Any]] = asyncio.Queue(PICTURES)
        self._time_base = Fraction(1, frame_rate)
        self._want_keyframe = want_keyframe
        self._at_keyframe = False

    def offer(self, data: bytes, pts: int, keyframe: bool) -> None:
        """A frame of the programme (its thread): Annex B, pts in frames."""
        if self.readyState == "live" and not self._io.is_closed():
            self._io.call_soon_threadsafe(self._put, data, pts, keyframe)

    def _put(self, data: bytes, pts: int, keyframe: bool) -> None:
        if self._queue.full():
            self._at_keyframe = False
            while not self._queue.empty():
                self._queue.get_nowait()
        if not self._at_keyframe and not keyframe:
            self._want_keyframe()
            return
        self._at_keyframe = True
        packet = av.Packet(data)
        packet.pts, packet.time_base = pts, self._time_base
        self._queue.put_nowait(packet)

    async def recv(self) -> "av.Packet[Any]":
        """The next packet; called by aiortc's sender."""
        if self.readyState != "live":
            raise MediaStreamError
        return await self._queue.get()


class SoundTrack(MediaStreamTrack):
    """Blocks of 20 ms for one listener, encoded as Opus. `offer` may be called from any thread."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._io = asyncio.get_running_loop()
        self._queue: asyncio.Queue[tuple[int, Samples]] = asyncio.Queue(BLOCKS)
        self._encoder = opus_encoder()
        self._heard = 0

    def offer(self, block: Samples) -> None:
        """A block of 960 samples, float32 mono (the sound thread)."""
        if self.readyState == "live" and not self._io.is_closed():
            self._io.call_soon_threadsafe(self._put, block)

    def _put(self, block: Samples) -> None:
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait((self._heard, block))
        self._heard += len(block)

    async def recv(self) -> "av.Packet[Any]":
        """The next packet; called by aiortc's sender."""
        while self.readyState == "live":
            at, block = await self._queue.get()
            for data in encode_opus(self._encoder, block):
                packet = av.Packet(data)
                packet.pts, packet.time_base = at, Fraction(1, SAMPLE_RATE)
                return packet
        raise MediaStreamError


def opus_encoder() -> av.AudioCodecContext:
    """Speech at 20 ms, with the last packet repeated small inside each (in-band FEC)."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate = SAMPLE_RATE
    encoder.format = av.AudioFormat("flt")
    encoder.layout = "mono"
    encoder.bit_rate = OPUS_BITS_PER_S
    encoder.time_base = Fraction(1, SAMPLE_RATE)
    encoder.options = {"application": "voip", "fec": "1", "packet_loss": str(OPUS_LOSS_PERCENT)}
    return encoder


def encode_opus(encoder: av.AudioCodecContext, block: Samples) -> list[bytes]:
    """One block of 960 samples as Opus packets; none while the encoder fills."""
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.reshape(1, -1)), format="flt", layout="mono")
    frame.sample_rate = SAMPLE_RATE
    return [bytes(packet) for packet in encoder.encode(frame)]


class Relay:
    """One viewer's connection. The owner passes `picture.offer` and `sound.offer` to the programme."""

    def __init__(
        self,
        person: str,
        *,
        frame_rate: int,
        want_keyframe: Callable[[], None],
        on_gone: Callable[["Relay"], None],
        ice_servers: Sequence[str] = (),
    ) -> None:
        self.person = person
        self.picture = PictureTrack(frame_rate, want_keyframe)
        self.sound = SoundTrack()
        self._want_keyframe = want_keyframe
        self._on_gone = on_gone
        self._connection = RTCPeerConnection(configuration(ice_servers))
        self._ending = Closing(self._connection)
        self._closed = False
        self._closing: asyncio.Task[None] | None = None

    async def answer(self, sdp: str) -> str:
        """Negotiate. Raises BadOffer."""
        try:
            offer = read_offer(sdp, ("recvonly", "sendrecv"))
            self._prepare([media.kind for media in offer.media])
            await self._connection.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="offer"))
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except BadOffer:
            await self.close()
            raise
        except PARSE_ERRORS as error:
            await self.close()
            raise BadOffer(f"the offer cannot be answered: {error}") from error
        return self._connection.localDescription.sdp

    def _prepare(self, kinds: Sequence[str]) -> None:
        # Preferences have no effect once the offer is set: the viewer would get H264 under VP8's number.
        if "video" in kinds:
            transceiver = self._connection.addTransceiver(self.picture, direction="sendonly")
            transceiver.setCodecPreferences([c for c in preferred("video") if c.mimeType != "video/VP8"])
            hooks.on_keyframe_request(transceiver.sender, self._want_keyframe)
        if "audio" in kinds:
            transceiver = self._connection.addTransceiver(self.sound, direction="sendonly")
            transceiver.setCodecPreferences(preferred("audio"))
        self._connection.on("connectionstatechange", self._state_changed)

    def _state_changed(self) -> None:
        if self._connection.connectionState in ("failed", "closed") and self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self.close())

    async def close(self) -> None:
        """End the connection. It is fine to call it twice."""
        if self._closed:
            return
        self._closed = True
        self.picture.stop()
        self.sound.stop()
        self._on_gone(self)
        await self._ending.close()
