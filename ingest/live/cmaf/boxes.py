"""Encoded frames come in, the bytes of fragmented MP4 (CMAF) go out; and back: the whole parts of a torn file.

One track per file (ISO/IEC 14496-12, -15 for avcC, -14 for esds; 23000-19 for CMAF). A part is one `moof` and its
`mdat`. Times count in the track's timescale: 90,000 for video, 48,000 for audio.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

VIDEO_TIMESCALE = 90_000
AUDIO_TIMESCALE = 48_000
AAC_FRAME = 1024
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
# Sample flags of 14496-12, 8.8.3.1: whether a sample needs others, and "this is no sync sample".
_SYNC, _NO_SYNC = 0x02000000, 0x01010000
_IN_FILE = {1, 5, 6}  # slices and SEI: parameter sets lie in avcC, and delimiters say nothing in a file


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One encoded frame as it lies in the file: bytes, length in the track's timescale, whether it stands alone."""

    data: bytes
    duration: int
    keyframe: bool = True


@dataclass(frozen=True, kw_only=True)
class Part:
    """Where a whole part lies in a file, in bytes, and when it plays, in the track's timescale."""

    offset: int
    size: int
    time: int
    duration: int

    @property
    def end(self) -> int:
        return self.time + self.duration


def nal_units(annex_b: bytes) -> list[bytes]:
    """The NAL units between the start codes of an Annex B byte stream (H.264 Annex B)."""
    starts: list[int] = []
    at = annex_b.find(b"\0\0\1")
    while at >= 0:
        starts.append(at)
        at = annex_b.find(b"\0\0\1", at + 3)
    ends = [*starts[1:], len(annex_b)]
    # No NAL unit ends with a zero byte: what is there belongs to the next start code.
    return [annex_b[start + 3 : end].rstrip(b"\0") for start, end in zip(starts, ends, strict=True)]


def length_prefixed(annex_b: bytes) -> bytes:
    """A frame as MP4 wants it: four bytes of length before each NAL unit, without parameter sets."""
    kept = [unit for unit in nal_units(annex_b) if unit and unit[0] & 31 in _IN_FILE]
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in kept)


def codec_name(parameter_sets: bytes) -> str:
    """The video codec for playlists, like `avc1.42c01f` (RFC 6381), from Annex B parameter sets."""
    return "avc1." + _of_type(parameter_sets, 7)[0][1:4].hex()


def video_init(parameter_sets: bytes, width: int, height: int) -> bytes:
    """The init segment of a video track. `parameter_sets`: SPS and PPS in Annex B, as the encoder's extradata has."""
    entry = b"\0" * 6 + struct.pack(">H", 1) + b"\0" * 16 + struct.pack(">HH", width, height)
    entry += struct.pack(">IIIH", 0x480000, 0x480000, 0, 1) + b"\0" * 32 + struct.pack(">Hh", 24, -1)
    entry = _box("avc1", entry, _avcc(parameter_sets))
    return _init(VIDEO_TIMESCALE, b"vide", _full("vmhd", 0, 1, b"\0" * 8), entry, (width, height))


def audio_init(config: bytes, bitrate: int, channels: int = 1) -> bytes:
    """The init segment of an AAC track at 48 kHz. `config`: AudioSpecificConfig, as the encoder's extradata has."""
    entry = b"\0" * 6 + struct.pack(">H", 1) + b"\0" * 8
    entry += struct.pack(">HHHHI", channels, 16, 0, 0, AUDIO_TIMESCALE << 16)
    entry = _box("mp4a", entry, _esds(config, bitrate))
    return _init(AUDIO_TIMESCALE, b"soun", _full("smhd", 0, 0, b"\0" * 4), entry, (0, 0))


def part(sequence: int, time: int, samples: Sequence[Sample]) -> bytes:
    """One part: `sequence` counts all parts of the track from 1, `time` is when its first sample plays."""
    table = [
        struct.pack(">III", each.duration, len(each.data), _SYNC if each.keyframe else _NO_SYNC) for each in samples
    ]
    # The data begin after moof and the head of mdat; moof's length does not depend on the number written there.
    length = len(_moof(sequence, time, table, 0))
    return _moof(sequence, time, table, length + 8) + _box("mdat", *(each.data for each in samples))


def whole_parts(path: Path) -> list[Part]:
    """The parts of a segment file that are there to the last byte; what comes after them is torn."""
    parts: list[Part] = []
    with path.open("rb") as file:
        size = path.stat().st_size
        offset = 0
        while (found := _part_at(file, offset, size)) is not None:
            parts.append(found)
            offset = found.offset + found.size
    return parts


def _part_at(file: BinaryIO, offset: int, size: int) -> Part | None:
    file.seek(offset)
    head = file.read(8)
    if len(head) < 8 or head[4:] != b"moof":
        return None
    moof_size = int.from_bytes(head[:4], "big")
    moof = file.read(moof_size - 8)
    data = file.read(8)
    if len(data) < 8 or data[4:] != b"mdat":
        return None
    whole = moof_size + int.from_bytes(data[:4], "big")
    if offset + whole > size:
        return None
    time, duration = _times(moof)
    return Part(offset=offset, size=whole, time=time, duration=duration)


