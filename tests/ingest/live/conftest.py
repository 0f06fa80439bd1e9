"""The desk of a room, for whoever gives commands."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.ingest.live.desks import Desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path / "room")
    yield desk
    desk.scribe.close()
