"""Captions in another language: whole sentences go in, their words come out at the times of their cues."""

import pytest

from ingest.steps import Permanent
from transcode.cues import Cue
from transcode.translating import Argos, translated

SPOKEN = [
    Cue(start_s=0, end_s=2, lines=("Wann wird der", "Radweg gebaut,"), speaker="Chris"),
    Cue(start_s=2, end_s=4, lines=("und wer bezahlt ihn?",), speaker="Chris"),
    Cue(start_s=5, end_s=6, lines=("Im April.",), speaker="Ada"),
]
ENGLISH = {
    "Wann wird der Radweg gebaut, und wer bezahlt ihn?": "When will the cycle path be built, and who pays?",
    "Im April.": "April.",
}


def test_a_sentence_is_translated_whole_and_shared_out_over_its_cues() -> None:
    assert translated(SPOKEN, ENGLISH.__getitem__, "en", lambda done: None) == [
        Cue(start_s=0, end_s=2, lines=("When will the cycle path be",), speaker="Chris"),
        Cue(start_s=2, end_s=4, lines=("built, and who pays?",), speaker="Chris"),
        Cue(start_s=5, end_s=6, lines=("April.",), speaker="Ada"),
    ]


def test_what_becomes_too_long_keeps_all_its_words() -> None:
    (cue,) = translated(SPOKEN[2:], lambda text: "word " * 30, "en", lambda done: None)
    assert " ".join(cue.lines).split() == ["word"] * 30
    assert max(len(line) for line in cue.lines) <= 37


def test_without_a_translator_nothing_is_offered() -> None:
    assert Argos().targets("de") == []
    with pytest.raises(Permanent, match="argospm install translate-de_en"):
        Argos().translation("de", "en")
