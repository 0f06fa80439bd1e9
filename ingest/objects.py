"""An address such as s3://bucket/prefix comes in, a store of objects goes out: listed, fetched, put, read and erased.

Key and region are taken from the environment as every tool of S3 takes them (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_REGION, AWS_ENDPOINT_URL). A store that does not answer, or refuses, is `Away`: work is parked and looked at again.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.archive import write_whole
from ingest.settings import SettingError
from ingest.steps import Resource

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

WHOLE = 8 * 2**20
"""A file of up to so many bytes is sent in one request; a larger one in parts."""
CHUNK = 2**20
CLIENT: "ClientConfig" = {
    "connect_timeout": timedelta(seconds=5),
    # A silent line is given up after this; the whole request may take as long as a long film needs.
    "read_timeout": timedelta(seconds=20),
    "timeout": timedelta(hours=1),
}
RETRY: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
"""A hiccup of the store is tried again here; whatever lasts longer parks the step."""


class Away(Resource):
    """The store does not answer or refuses; looked at again soon, and not counted."""

    pause = timedelta(seconds=15)


@dataclass(frozen=True, kw_only=True)
class Object:
    """What a store says of one object; `etag` is another one for other content."""

    size: int
    etag: str
    modified: datetime


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Bytes `start` to `stop` (exclusive) of an object of `size` bytes, piece by piece."""

    size: int
    start: int
    stop: int
    etag: str
    modified: datetime
    pieces: Iterator[bytes]


class Objects:
    """One store; usable from any thread. Every method raises Away."""

    def __init__(self, store: "ObjectStore") -> None:
        self._store = store

    def listing(self, prefix: str) -> dict[str, Object]:
        """Everything below `prefix` (a folder), by its name relative to it."""
        with _told(prefix):
            found = [meta for page in self._store.list(prefix) for meta in page]
        return {each["path"].removeprefix(f"{prefix}/"): _object(each) for each in found}

    def size(self, name: str) -> int | None:
        """How many bytes an object has; None when there is none."""
        try:
            with _told(name):
                return int(self._store.head(name)["size"])
        except FileNotFoundError:
            return None

    def any_below(self, prefix: str) -> bool:
        """Whether there is anything at all below a folder."""
        with _told(prefix):
            return any(page for page in self._store.list(prefix, chunk_size=1))

    def fetch(self, name: str, path: Path, go_on: Callable[[], None] = lambda: None) -> Object:
        """Write an object to `path`, whole or not at all. Raises FileNotFoundError; what `go_on` raises breaks off."""
        with _told(name), write_whole(path) as beside:
            answer = self._store.get(name)
            found = _object(answer.meta)
            with beside.open("wb") as file:
                for piece in answer.stream(min_chunk_size=CHUNK):
                    go_on()
                    file.write(piece)
        return found

    def put(self, path: Path, name: str, go_on: Callable[[], None] = lambda: None) -> str:
        """Put a file there; the tag of what is there now. Raises FileNotFoundError; what `go_on` raises breaks off."""
        size = path.stat().st_size
        with _told(name):
            if size <= WHOLE:
                return _tag(self._store.put(name, path.read_bytes(), use_multipart=False))
            with path.open("rb") as file:
                return _tag(self._store.put(name, _pieces(file.read, go_on), chunk_size=WHOLE))

    def delete(self, names: Iterable[str]) -> None:
        """Erase; it is fine if one is not there."""
        wanted = list(names)
        if not wanted:
            return
        with _told(wanted[0]):
            try:
                self._store.delete(wanted)
            except FileNotFoundError:  # stores that are no S3 say so, and leave the rest
                for name in wanted:
                    self._delete_one(name)

    def try_out(self) -> None:
        """Write, read and erase something. Raises Away, which says what does not work."""
        name = f".doctor-{os.urandom(8).hex()}"
        with _told(name):
            self._store.put(name, b"is this archive in order?")
        self.open(name)
        self.delete([name])

    def _delete_one(self, name: str) -> None:
        try:
            self._store.delete(name)
        except FileNotFoundError:
            return

    def open(self, name: str, asked: str = "") -> Opened:
        """Read an object, or the range `asked` for as HTTP says it (bytes=0-99). Raises FileNotFoundError, ValueError.

        Several ranges at once are answered with the whole, as HTTP allows.
        """
        with _told(name):
            wanted = range_of(asked, self._store.head(name)["size"]) if asked else None
            answer = self._store.get(name, options={"range": wanted} if wanted else None)
            meta, (start, stop) = _object(answer.meta), answer.range
            stream = answer.stream(min_chunk_size=CHUNK)
        pieces = (bytes(piece) for piece in stream)
        return Opened(size=meta.size, start=start, stop=stop, etag=meta.etag, modified=meta.modified, pieces=pieces)


def open_objects(url: str) -> Objects:
    """The store at an address. Raises SettingError when it is none."""
    from obstore.exceptions import BaseError
    from obstore.store import from_url

    if url.startswith("memory:"):
        return Objects(from_url(url))
    plain = os.environ.get("AWS_ENDPOINT_URL", os.environ.get("AWS_ENDPOINT", "")).startswith("http:")
    try:
        return Objects(from_url(url, client_options={**CLIENT, "allow_http": plain}, retry_config=RETRY))
    except (BaseError, ValueError) as error:
        raise SettingError(f"OFFICEHOURS_ARCHIVE_URL={url!r} cannot be used: {error}") from error


def range_of(asked: str, size: int) -> tuple[int, int] | None:
    """`bytes=0-99` of 500 bytes -> (0, 100); None for the whole. Raises ValueError when nothing of it is there."""
    unit, _, text = asked.partition("=")
    first, dash, last = text.strip().partition("-")
    numbers = first + last
    if unit.strip() != "bytes" or not dash or not (numbers.isascii() and numbers.isdecimal()):
        return None
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    if start >= size or stop <= start:
        raise ValueError(f"{asked} is not within {size} bytes")
    return start, stop


def _pieces(read: Callable[[int], bytes], go_on: Callable[[], None]) -> Iterator[bytes]:
    while piece := read(CHUNK):
        go_on()
        yield piece


def _object(meta: Any) -> Object:
    return Object(size=meta["size"], etag=meta["e_tag"] or "", modified=meta["last_modified"])


def _tag(answer: Any) -> str:
    return answer["e_tag"] or ""


@contextmanager
def _told(name: str) -> Iterator[None]:
    """The library's errors as ours."""
    from obstore.exceptions import BaseError

    try:
        yield
    except BaseError as error:
        raise Away(f"the archive's store did not do what was asked ({name}): {str(error).splitlines()[0]}") from error
