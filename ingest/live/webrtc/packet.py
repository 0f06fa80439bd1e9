"""A decrypted datagram comes in, one RTP packet goes out (RFC 3550, 5.1), with as little work as can be.

Header extensions (RFC 8285) are read by aiortc, and only when somebody asks: of a camera nobody does.
"""

import struct
from contextlib import suppress

from aiortc.rtp import HeaderExtensions, HeaderExtensionsMap, RtpPacket

_HEADER = struct.Struct("!BBHLL")
_EXTENSION = struct.Struct("!HH")
_VERSION, _PADDING, _EXTENDED, _SOURCES = 0xC0, 0x20, 0x10, 0x0F


class Packet:
    """What `aiortc.rtp.RtpPacket` is to those who read it."""

    __slots__ = (
        "_extension",
        "_map",
        "csrc",
        "marker",
        "payload",
        "payload_type",
        "sequence_number",
        "ssrc",
        "timestamp",
    )

    def __init__(self, data: bytes, extensions: HeaderExtensionsMap) -> None:
        """Raises ValueError, struct.error when the packet is torn."""
        first, second, self.sequence_number, self.timestamp, self.ssrc = _HEADER.unpack_from(data)
        self.marker, self.payload_type = second >> 7, second & 0x7F
        self._map = extensions
        self._extension: tuple[int, bytes] | None = None
        self.csrc: list[int] = []
        at, end = _HEADER.size + 4 * (first & _SOURCES), len(data)
        if first & _VERSION != 0x80:
            raise ValueError("this is not RTP of version 2")
        if first & _EXTENDED:
            profile, words = _EXTENSION.unpack_from(data, at)
            at += _EXTENSION.size
            self._extension = profile, data[at : at + 4 * words]
            at += 4 * words
        if first & _PADDING:
            if not data[-1]:
                raise ValueError("padding counts itself")
            end -= data[-1]
        if at > end:
            raise ValueError("a packet is shorter than its header says")
        self.payload = data[at:end]

    @property
    def extensions(self) -> HeaderExtensions:
        """What the header says besides; nothing where it is torn."""
        if self._extension is not None:
            with suppress(ValueError, LookupError, struct.error):
                return self._map.get(*self._extension)
        return HeaderExtensions()


AnyPacket = Packet | RtpPacket
"""Ours by the short way, aiortc's before the connection stands and of what was sent again."""
