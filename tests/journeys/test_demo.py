"""The whole river with one command, and the recording it leaves is decoded again."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, cast

import pytest

from tests.standins import clips
from tests.standins.media import LAMP_MIDDLE, Region, black_stretches, find_beeps, find_flashes, silent_stretches

pytestmark = pytest.mark.journey
DEMO_LIMIT_S = 240


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run of `officehours demo --once --json`, as a person would start it."""
    data = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "web", "demo", "--once", "--json", "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=DEMO_LIMIT_S,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return cast(dict[str, Any], json.loads(done.stdout.strip().splitlines()[-1]))


def test_every_stage_is_reached_in_its_time(figures: dict[str, Any]) -> None:
    print(figures)
    assert figures["live_s"] >= 20
    assert figures["replay_ready_s"] <= 2
    assert figures["captions_ready_s"] <= 40
    assert figures["released_s"] >= max(figures["renditions_ready_s"], figures["captions_ready_s"]) - 0.5


def test_there_are_cues_and_chapters(figures: dict[str, Any]) -> None:
    assert figures["cues"] >= 4
    assert figures["chapters"] == 3  # the opening and one per question


def test_the_archive_holds_what_the_design_says(figures: dict[str, Any]) -> None:
    root = Path(figures["archive"])
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    wanted = {
        "timeline.jsonl",
        "programme/1/index.m3u8",
        "programme/1/video/index.m3u8",
        "programme/1/video/init.mp4",
        "programme/1/audio/index.m3u8",
        "renditions/index.m3u8",
        "renditions/download.mp4",
        "captions/de.vtt",
        "captions/chapters.vtt",
        "pictures/poster.jpg",
    }
    assert wanted - found == set()
    assert len([name for name in found if name.startswith("tracks/") and name.endswith(".mkv")]) == 2
    assert len([name for name in found if name.startswith("cards/")]) >= 2


# What was sent is looked for in what came out. Both clips beep and flash at their own whole seconds, each at a pitch of
# its own; the senders start at any moment and loop every 40 s, so distances are compared, not times. See
# tests/standins/media.py for how exact each detector is.
TILES = {
    "ada": Region(24 / 1280, 126 / 720, 632 / 1280, 468 / 720),
    "chris": Region(646 / 1280, 126 / 720, 1254 / 1280, 468 / 720),
}
A_SECOND_S = 0.07
"""One frame of the clip and one of the mixer: how much two flashes a second apart may seem to differ."""
LIP_SYNC_S = 0.060
"""The issue's bound for sound against picture; EBU R37 asks for 40 ms at the end of a whole chain."""


@pytest.fixture(scope="module")
def recording(figures: dict[str, Any]) -> Path:
    """The recording as a viewer may download it: the programme's own packets."""
    return Path(figures["archive"]) / "renditions" / "download.mp4"


def settled(times: list[float], length_s: float) -> list[float]:
    """From the first question on, when the pictures make room for its card and stay where they are, to the end."""
    return [at for at in times if 8 < at < length_s - 1]


@pytest.mark.parametrize("person", ["ada", "chris"])
def test_flashes_come_each_second_in_both_tiles(figures: dict[str, Any], recording: Path, person: str) -> None:
    flashes = settled(find_flashes(recording, LAMP_MIDDLE.within(TILES[person])), figures["live_s"])
    gaps = [later - earlier for earlier, later in pairwise(flashes)]
    assert len(flashes) >= figures["live_s"] - 11
    assert [gap for gap in gaps if abs(gap - round(gap)) > A_SECOND_S] == []


@pytest.mark.parametrize("part", [clips.ADA, clips.CHRIS], ids=lambda part: part.name)
def test_sound_and_picture_of_each_person_belong_together(
    figures: dict[str, Any], recording: Path, part: clips.Part
) -> None:
    """Every beep of a person has a flash in their tile beside it, and the middle of the distances is small."""
    beeps = settled(find_beeps(recording, part.beep_hz), figures["live_s"])
    assert len(beeps) >= figures["live_s"] - 11
    flashes = find_flashes(recording, LAMP_MIDDLE.within(TILES[part.name]))
    distances = [min((flash - beep for flash in flashes), key=abs) for beep in beeps]
    print(f"flash after beep: median {median(distances) * 1000:.0f} ms, worst {max(map(abs, distances)) * 1000:.0f} ms")
    assert abs(median(distances)) <= LIP_SYNC_S


def test_no_black_and_no_silent_stretch(recording: Path) -> None:
    assert [stretch for tile in TILES.values() for stretch in black_stretches(recording, tile)] == []
    # Both beep each second, at moments of their own, so there is never a whole second of silence.
    assert [(a, b) for a, b in silent_stretches(recording, at_least_s=1.2) if a > 1] == []
