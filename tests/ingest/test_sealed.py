"""`ingest/sealed.py`: cut stretches are opened by name, kept for a reason, and erased in time."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest import sealed
from ingest.archive import Archive
from ingest.sealing import SealedFile, public_key
from ingest.secrets import Safe, open_safe

CUT = datetime(2026, 11, 25, 18, tzinfo=UTC)
LATER = CUT + timedelta(days=31)


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return open_safe(tmp_path / "key")


@pytest.fixture
def archive(tmp_path: Path, safe: Safe) -> Archive:
    """An office hour with two cut stretches, of the second of which the room has written no notes."""
    archive = Archive(tmp_path / "archive")
    room = archive.room("abc")
    for number in (1, 2):
        file = SealedFile(room.sealed_stretch(number), public_key(safe))
        file.append(b"what was said")
        file.close()
    sealed.note(room, 1, began=CUT.isoformat())
    os.utime(room.sealed_stretch(2), (LATER.timestamp(), LATER.timestamp()))
    return archive


def test_opening_is_noted(archive: Archive, safe: Safe) -> None:
    room = archive.room("abc")
    content = sealed.open_stretch(room, 1, safe, by="bo@example.org", why="complaint 12", at=LATER)
    assert content == b"what was said"
    assert sealed.stretches(room)[0].opened == (("bo@example.org", LATER, "complaint 12"),)
    with pytest.raises(FileNotFoundError):
        sealed.open_stretch(room, 3, safe, by="bo@example.org", why="", at=LATER)


def test_after_its_time_a_stretch_is_erased_and_that_it_was_there_stays_noted(archive: Archive) -> None:
    room = archive.room("abc")
    assert sealed.due(archive, CUT + timedelta(days=29), 30) == []
    due = sealed.due(archive, LATER, 30)
    assert [(each.office_hour, each.number) for each in due] == [("abc", 1)]
    sealed.erase(due, LATER)
    sealed.erase(due, LATER)
    assert [each.number for each in sealed.stretches(room)] == [2]
    assert LATER.isoformat() in room.sealed_notes(1).read_text()


def test_a_reason_keeps_it_until_it_is_taken_back(archive: Archive) -> None:
    room = archive.room("abc")
    sealed.keep(room, 1, by="bo@example.org", reason="charges were brought")
    assert sealed.due(archive, LATER, 30) == []
    assert sealed.stretches(room)[0].kept_by == "bo@example.org"
    sealed.keep(room, 1, by="bo@example.org", reason="")
    assert len(sealed.due(archive, LATER, 30)) == 1
    with pytest.raises(FileNotFoundError):
        sealed.keep(room, 9, by="bo@example.org", reason="none")
