"""What journeys share: the films for cameras, made once for all runs and processes."""

import fcntl
import hashlib
from pathlib import Path

import pytest

from tests.journeys.town import CLIPS, films_in
from tests.standins import camera


@pytest.fixture(scope="session")
def films(pytestconfig: pytest.Config) -> Path:
    """Ada's and Chris's clips as camera and microphone files."""
    made_of = [*sorted(CLIPS.glob("*.mp4")), Path(camera.__file__)]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in made_of)).hexdigest()
    folder = pytestconfig.cache.mkdir("films")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = folder / "made-of"
        if not note.exists() or note.read_text() != digest:
            note.unlink(missing_ok=True)
            films_in(folder)
            note.write_text(digest)
    return folder
