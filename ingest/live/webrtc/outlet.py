"""A negotiated connection's private parts come in; protected packets leave by its socket, many in one call.

aiortc's own way costs 41 µs a packet: objects, header extensions, a copy and a task for each. Here a frame's packets
are copied at once, protected in place by libsrtp and given to the kernel together (UDP GSO; where that is missing, one
by one). Everything belongs to the event loop: aiortc protects its RTCP with the same session. A socket that cannot
take more loses what is left of the frame; the viewer asks for it again.
"""

import asyncio
import contextlib
import logging
import os
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aioice.ice
import aiortc.rtcdtlstransport
import aiortc.rtcicetransport
import aiortc.rtcrtpsender
import pylibsrtp
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpSender, RTCRtpTransceiver
from aiortc.codecs import is_rtx
from aiortc.rtp import AnyRtcpPacket, RtcpSrPacket, RtpPacket
from pylibsrtp._binding import ffi, lib

from ingest.live.webrtc.packetise import Layout

log = logging.getLogger(__name__)
_UDP_SEGMENT = 103  # linux/udp.h
_TAGS = {b"SRTP_AEAD_AES_256_GCM": 16, b"SRTP_AEAD_AES_128_GCM": 16}  # RFC 7714
_SHA1_TAG = 10  # RFC 3711
_SEND_BUFFER = 1 << 20  # A keyframe may have 300 kB; the kernel gives what it is allowed to give.


HOOKS: dict[type, tuple[str, ...]] = {
    aiortc.rtcrtpsender.RTCRtpSender: ("_ssrc", "_rtx_ssrc", "_send_keyframe", "_retransmit", "_send_rtcp"),
    aiortc.rtcdtlstransport.RTCDtlsTransport: ("_tx_srtp", "_ssl", "_send_rtp"),
    RTCRtpTransceiver: ("_codecs",),
    aiortc.rtcicetransport.RTCIceTransport: ("_connection",),
    aioice.ice.Connection: ("_nominated",),
    pylibsrtp.Session: ("_srtp",),
}
"""Every private name that is used below, and whose it is; `hooks.check` looks for them."""


class Silence(MediaStreamTrack):
    """A track that never gives anything: aiortc negotiates with it and then leaves the sending to us."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def recv(self) -> Any:
        """Wait until the sender is stopped."""
        await asyncio.get_running_loop().create_future()


class Burst:
    """A layout in memory of its own, in which it is protected for one viewer after the other."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.size = len(layout.data)
        self.memory = ffi.new("unsigned char[]", self.size)
        self.packets = [(self.memory + offset, length) for offset, length in layout.packets]
        view = memoryview(ffi.buffer(self.memory, self.size))
        self.runs = [(view[run.start : run.end], struct.pack("H", run.size)) for run in layout.runs]
        self.single = [run.end - run.start == run.size for run in layout.runs]


