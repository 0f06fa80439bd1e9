"""The packaged speech model is joined once and pinned; other settings are taken as they are."""

from pathlib import Path

import pytest

from ingest import steps
from transcode import models


def test_packaged_model_is_joined_once_from_the_wheels(tmp_path: Path) -> None:
    folder = models.packaged(tmp_path)
    models.check(folder)
    assert sorted(each.name for each in folder.iterdir()) == [
        "config.json",
        "model.bin",
        "tokenizer.json",
        "vocabulary.txt",
    ]
    before = (folder / "model.bin").stat().st_mtime_ns
    assert models.packaged(tmp_path) == folder
    assert (folder / "model.bin").stat().st_mtime_ns == before


def test_changed_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"something else")
    with pytest.raises(models.NoModel, match="not the pinned model"):
        models.check(tmp_path)


def test_missing_wheel_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(models.NoModel, match="OFFICEHOURS_SPEECH_MODEL") as caught:
        models.packaged(tmp_path, ("no-such-wheel-part1", "no-such-wheel-part2"))
    assert isinstance(caught.value, steps.Permanent)
    assert list(tmp_path.iterdir()) == []


def test_folder_and_size_are_taken_as_they_are(tmp_path: Path) -> None:
    assert models.find(str(tmp_path), tmp_path) == str(tmp_path)
    assert models.find("small", tmp_path) == "small"
    with pytest.raises(models.NoModel, match="samll"):
        models.find("samll", tmp_path)
