"""Stretches cut from a broadcast, as they lie in an office hour's folder: listed, kept with a reason, opened, erased.

    sealed/<number>.sealed     picture and sound as Matroska, encrypted (`sealing`)
    sealed/<number>.json       began, ended; keep, by whom and why; everyone who opened it, and when

Who cut is in the timeline (`cut`, with this number). They are erased `sealed_kept_days` after they began, unless
somebody gave a reason to keep them; the notes stay, without the stretch.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest import archive
from ingest.archive import Archive, Room
from ingest.sealing import opened
from ingest.secrets import Safe


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One of them. `opened`: (who, when, why); `reason` and `kept_by` are empty unless it is to be kept.

    Of one that was erased `erased` says when, and `erased_by` who did so if it was a person.
    """

    office_hour: str
    number: int
    path: Path
    began: datetime
    ended: datetime | None = None
    erased: datetime | None = None
    erased_by: str = ""
    reason: str = ""
    kept_by: str = ""
    opened: tuple[tuple[str, datetime, str], ...] = ()


def stretches(room: Room) -> list[Stretch]:
    """What there is of an office hour, the first first."""
    found = sorted(room.sealed.glob("*.sealed"), key=lambda path: int(path.stem))
    return [_stretch(room, path) for path in found]


def gone(room: Room) -> list[Stretch]:
    """What there was and was erased, the first first: notes without a stretch."""
    found = [_stretch(room, room.sealed_stretch(int(path.stem))) for path in room.sealed.glob("*.json")]
    return sorted((each for each in found if each.erased), key=lambda each: each.number)


def note(room: Room, number: int, **values: Any) -> None:
    """Write something into a stretch's notes."""
    path = room.sealed_notes(number)
    archive.write_text(path, json.dumps(_notes(path) | values, indent=1, ensure_ascii=False) + "\n")


def keep(room: Room, number: int, *, by: str, reason: str) -> None:
    """Do not erase it; an empty reason takes that back. Raises FileNotFoundError."""
    if not room.sealed_stretch(number).exists():
        raise FileNotFoundError(room.sealed_stretch(number))
    note(room, number, reason=reason, kept_by=by if reason else "")


def open_stretch(room: Room, number: int, safe: Safe, *, by: str, why: str, at: datetime) -> bytes:
    """The stretch as Matroska; who opened it is noted before. Raises FileNotFoundError, SecretError."""
    content = read(room, number, safe)
    before = _notes(room.sealed_notes(number)).get("opened", [])
    note(room, number, opened=[*before, {"by": by, "at": at.isoformat(), "why": why}])
    return content


def read(room: Room, number: int, safe: Safe) -> bytes:
    """The stretch as Matroska, for somebody whose look is noted already. Raises FileNotFoundError, SecretError."""
    return opened(room.sealed_stretch(number), safe)


def due(kept: Archive, at: datetime, days: int) -> list[Stretch]:
    """Stretches to be erased."""
    rooms = [Room(path) for path in sorted(kept.root.glob("*")) if (path / "sealed").is_dir()]
    old = at - timedelta(days=days)
    return [each for room in rooms for each in stretches(room) if each.began < old and not each.reason]


def erase(due: list[Stretch], at: datetime, *, by: str = "") -> None:
    """Delete them; that there was one stays noted, and who erased it if somebody did."""
    for each in due:
        note(Room(each.path.parent.parent), each.number, erased=at.isoformat(), erased_by=by)
        each.path.unlink(missing_ok=True)


def _stretch(room: Room, path: Path) -> Stretch:
    notes = _notes(room.sealed_notes(int(path.stem)))
    # A room that was killed has written no notes.
    began = notes.get("began") or (
        notes["erased"] if "erased" in notes else datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
    )
    seen = tuple((each["by"], datetime.fromisoformat(each["at"]), each["why"]) for each in notes.get("opened", []))
    return Stretch(
        office_hour=room.root.name,
        number=int(path.stem),
        path=path,
        began=datetime.fromisoformat(began),
        ended=_moment(notes.get("ended")),
        erased=_moment(notes.get("erased")),
        erased_by=notes.get("erased_by", ""),
        reason=notes.get("reason", ""),
        kept_by=notes.get("kept_by", ""),
        opened=seen,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _notes(path: Path) -> dict[str, Any]:
    try:
        notes: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return notes
