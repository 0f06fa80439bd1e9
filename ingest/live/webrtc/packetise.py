"""One frame in Annex B comes in, RTP payloads go out (RFC 6184, packetization-mode 1), and their place in one buffer.

A frame is cut once for everybody. Pieces of one NAL unit are of equal size, so that the kernel may be given many of
them in one call (UDP GSO takes packets of one size, the last of which may be smaller). Everything here is pure.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.live.cmaf.boxes import nal_units

PAYLOAD_BYTES = 1180  # with headers of RTP, SRTP, UDP and IPv6 below the 1280 bytes that every way of IPv6 takes
RTP_HEADER = struct.Struct("!BBHLL")
VERSION = 0x80
MARKER = 0x80
GSO_PACKETS = 45  # The kernel takes 64 and 65,507 bytes; so many full ones fit.
_STAP_A, _FU_A = 24, 28
_SMALL = frozenset((6, 7, 8))  # SEI, SPS, PPS: sent together
_MACROBLOCKS_31, _MACROBLOCKS_A_SECOND_31 = 3600, 108_000  # ITU-T H.264, table A-1, level 3.1


@dataclass(frozen=True)
class Piece:
    """One RTP packet without what differs between viewers; sequence and time count from zero, without wrapping."""

    sequence: int
    rtp: int
    payload: bytes
    marker: bool


@dataclass(frozen=True)
class Run:
    """Packets from byte `start` to `end`, each of `size` bytes, but for the last one, which may be smaller."""

    start: int
    end: int
    size: int


@dataclass(frozen=True)
class Layout:
    """A frame's packets one after the other, each with room behind it for the tag that protects it.

    `packets`: offset and length before protection.
    """

    data: bytes
    packets: tuple[tuple[int, int], ...]
    runs: tuple[Run, ...]
    payload_bytes: int


def payloads(frame: bytes) -> list[bytes]:
    """The frame's RTP payloads, in order; none is larger than PAYLOAD_BYTES."""
    found: list[bytes] = []
    small: list[bytes] = []
    for unit in nal_units(frame):
        if unit and unit[0] & 31 in _SMALL and _together([*small, unit]) <= PAYLOAD_BYTES:
            small.append(unit)
            continue
        found += [*_aggregated(small), *_fragments(unit)]
        small = []
    return found + _aggregated(small)


def _together(units: Sequence[bytes]) -> int:
    return 1 + sum(2 + len(unit) for unit in units)


def _aggregated(units: Sequence[bytes]) -> list[bytes]:
    """Units in one STAP-A (5.7.1); a single one as it is."""
    if len(units) < 2:
        return list(units)
    importance = max(unit[0] & 0x60 for unit in units)
    parts = [len(unit).to_bytes(2, "big") + unit for unit in units]
    return [bytes([importance | _STAP_A]) + b"".join(parts)]


def _fragments(unit: bytes) -> list[bytes]:
    """The unit as it is, or cut into FU-As (5.8) of equal size, but for the last."""
    if len(unit) <= PAYLOAD_BYTES:
        return [unit] if unit else []
    count = -(-(len(unit) - 1) // (PAYLOAD_BYTES - 2))
    size = -(-(len(unit) - 1) // count)
    indicator, kind = unit[0] & 0xE0 | _FU_A, unit[0] & 31
    found = []
    for start in range(1, len(unit), size):
        first, last = start == 1, start + size >= len(unit)
        found.append(bytes([indicator, first << 7 | last << 6 | kind]) + unit[start : start + size])
    return found


def laid_out(pieces: Sequence[Piece], *, ssrc: int, payload_type: int, tag: int) -> Layout:
    """The pieces as packets of one payload type, with `tag` bytes of room behind each."""
    parts, packets, room, offset = list[bytes](), list[tuple[int, int]](), bytes(tag), 0
    for piece in pieces:
        parts += [header(piece, ssrc=ssrc, payload_type=payload_type), piece.payload, room]
        length = RTP_HEADER.size + len(piece.payload)
        packets.append((offset, length))
        offset += length + tag
    starts = [start for start, _ in packets] + [offset]
    total = sum(len(piece.payload) for piece in pieces)
    return Layout(b"".join(parts), tuple(packets), tuple(_runs(starts)), total)


def header(piece: Piece, *, ssrc: int, payload_type: int) -> bytes:
    """The twelve bytes of RFC 3550, 5.1; viewers are told the SSRC in the answer and need no extension."""
    kind = payload_type | (MARKER if piece.marker else 0)
    return RTP_HEADER.pack(VERSION, kind, piece.sequence & 0xFFFF, piece.rtp & 0xFFFFFFFF, ssrc)


def _runs(starts: Sequence[int]) -> list[Run]:
    """Packets that may go in one call: as many of one size as there are in a row, and a smaller one behind them."""
    runs: list[Run] = []
    for start, end in pairwise(starts):
        run = runs[-1] if runs else None
        full = run is not None and (run.end - run.start) % run.size == 0
        if run is not None and full and end - start <= run.size and run.end - run.start < GSO_PACKETS * run.size:
            runs[-1] = Run(run.start, end, run.size)
        else:
            runs.append(Run(start, end, end - start))
    return runs


def profile_level_id(parameter_sets: bytes) -> str:
    """Profile, constraints and level of the stream, six hexadecimal digits as in SDP (RFC 6184, 8.1)."""
    sps = next(unit for unit in nal_units(parameter_sets) if unit and unit[0] & 31 == 7)
    return sps[1:4].hex()


def fits_browsers(width: int, height: int, frame_rate: int) -> bool:
    """Whether the picture is within level 3.1, the highest that answers of ours promise; Safari shows no other."""
    macroblocks = -(-width // 16) * -(-height // 16)
    return macroblocks <= _MACROBLOCKS_31 and macroblocks * frame_rate <= _MACROBLOCKS_A_SECOND_31