def _times(moof: bytes) -> tuple[int, int]:
    traf = dict(_children(dict(_children(moof))[b"traf"]))
    time = int.from_bytes(traf[b"tfdt"][4:12], "big")
    trun = traf[b"trun"]
    count = int.from_bytes(trun[4:8], "big")
    return time, sum(int.from_bytes(trun[12 + 12 * n : 16 + 12 * n], "big") for n in range(count))


def _children(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + size]
        at += max(size, 8)


def _moof(sequence: int, time: int, table: list[bytes], data_offset: int) -> bytes:
    # trun: data offset, and per sample its duration, size and flags. tfhd: offsets count from this moof.
    trun = _full("trun", 0, 0x000701, struct.pack(">Ii", len(table), data_offset), *table)
    traf = _box(
        "traf", _full("tfhd", 0, 0x020000, struct.pack(">I", 1)), _full("tfdt", 1, 0, time.to_bytes(8, "big")), trun
    )
    return _box("moof", _full("mfhd", 0, 0, struct.pack(">I", sequence)), traf)


def _init(timescale: int, handler: bytes, media_header: bytes, entry: bytes, size: tuple[int, int]) -> bytes:
    audio = handler == b"soun"
    mvhd = struct.pack(">IIII", 0, 0, 1000, 0) + struct.pack(">IHHQ", 0x10000, 0x100, 0, 0) + _MATRIX
    mvhd = _full("mvhd", 0, 0, mvhd, b"\0" * 24, struct.pack(">I", 2))
    tkhd = struct.pack(">IIIII", 0, 0, 1, 0, 0) + b"\0" * 8 + struct.pack(">HHHH", 0, 0, 0x100 if audio else 0, 0)
    tkhd = _full("tkhd", 0, 3, tkhd, _MATRIX, struct.pack(">II", size[0] << 16, size[1] << 16))
    # "und" in packed ISO 639-2: the language belongs to the office hour, and playlists say it.
    mdhd = _full("mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, timescale, 0, 0x55C4, 0))
    hdlr = _full("hdlr", 0, 0, b"\0" * 4, handler, b"\0" * 12, b"programme\0")
    dinf = _box("dinf", _full("dref", 0, 0, struct.pack(">I", 1), _full("url ", 0, 1)))
    empty = [_full(name, 0, 0, b"\0" * 4) for name in ("stts", "stsc")]
    empty += [_full("stsz", 0, 0, b"\0" * 8), _full("stco", 0, 0, b"\0" * 4)]
    stbl = _box("stbl", _full("stsd", 0, 0, struct.pack(">I", 1), entry), *empty)
    mdia = _box("mdia", mdhd, hdlr, _box("minf", media_header, dinf, stbl))
    trex = _full("trex", 0, 0, struct.pack(">IIIII", 1, 1, 0, 0, 0))
    brand = b"cmfa" if audio else b"cmfc"
    ftyp = _box("ftyp", b"iso6", b"\0\0\0\0", b"iso6", b"cmfc", b"mp41", *([brand] if audio else []))
    return ftyp + _box("moov", mvhd, _box("trak", tkhd, mdia), _box("mvex", trex))


def _avcc(parameter_sets: bytes) -> bytes:
    sequence, picture = _of_type(parameter_sets, 7), _of_type(parameter_sets, 8)
    body = b"\x01" + sequence[0][1:4] + b"\xff" + bytes([0xE0 | len(sequence)])
    body += b"".join(struct.pack(">H", len(each)) + each for each in sequence)
    body += bytes([len(picture)]) + b"".join(struct.pack(">H", len(each)) + each for each in picture)
    return _box("avcC", body)


def _of_type(parameter_sets: bytes, kind: int) -> list[bytes]:
    found = [unit for unit in nal_units(parameter_sets) if unit and unit[0] & 31 == kind]
    if not found:
        raise ValueError(f"no NAL unit of type {kind} among the encoder's parameter sets")
    return found


def _esds(config: bytes, bitrate: int) -> bytes:
    # Descriptors of 14496-1: ES (3) > decoder configuration (4; AAC 0x40, audio stream 0x15) > its own bytes (5).
    specific = _descriptor(5, config)
    decoder = _descriptor(4, b"\x40\x15" + b"\0\0\0" + struct.pack(">II", bitrate, bitrate) + specific)
    return _full("esds", 0, 0, _descriptor(3, struct.pack(">HB", 1, 0) + decoder + _descriptor(6, b"\x02")))


def _descriptor(tag: int, body: bytes) -> bytes:
    return bytes([tag, len(body)]) + body


def _box(name: str, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I", len(body) + 8) + name.encode() + body


def _full(name: str, version: int, flags: int, *content: bytes) -> bytes:
    return _box(name, struct.pack(">I", version << 24 | flags), *content)
