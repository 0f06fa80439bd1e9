"""Sound is laid where its time stamps say; nothing to hear is a success."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ingest.archive import Room
from tests.transcode import recorded
from transcode import hearing, probe


def test_samples_of_a_programme_begin_at_media_time_zero(tmp_path: Path) -> None:
    programme = recorded.programme(Room(tmp_path).programme(), seconds=3, size="320x180")
    sound = hearing.samples(programme.playlist("audio"))
    # AAC adds at most a frame (21 ms) at either end.
    assert len(sound) / hearing.RATE == pytest.approx(3.0, abs=0.05)
    assert np.abs(sound).max() > 0.05


def test_late_sound_stays_late(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    inputs = ["-f", "lavfi", "-i", "testsrc2=size=64x64:duration=2", "-itsoffset", "0.7"]
    recorded.run([*inputs, "-f", "lavfi", "-i", "sine=440:duration=1", str(film)])
    sound = hearing.samples(film)
    loud = np.flatnonzero(np.abs(sound) > 0.05)
    # One AAC frame is 21 ms; the tone's own first swing takes less than a millisecond.
    assert loud[0] / hearing.RATE == pytest.approx(0.7, abs=0.025)


@pytest.mark.parametrize("sound", [[], ["-f", "lavfi", "-i", "anullsrc=duration=1"]])
def test_nothing_to_hear_needs_no_model(tmp_path: Path, sound: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    film = tmp_path / "film.mp4"
    recorded.run(["-f", "lavfi", "-i", "testsrc2=size=64x64:duration=1", *sound, str(film)])
    arguments = [str(film), "--model", "/nowhere", "--store", str(tmp_path), "--language", "de"]
    assert hearing.main(arguments) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()][-1] == {"done": True}


def test_file_that_is_no_sound_is_refused_for_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film = tmp_path / "film.mp4"
    film.write_text("<html>", encoding="utf-8")
    assert hearing.main([str(film), "--model", "x", "--store", str(tmp_path), "--language", "de"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert said["turn"] == "permanent"
    assert "film.mp4" in said["error"]
    with pytest.raises(probe.NotAVideo):
        hearing.samples(film)


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
    noise = np.random.default_rng(1).normal(0, 0.05, hearing.RATE * 8).astype(np.float32)
    tone = (0.3 * np.sin(np.arange(hearing.RATE * 4) * 0.17)).astype(np.float32)
    assert hearing.voiced(np.concatenate([noise, tone])) == []
