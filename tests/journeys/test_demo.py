"""The whole river with one command, and the recording it leaves is decoded again."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

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
