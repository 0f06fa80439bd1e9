"""The child that listens: nothing to hear is a success, what it is asked is decoded in groups."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from tests.transcode import recorded
from transcode import hearing
from transcode.asked import Asked, Row, grouped
from transcode.sound import RATE
from transcode.voice import Stretch


def ear(folder: Path) -> hearing.Ear:
    return hearing.Ear(hearing.recogniser(hearing.parse(["--model", "/nowhere", "--store", str(folder)])))


def asking(film: Path) -> str:
    return json.dumps({"pieces": [{"path": str(film), "language": "de", "heard": None}]})


@pytest.mark.parametrize("sound", [[], ["-f", "lavfi", "-i", "anullsrc=duration=1"]])
def test_nothing_to_hear_needs_no_model(tmp_path: Path, sound: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    film = tmp_path / "film.mp4"
    recorded.run(["-f", "lavfi", "-i", "testsrc2=size=64x64:duration=1", *sound, str(film)])
    assert hearing.answer(ear(tmp_path), asking(film))
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert said[1:] == [{"piece": 0, "whole": True, "at_s": said[0]["duration_s"]}, {"done": True}]


def test_file_that_is_no_sound_is_refused_for_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film = tmp_path / "film.mp4"
    film.write_text("<html>", encoding="utf-8")
    assert not hearing.answer(ear(tmp_path), asking(film))
    said = json.loads(capsys.readouterr().out)
    assert said["turn"] == "permanent"
    assert "film.mp4" in said["error"]


def test_whom_nobody_asks_ends_by_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as asked, os.fdopen(writing, "w"):
        monkeypatch.setattr("sys.stdin", asked)
        assert hearing.main(["--model", "x", "--store", str(tmp_path), "--idle-s", "0"]) == 0


def piece(number: int, language: str = "de", minutes: float = 1.0) -> Asked:
    samples = np.full(round(minutes * 60 * RATE), number, np.float32)
    return Asked(number=number, language=language, samples=samples, start_s=0.0)


def test_pieces_of_one_language_are_heard_together_up_to_a_batch() -> None:
    pieces = [piece(0), piece(1), piece(2, "en"), piece(3), piece(4, minutes=3), piece(5)]
    groups = [[each.number for each in group] for group in grouped(pieces)]
    assert groups == [[0, 1], [2], [3, 4], [5]]


def test_a_row_knows_whose_each_of_its_seconds_is() -> None:
    row = Row(pieces=[piece(3), piece(5, minutes=0.5), piece(7)])
    assert [row.begins_s(each) for each in row.pieces] == [0.0, 61.0, 92.0]
    assert row.owner(Stretch(start_s=61.0, end_s=62.0)).number == 5
    assert row.owner(Stretch(start_s=100.0, end_s=130.0)).number == 7
    assert list(row.samples[:: 30 * RATE]) == [3, 3, 0, 5, 7, 7]
