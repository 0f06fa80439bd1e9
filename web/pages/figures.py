"""An office hour's folder comes in; what was measured of its sound and sizes goes out, for staff."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.archive import Room


@dataclass(frozen=True, kw_only=True)
class Sound:
    """Loudness in LUFS before and after, and the highest true peak after in dBTP; `after` is None for silence."""

    before_lufs: float
    after_lufs: float | None
    peak_dbtp: float | None


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What AV1 saves (0 to 1) against H.264 at the largest size that both have, and the quality of each (VMAF)."""

    share: float
    av1_vmaf: float
    h264_vmaf: float


@dataclass(frozen=True, kw_only=True)
class Figures:
    """All there is by now."""

    sound: Sound | None
    saved: Saved | None


def of(room: Room) -> Figures:
    """Read the notes that steps have left."""
    sound, saved = _read(room.rendition("loudness.json")), _read(room.rendition("av1.json"))
    return Figures(sound=_sound(sound) if sound else None, saved=_saved(saved) if saved else None)


def _sound(found: dict[str, Any]) -> Sound:
    after = found["after"] or {}
    return Sound(
        before_lufs=found["before"]["integrated_lufs"],
        after_lufs=after.get("integrated_lufs"),
        peak_dbtp=after.get("true_peak_dbtp"),
    )


def _saved(found: dict[str, Any]) -> Saved:
    h264, av1 = found["vmaf"].values()
    return Saved(share=found["saved"], av1_vmaf=av1, h264_vmaf=h264)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found
