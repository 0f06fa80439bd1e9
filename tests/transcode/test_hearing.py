"""The child that listens: nothing to hear is a success, doubts fall on sentences."""

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.transcode import recorded
from transcode import hearing
from transcode.sound import RATE


def ear(folder: Path) -> hearing.Ear:
    return hearing.Ear(hearing.parse(["--model", "/nowhere", "--store", str(folder)]))


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


def test_pieces_of_one_language_are_heard_together_up_to_a_batch() -> None:
    def piece(number: int, language: str = "de", minutes: float = 1.0) -> hearing.Asked:
        samples = np.zeros(round(minutes * 60 * RATE), np.float32)
        return hearing.Asked(number=number, language=language, samples=samples, start_s=0.0)

    pieces = [piece(0), piece(1), piece(2, "en"), piece(3), piece(4, minutes=3), piece(5)]
    groups = [[each.number for each in group] for group in hearing.grouped(pieces)]
    assert groups == [[0, 1], [2], [3, 4], [5]]


def word(text: str, start_s: float) -> dict[str, Any]:
    return {"word": f" {text}", "start_s": start_s, "end_s": start_s + 0.5, "probability": 0.9}


def test_doubt_falls_on_a_sentence_not_on_a_window() -> None:
    window = {"text": "…", "likelihood": -0.2, "words": [word("Ja.", 0), word("Am", 1), word("12.", 2), word("Mai", 3)]}
    found = list(hearing.sentences(window))
    assert [each["text"] for each in found] == ["Ja.", "Am 12. Mai"]
    assert {each["likelihood"] for each in found} == {-0.2}


@pytest.mark.parametrize(
    ("likelihood", "compression", "unsure"), [(-0.3, 1.5, False), (-1.1, 1, True), (-0.1, 3, True)]
)
def test_unlikely_and_repetitive_windows_are_heard_again(likelihood: float, compression: float, unsure: bool) -> None:
    segment = SimpleNamespace(avg_logprob=likelihood, compression_ratio=compression)
    assert hearing.unsure(segment) is unsure


def test_noise_and_a_tone_hold_no_voice() -> None:
    noise = np.random.default_rng(1).normal(0, 0.05, RATE * 8).astype(np.float32)
    tone = (0.3 * np.sin(np.arange(RATE * 4) * 0.17)).astype(np.float32)
    assert hearing.voiced(np.concatenate([noise, tone])) == []
