"""An archive's folder comes in; whether a live room runs on this machine goes out.

Each room shares a lock of the kernel for as long as it lives, so nothing is left of one that was killed. Whoever works
beside it asks (`transcode.spare`); a worker on another machine, or with a data folder of its own, finds nobody.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ingest import archive


@contextmanager
def live(root: Path) -> Iterator[None]:
    """A room of the archive in `root` runs here for as long as the block lasts."""
    with (root / archive.LIVE).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)  # who asks holds it for no longer than asking takes
        yield


def is_live(root: Path) -> bool:
    """Whether any room runs here."""
    with suppress(FileNotFoundError), (root / archive.LIVE).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
