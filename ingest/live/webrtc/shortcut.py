"""Datagrams of a connected sender come in at the socket; media goes straight to its tap, all else to aiortc.

On aiortc's own way each packet is first tried as STUN, then queued, then wakes a task and passes four coroutines: half
of what receiving costs. Here one call decrypts, parses and hands it over. Packets that come before the connection
stands, RTCP, DTLS and STUN go aiortc's way, and both ways may be used at the same time.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import aioice.ice
import aiortc.rtcdtlstransport
import aiortc.rtcicetransport
import pylibsrtp
from aiortc import RTCDtlsTransport
from aiortc.rtp import is_rtcp

from ingest.live.webrtc.hooks import DATA_ERRORS, Tap
from ingest.live.webrtc.packet import Packet

log = logging.getLogger(__name__)
HOOKS: dict[type, tuple[str, ...]] = {
    aiortc.rtcdtlstransport.RTCDtlsTransport: ("_rx_srtp", "_rtp_router", "_rtp_header_extensions_map"),
    aiortc.rtcicetransport.RTCIceTransport: ("_connection",),
    aioice.ice.Connection: ("_protocols",),
    aioice.ice.StunProtocol: ("datagram_received",),
}
"""Every private name that is used below, and whose it is; `hooks.check` looks for them."""
Received = Callable[[Any, Any], None]


def shorten(taps: Iterable[Tap]) -> None:
    """Let media of these taps come by the short way from now on; call it when their connection stands."""
    takers: dict[Any, Tap] = {tap.receiver: tap for tap in taps}
    for transport in {receiver.transport for receiver in takers}:
        for protocol in transport.transport._connection._protocols:
            protocol.datagram_received = _shortcut(transport, takers, protocol.datagram_received)


def _shortcut(transport: RTCDtlsTransport, takers: dict[Any, Tap], otherwise: Received) -> Received:
    def received(data: Any, address: Any) -> None:
        # RFC 7983: 128 to 191 in the first byte are RTP and RTCP.
        if len(data) < 12 or not 127 < data[0] < 192 or is_rtcp(data):
            otherwise(data, address)
            return
        try:
            plain = transport._rx_srtp.unprotect(data)
            packet = Packet(plain, transport._rtp_header_extensions_map)
            tap = takers.get(transport._rtp_router.route_rtp(packet))  # type: ignore[arg-type]  # ours has all it reads
        except (pylibsrtp.Error, *DATA_ERRORS) as error:
            log.debug("a datagram is no media of this connection: %s", error)
            return
        if tap is not None:
            tap.take(packet)

    return received
