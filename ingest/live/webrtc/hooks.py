"""Everything private of aiortc and aioice that the live room leans on, in one place.

aiortc 1.16 decodes all it receives at once, in threads it joins on the event loop, with a jitter buffer that counts
packets instead of time; it has no way to get at encoded media, sender reports or keyframe requests. So packets are
taken at the receiver's door, and its decoder threads end as soon as they begin. `check` is called when a room
starts: it fails with the pinned versions when one of the hooks is gone; those for sending are in `outlet.py`.
"""

import asyncio
import logging
import queue
import struct
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import aioice.ice
import aiortc.rtcdtlstransport
import aiortc.rtcicetransport
import aiortc.rtcrtpreceiver
from aiortc import RTCPeerConnection, RTCRtpReceiver
from aiortc.codecs import depayload, is_rtx
from aiortc.rtcrtpreceiver import StreamStatistics
from aiortc.rtp import (
    RTCP_PSFB_APP,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpSrPacket,
    RtpPacket,
    pack_remb_fci,
    unwrap_rtx,
)
from pylibsrtp._binding import lib as pylibsrtp_lib

from ingest.live.webrtc.packet import AnyPacket

log = logging.getLogger(__name__)
PINNED = {"aiortc": "1.16.", "aioice": "0.13."}
MOST_STREAMS = 16  # of one receiver: a camera, its repeated packets, and both anew after each change of network
DATA_ERRORS = (ValueError, LookupError, TypeError, struct.error)  # what parsers raise; anything else is a fault

HOOKS: dict[type, tuple[str, ...]] = {
    aiortc.rtcrtpreceiver.RTCRtpReceiver: (
        "_handle_rtp_packet",
        "_handle_rtcp_packet",
        "_send_rtcp",
        "_send_rtcp_pli",
        "_send_rtcp_nack",
        "__codecs",
        "__remote_streams",
        "__rtcp_ssrc",
        "__rtx_ssrc",
    ),
    aiortc.rtcdtlstransport.RTCDtlsTransport: ("_recv_next", "_rtp_router"),
    aiortc.rtcdtlstransport.RtpRouter: ("ssrc_table",),
    aiortc.rtcicetransport.RTCIceTransport: ("_connection",),
    aioice.ice.Connection: ("_query_consent_task",),
}
"""Every private name that is used below, and whose it is."""


class HookError(RuntimeError):
    """The installed aiortc is not the one this code was written for."""


def check(*others: Mapping[type, tuple[str, ...]]) -> None:
    """Raise HookError naming what is missing and the versions that are needed; `others`: what neighbours use."""
    used = [(kind, name) for hooks in (HOOKS, *others) for kind, names in hooks.items() for name in names]
    missing = [f"{kind.__name__}.{name}" for kind, name in used if not _has(kind, name)]
    if not hasattr(aiortc.rtcrtpreceiver, "decoder_worker"):
        missing.append("rtcrtpreceiver.decoder_worker")
    if not hasattr(pylibsrtp_lib, "srtp_protect"):
        missing.append("libsrtp.srtp_protect")
    wrong = [f"{name} {version(name)}" for name, pin in PINNED.items() if not version(name).startswith(pin)]
    if missing or wrong:
        pins = ", ".join(f"{name}=={pin}*" for name, pin in PINNED.items())
        raise HookError(f"the live room needs {pins}; wrong versions: {wrong}; missing hooks: {missing}")


def _has(kind: type, name: str) -> bool:
    """Whether a class knows a name; one with two underscores is its own (mangled)."""
    return (f"_{kind.__name__}{name}" if name.startswith("__") else name) in _names(kind)


def _names(kind: type) -> set[str]:
    """All attribute names that a class has or its methods set on themselves."""
    codes = [getattr(value, "__code__", None) for value in vars(kind).values()]
    return set(dir(kind)).union(*(code.co_names for code in codes if code is not None))


def silence_decoders() -> None:
    """Let aiortc's decoder threads end at once; the queues they would read stay empty."""
    aiortc.rtcrtpreceiver.decoder_worker = _no_decoder


def _no_decoder(
    loop: asyncio.AbstractEventLoop,
    input_q: "queue.Queue[Any]",
    output_q: "asyncio.Queue[Any]",
    decode_error: threading.Event,
) -> None:
    return


def shield(connection: RTCPeerConnection) -> None:
    """Let no datagram end a connection: what cannot be read is left out. Call it when the offer has been set.

    aiortc's reading task dies of an empty datagram, which anybody can send, and of a torn header extension.
    """
    for transport in {receiver.transport for receiver in connection.getReceivers()}:
        transport._recv_next = _caught(transport._recv_next)  # type: ignore[method-assign]


