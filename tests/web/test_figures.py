"""What was measured of a recording, as staff read it."""

import json
from collections.abc import Callable
from pathlib import Path

from ingest import archive
from ingest.archive import Room
from ingest.officehours import OfficeHour, State
from tests.web.conftest import Browser, SmallHouse
from web.pages.figures import Figures, Saved, Sound, of

LOUD = {
    "before": {"integrated_lufs": -27.2, "true_peak_dbtp": -9.0},
    "after": {"integrated_lufs": -16.0, "true_peak_dbtp": -1.3},
}
SAVED = {"saved": 0.645, "vmaf": {"480p": 88.3, "480p-av1": 88.5}}


def test_nothing_is_said_before_it_was_measured(tmp_path: Path) -> None:
    assert of(Room(tmp_path)) == Figures(sound=None, saved=None)


def test_silence_has_no_loudness_afterwards(tmp_path: Path) -> None:
    archive.write_text(Room(tmp_path).rendition("loudness.json"), json.dumps(LOUD | {"after": None}))
    assert of(Room(tmp_path)).sound == Sound(before_lufs=-27.2, after_lufs=None, peak_dbtp=None)


def test_the_page_of_an_office_hour_shows_them(
    bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.ENDED)
    room = house.archive.room(hour.id)
    archive.write_text(room.rendition("loudness.json"), json.dumps(LOUD))
    archive.write_text(room.rendition("av1.json"), json.dumps(SAVED))
    assert of(room).saved == Saved(share=0.645, av1_vmaf=88.5, h264_vmaf=88.3)
    page = bo.get(f"/staff/office-hours/{hour.id}").text
    assert "-16,0 LUFS, Spitze -1,3 dBTP (wie gesendet: -27,2 LUFS)" in page
    assert "64 % weniger Bytes als H.264 bei gleicher Güte (VMAF 88,5 und 88,3)" in page
