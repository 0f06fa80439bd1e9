"""Media goes the short way, and nothing else does; what is no media harms nobody."""

from typing import Any

import pylibsrtp
import pytest
from aiortc.rtcdtlstransport import RtpRouter
from aiortc.rtp import HeaderExtensionsMap, RtcpByePacket, RtpPacket

from ingest.live.webrtc import shortcut

ADDRESS = ("127.0.0.1", 5000)
STUN = b"\x00\x01\x00\x00" + b"\x21\x12\xa4\x42" + bytes(12)
DTLS = bytes([22]) + bytes(40)


class Receiver:
    """A receiver as far as it concerns the router."""

    def __init__(self, transport: Any) -> None:
        self.transport = transport


class Tap:
    """Keeps what it takes."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.taken: list[tuple[int, bytes]] = []

    def take(self, packet: RtpPacket) -> None:
        self.taken.append((packet.sequence_number, packet.payload))


class Protocol:
    """A socket's protocol; keeps what goes aiortc's way."""

    def __init__(self) -> None:
        self.others: list[bytes] = []

    def datagram_received(self, data: bytes, address: Any) -> None:
        self.others.append(data)


class Connection:
    """A connection that stands: ICE below, keys above; "encrypted" is what ends with a mark."""

    def __init__(self) -> None:
        self.protocol = Protocol()
        self._protocols = [self.protocol]
        self._connection = self.transport = self
        self._rx_srtp = self
        self._rtp_router = RtpRouter()
        self._rtp_header_extensions_map = HeaderExtensionsMap()
        self.tap = Tap(Receiver(self))
        self._rtp_router.register_receiver(self.tap.receiver, ssrcs=[7], payload_types=[96])  # type: ignore[arg-type]
        shortcut.shorten([self.tap])  # type: ignore[list-item]

    def unprotect(self, data: bytes) -> bytes:
        if not data.endswith(b"!"):
            raise pylibsrtp.Error(7)
        return data[:-1]

    def receive(self, data: bytes) -> None:
        self.protocol.datagram_received(data, ADDRESS)


def media(number: int, ssrc: int = 7) -> bytes:
    return RtpPacket(payload_type=96, sequence_number=number, ssrc=ssrc, payload=b"picture").serialize()


def test_media_goes_straight_to_its_tap() -> None:
    connection = Connection()
    connection.receive(media(1) + b"!")
    connection.receive(media(2) + b"!")
    assert connection.tap.taken == [(1, b"picture"), (2, b"picture")]
    assert connection.protocol.others == []


def test_everything_else_goes_the_usual_way() -> None:
    connection = Connection()
    others = [STUN, DTLS, bytes(RtcpByePacket(sources=[7])) + b"!", b""]
    for data in others:
        connection.receive(data)
    assert connection.protocol.others == others
    assert connection.tap.taken == []


@pytest.mark.parametrize(
    "data",
    [
        media(1),  # not encrypted with the right key
        b"\x9f" + media(1)[1:12] + b"!",  # says that it has an extension and has none
        b"\xaf" + media(1)[1:] + b"\xff!",  # more padding than packet
        media(1)[:12] + b"!",
    ],
)
def test_what_is_no_media_of_the_connection_is_left_out(data: bytes) -> None:
    connection = Connection()
    connection.receive(data)
    connection.receive(media(5) + b"!")
    assert connection.tap.taken[-1] == (5, b"picture")
    assert connection.protocol.others == []
