"""A fragmented MP4 comes in; its init segment and one file per fragment go out (ISO/IEC 14496-12)."""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from ingest import steps

FRAGMENT = frozenset({b"styp", b"sidx", b"moof", b"mdat"})
LARGEST_MOOF = 1 << 24  # ours have some hundred bytes; a damaged length must not fill the memory


class Different(steps.Permanent):
    """A rendition has not the frames or the length of its source: the source may be damaged."""


def boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Kind, offset and size of each top-level box (4.2)."""
    end = file.seek(0, 2)
    start = 0
    while start + 8 <= end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        size = struct.unpack(">Q", file.read(8))[0] if size == 1 else size or end - start
        yield kind, start, size
        start += max(size, 8)


def cut(whole: Path, folder: Path, names: Sequence[str]) -> None:
    """Write init.mp4 and each fragment of `whole` under the next of `names`. Raises Different on another count."""
    init, fragments = b"", 0
    with whole.open("rb") as file:
        for kind, start, size in boxes(file):
            if kind in (b"ftyp", b"moov"):
                init += _read(file, start, size)
            elif kind in FRAGMENT:
                fragments += kind == b"moof"
                if 0 < fragments <= len(names):
                    with (folder / names[fragments - 1]).open("ab") as segment:
                        segment.write(_read(file, start, size))
    if fragments != len(names):
        raise Different(f"{whole.name} has {fragments} fragments where {len(names)} segments are wanted")
    (folder / "init.mp4").write_bytes(init)


def samples(segment: Path) -> int:
    """How many frames the fragments of a segment say they hold."""
    count = 0
    with segment.open("rb") as file:
        for kind, start, size in boxes(file):
            if kind == b"moof":
                count += sum(_counts(_read(file, start, min(size, LARGEST_MOOF))[8:]))
    return count


def first_time(segment: Path) -> int:
    """When the first frame of a segment is decoded, in the track's own units (tfdt, 8.8.12). Raises Different."""
    with segment.open("rb") as file:
        for kind, start, size in boxes(file):
            if kind == b"moof":
                content = _read(file, start, min(size, LARGEST_MOOF))
                at = content.find(b"tfdt") + 4
                length = 8 if at > 3 and content[at] else 4
                if at > 3:
                    return int.from_bytes(content[at + 4 : at + 4 + length], "big")
    raise Different(f"{segment.name} does not say when it begins")


def _counts(content: bytes) -> Iterator[int]:
    """The sample count of every trun (8.8.8) within a moof or traf."""
    at = 0
    while at + 8 <= len(content):
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        if kind == b"traf":
            yield from _counts(content[at + 8 : at + size])
        elif kind == b"trun":
            yield int.from_bytes(content[at + 12 : at + 16], "big")
        at += max(size, 8)


def _read(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)