class Way:
    """The way to one viewer under the DTLS transport; open while the connection is."""

    def __init__(self, connection: RTCPeerConnection) -> None:
        """Take what is needed of a connection that is connected. Raises ConnectionError when it is not."""
        dtls = connection.getTransceivers()[0].sender.transport
        pair = dtls.transport._connection._nominated.get(1)
        if dtls._tx_srtp is None or dtls._ssl is None or pair is None:
            raise ConnectionError("the connection is not there")
        self._keep = dtls._tx_srtp
        self._session = self._keep._srtp[0]
        self._length = ffi.new("int *")
        self._address = pair.remote_addr
        self._transport = pair.protocol.transport
        self._socket = _own_socket(self._transport)
        self._batched = self._socket is not None and hasattr(socket, "SOL_UDP")
        self.tag = _TAGS.get(dtls._ssl.get_selected_srtp_profile(), _SHA1_TAG)
        self.dropped = 0

    def send(self, burst: Burst) -> bool:
        """Protect and send a frame; False when some of it was lost here."""
        if self._session is None:
            return False
        session, length, protect = self._session, self._length, lib.srtp_protect
        ffi.memmove(burst.memory, burst.layout.data, burst.size)
        for pointer, size in burst.packets:
            length[0] = size
            if protect(session, pointer, length):
                return False
        try:
            self._give(burst)
        except OSError as error:
            self.dropped += 1
            if not isinstance(error, BlockingIOError):
                log.debug("a frame could not be sent to %s: %s", self._address, error)
            return False
        return True

    def _give(self, burst: Burst) -> None:
        if not self._batched or self._socket is None:
            self._one_by_one(burst)
            return
        try:
            for (part, size), single in zip(burst.runs, burst.single, strict=True):
                ancillary = [] if single else [(socket.SOL_UDP, _UDP_SEGMENT, size)]
                self._socket.sendmsg((part,), ancillary, 0, self._address)
        except BlockingIOError:
            raise
        except OSError as error:
            # A kernel, a network card or a way without GSO: what is left goes packet by packet, now and later.
            log.info("packets to %s go one by one from now on: %s", self._address, error)
            self._batched = False
            self._one_by_one(burst)

    def _one_by_one(self, burst: Burst) -> None:
        for pointer, length in burst.packets:
            data = bytes(ffi.buffer(pointer, length + self.tag))
            if self._socket is not None:
                self._socket.sendto(data, self._address)
            else:
                self._transport.sendto(data, self._address)

    def close(self) -> None:
        """Send nothing from now on."""
        self._session = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _own_socket(transport: Any) -> socket.socket | None:
    """A socket of our own at the transport's port; None where there is none, as behind TURN."""
    theirs = transport.get_extra_info("socket")
    if theirs is None:
        return None
    ours = socket.socket(fileno=os.dup(theirs.fileno()))
    ours.setblocking(False)
    with contextlib.suppress(OSError):
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    return ours


@dataclass(frozen=True)
class Codec:
    """What was agreed on: numbers of the codec and of its retransmissions (None: none)."""

    name: str
    payload_type: int
    again: int | None


def agreed(transceiver: RTCRtpTransceiver) -> Codec:
    """The codec the viewer gets."""
    first, *others = transceiver._codecs
    again = [each.payloadType for each in others if is_rtx(each) and each.parameters["apt"] == first.payloadType]
    assert first.payloadType is not None, "the answer was made"
    return Codec(first.name, first.payloadType, again[0] if again else None)


@dataclass
class Sent:
    """What a sender report says (RFC 3550, 6.4.1): the moment of the newest packet on both clocks, and counts."""

    ntp: int = 0
    rtp: int = 0
    packets: int = 0
    octets: int = 0


def attend(
    transceiver: RTCRtpTransceiver,
    sent: Sent,
    *,
    on_keyframe: Callable[[], None] = lambda: None,
    on_lost: Callable[[int], None] = lambda number: None,
    ssrcs: tuple[int, int | None] | None = None,
) -> None:
    """Let what the viewer says of one kind come to us, and our counts go into aiortc's sender reports.

    `on_lost` hears the 16 bits of a packet that is asked for again. `ssrcs`: of media and retransmissions; to be
    given before the answer is made.
    """
    sender = transceiver.sender
    if ssrcs is not None:
        sender._ssrc = ssrcs[0]
        sender._rtx_ssrc = ssrcs[1] if ssrcs[1] is not None else sender._rtx_ssrc
    theirs: Callable[[list[AnyRtcpPacket]], Awaitable[None]] = sender._send_rtcp

    async def lost(sequence_number: int) -> None:
        on_lost(sequence_number)

    async def report(packets: list[AnyRtcpPacket]) -> None:
        for packet in packets:
            if isinstance(packet, RtcpSrPacket):
                if not sent.packets:
                    return  # Nothing has been sent: a report of zeros would only mislead.
                info = packet.sender_info
                info.ntp_timestamp, info.rtp_timestamp = sent.ntp, sent.rtp & 0xFFFFFFFF
                info.packet_count, info.octet_count = sent.packets & 0xFFFFFFFF, sent.octets & 0xFFFFFFFF
        await theirs(packets)

    sender._send_keyframe = on_keyframe  # type: ignore[method-assign]
    sender._retransmit = lost  # type: ignore[method-assign]
    sender._send_rtcp = report  # type: ignore[method-assign]


async def send_alone(sender: RTCRtpSender, packet: RtpPacket) -> None:
    """Send one packet by aiortc's own way, under the sender's own name: for few, where a `Way` is not worth it.

    Raises ConnectionError when the connection is not there.
    """
    packet.ssrc = sender._ssrc
    await sender.transport._send_rtp(packet.serialize())
