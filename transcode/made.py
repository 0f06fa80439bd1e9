"""Inputs and parameters come in, a key goes out; beside each derived thing lies the receipt of what it was made from.

A derived thing (file or folder) whose receipt holds the wanted key and whose size is unchanged is not made again.
The receipt `<name>.made.json` is written after the thing: a crash in between only means making it once more.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ingest import archive

FORGOTTEN_S = 1800.0  # a half-made thing untouched for so long has no maker: stall limits are a minute or so


def key(
    inputs: Iterable[Path], parameters: Mapping[str, Any], tool: str, alive: Callable[[], None] = lambda: None
) -> str:
    """SHA-256 over the content of all inputs in order, the parameters and the tool's version.

    `alive` is called before each input: an hour of recording takes some seconds to read.
    """
    whole = hashlib.sha256(json.dumps([parameters, tool], sort_keys=True).encode())
    for path in inputs:
        alive()
        whole.update(archive.digest(path).encode())
    return whole.hexdigest()


def receipt(thing: Path) -> Path:
    """Where the receipt of `thing` lies."""
    return thing.with_name(f"{thing.name}.made.json")


def facts(thing: Path) -> dict[str, Any] | None:
    """What the receipt says, or None when there is none that belongs to `thing` as it is now."""
    try:
        noted: dict[str, Any] = json.loads(receipt(thing).read_text(encoding="utf-8"))
        return noted if noted["size"] == _size(thing) else None
    except (FileNotFoundError, KeyError, ValueError):
        return None


def is_made(thing: Path, wanted: str) -> bool:
    """Whether `thing` is there and was made with exactly the wanted key."""
    noted = facts(thing)
    return noted is not None and noted.get("key") == wanted


def note(thing: Path, made_with: str, **also: Any) -> None:
    """Write the receipt of `thing`; `also` are facts worth keeping (frames, seconds)."""
    noted = {"key": made_with, "size": _size(thing), **also}
    archive.write_text(receipt(thing), json.dumps(noted, sort_keys=True) + "\n")


@contextmanager
def folder_beside(folder: Path) -> Iterator[Path]:
    """Yield a new folder beside `folder`; removed at the end unless `put_in_place` moved it away."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".{os.getpid()}-{os.urandom(4).hex()}-{folder.name}")
    beside.mkdir()
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def put_in_place(beside: Path, folder: Path) -> None:
    """Move the finished folder `beside` over `folder`, everything on the disk before it is named."""
    sync_all(beside)
    old = folder.with_name(f".{os.getpid()}-{os.urandom(4).hex()}-{folder.name}")
    if folder.exists():
        folder.rename(old)
    beside.rename(folder)
    archive.sync(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def sync_all(folder: Path) -> None:
    """Bring a folder with all that is below it onto the disk."""
    for each in [*folder.rglob("*"), folder]:
        archive.sync(each)


def sweep(thing: Path, now: float | None = None) -> None:
    """Remove half-made things beside `thing` that a killed worker left behind."""
    _sweep(thing.parent.glob(f".*-*-{thing.name}"), now)


def sweep_room(room: archive.Room, now: float | None = None) -> None:
    """Remove all half-made things of an office hour, also of what is finished and never made again."""
    for folder in ("programme", "renditions", "captions", "heard", "pictures"):
        with suppress(FileNotFoundError):  # one of a living worker went while we looked: the rest comes next time
            _sweep(list((room.root / folder).rglob(".*-*-*")), now)


def _sweep(found: Iterable[Path], now: float | None) -> None:
    now = time.time() if now is None else now
    for left in found:
        with suppress(FileNotFoundError):  # it was finished and renamed meanwhile, or lay in one that is gone
            if now - max(each.stat().st_mtime for each in [left, *_below(left)]) > FORGOTTEN_S:
                shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)


def _below(path: Path) -> list[Path]:
    return [each for each in path.rglob("*") if each.is_file()] if path.is_dir() else []


def _size(thing: Path) -> int:
    return sum(each.stat().st_size for each in _below(thing)) if thing.is_dir() else thing.stat().st_size