def _caught(receive: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], Coroutine[Any, Any, None]]:
    async def received() -> None:
        try:
            await receive()
        except DATA_ERRORS as error:
            log.info("a datagram could not be read: %s", error)

    return received


def keep_without_consent(connection: RTCPeerConnection) -> None:
    """Stop asking the sender for ICE consent: ffmpeg never answers and would be cut off after 31 s."""
    for receiver in connection.getReceivers():
        ice = receiver.transport.transport._connection
        task = ice._query_consent_task
        if task is not None and not task.done():
            task.cancel()


class Tap:
    """Stands at one receiver's door: packets, unwrapped from retransmission, go to `on_packet` and nowhere else.

    `on_packet(codec name, clock rate, packet, payload)`: the payload without the codec's RTP header.
    `on_report(ntp_s, rtp)`: an RTCP sender report, RTP time in 32 bits.
    """

    def __init__(
        self,
        receiver: RTCRtpReceiver,
        on_packet: Callable[[str, int, AnyPacket, bytes], None],
        on_report: Callable[[float, int], None],
    ) -> None:
        self.receiver = receiver
        self.ssrc: int | None = None
        self._on_packet = on_packet
        self._on_report = on_report
        self._rtcp = receiver._handle_rtcp_packet
        self._codecs = self._private("__codecs")  # both are filled later, and stay the same
        self._streams = self._private("__remote_streams")
        receiver._handle_rtp_packet = self._packet  # type: ignore[method-assign]
        receiver._handle_rtcp_packet = self._report  # type: ignore[method-assign]

    async def keyframe(self) -> None:
        """Ask the sender for a keyframe (PLI)."""
        if self.ssrc is not None:
            await self.receiver._send_rtcp_pli(self.ssrc)

    async def again(self, numbers: Sequence[int]) -> None:
        """Ask the sender for lost packets (NACK)."""
        if self.ssrc is not None and numbers:
            # Sorted, because aiortc cannot pack a list in which the numbers start again at 0.
            await self.receiver._send_rtcp_nack(self.ssrc, sorted(numbers))

    async def allow(self, bits_per_s: int) -> None:
        """Tell the sender how much it may send (REMB); Chromium stays at 0.3 Mbit/s otherwise."""
        own = self._private("__rtcp_ssrc")
        if self.ssrc is not None and own is not None:
            fci = pack_remb_fci(bits_per_s, [self.ssrc])
            await self.receiver._send_rtcp(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=own, media_ssrc=0, fci=fci))

    def _private(self, name: str) -> Any:
        return getattr(self.receiver, f"_RTCRtpReceiver{name}")

    async def _packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        self.take(packet)

    def take(self, packet: AnyPacket) -> None:
        """Take a packet at once; never raises."""
        try:
            self._take(packet)
        except Exception:
            # An error here would end the task that serves all of this person's media; one packet is the lesser loss.
            log.exception("a packet with payload type %d could not be taken", packet.payload_type)

    def _take(self, packet: AnyPacket) -> None:
        codecs, streams = self._codecs, self._streams
        codec = codecs.get(packet.payload_type)
        if codec is None:
            return
        if packet.ssrc not in streams:
            if len(streams) >= MOST_STREAMS:
                self.receiver.transport._rtp_router.ssrc_table.pop(packet.ssrc, None)
                return
            streams[packet.ssrc] = StreamStatistics(codec.clockRate)
        streams[packet.ssrc].add(packet)  # aiortc's receiver reports are made of these
        if is_rtx(codec):
            # aiortc knows the pair only where the offer has an `a=ssrc` line for both; ffmpeg's has a group alone.
            original = self._private("__rtx_ssrc").get(packet.ssrc, self.ssrc)
            apt = codec.parameters.get("apt")
            if original is None or len(packet.payload) < 2 or not isinstance(apt, int) or apt not in codecs:
                return
            packet = unwrap_rtx(packet, payload_type=apt, ssrc=original)  # type: ignore[arg-type]  # ours has all it reads
            codec = codecs[apt]
        self.ssrc = packet.ssrc
        try:
            payload = depayload(codec, packet.payload) if packet.payload else b""
        except ValueError:
            payload = b""  # a torn packet leaves a torn picture, which the decoder reports
        self._on_packet(codec.name, codec.clockRate, packet, payload)

    async def _report(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpSrPacket) and packet.sender_info.ntp_timestamp:
            self._on_report(packet.sender_info.ntp_timestamp / (1 << 32), packet.sender_info.rtp_timestamp)
        await self._rtcp(packet)
