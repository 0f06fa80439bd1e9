"""What a window holds: doubts fall on sentences, and what is unlikely is heard again."""

from types import SimpleNamespace
from typing import Any

import pytest

from transcode import segments


def word(text: str, start_s: float) -> dict[str, Any]:
    return {"word": f" {text}", "start_s": start_s, "end_s": start_s + 0.5, "probability": 0.9}


def test_doubt_falls_on_a_sentence_not_on_a_window() -> None:
    window = {"text": "…", "likelihood": -0.2, "words": [word("Ja.", 0), word("Am", 1), word("12.", 2), word("Mai", 3)]}
    found = list(segments.sentences(window))
    assert [each["text"] for each in found] == ["Ja.", "Am 12. Mai"]
    assert {each["likelihood"] for each in found} == {-0.2}


@pytest.mark.parametrize(
    ("likelihood", "compression", "unsure"), [(-0.3, 1.5, False), (-1.1, 1, True), (-0.1, 3, True)]
)
def test_unlikely_and_repetitive_windows_are_heard_again(likelihood: float, compression: float, unsure: bool) -> None:
    segment = SimpleNamespace(avg_logprob=likelihood, compression_ratio=compression)
    assert segments.unsure(segment) is unsure


def test_times_are_the_files_and_of_each_word() -> None:
    said = segments.later({"text": "Ja.", "words": [word("Ja.", 1.0)]}, 10.0)
    assert said["words"] == [word("Ja.", 11.0)]
    assert [(each.start_s, each.end_s) for each in segments.stretches(said)] == [(11.0, 11.5)]
