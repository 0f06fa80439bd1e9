"""A small picture of a waiting guest comes in every few seconds, staff look at it; it is kept in memory alone.

The newest of each person only, for as long as somebody may wait for the next one. Belongs to one process; after a
restart the pages send again.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

KEPT_S = 45.0
"""Pages send one each 6 s; a phone that is locked sends none, and its last picture shall not stand for it."""
MOST = 300
"""Pictures at once, 7 MB at most; the oldest goes first."""
LARGEST = 24 * 1024
"""Bytes. Pages send 160 pixels across, 4 to 6 kB."""


class Stills:
    """See the module."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pictures: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, person: str, picture: bytes) -> bool:
        """Keep a JPEG; False when it is none, or too large."""
        if not picture.startswith(b"\xff\xd8\xff") or len(picture) > LARGEST:
            return False
        with self._lock:
            self._pictures[person] = (self._clock(), picture)
            self._pictures.move_to_end(person)
            while len(self._pictures) > MOST:
                self._pictures.popitem(last=False)
        return True

    def get(self, person: str) -> bytes | None:
        """The newest picture, unless it is old."""
        with self._lock:
            at, picture = self._pictures.get(person, (0.0, b""))
            if picture and self._clock() - at > KEPT_S:
                del self._pictures[person]
                return None
        return picture or None

    def drop(self, person: str) -> None:
        """Forget somebody's picture."""
        with self._lock:
            self._pictures.pop(person, None)
