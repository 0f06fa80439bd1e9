"""Captions in another language: whole sentences go in, their words come out at the times of their cues."""

import sys
from collections.abc import Iterator
from pathlib import Path

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


# argostranslate, as far as its published interface is used


PACKAGE = """
class Package:
    def __init__(self, type, from_code, to_code):
        self.type, self.from_code, self.to_code = type, from_code, to_code

def get_installed_packages():
    return [Package("translate", "de", "en"), Package("translate", "en", "tr"), Package("translate", "fr", "en"),
            Package("sbd", None, None)]
"""
TRANSLATE = """
class Translation:
    def translate(self, text):
        return text.upper()

class Language:
    def __init__(self, code, into):
        self.code, self.into = code, into
    def get_translation(self, to):
        return Translation() if to.code in self.into else None

def get_installed_languages():
    return [Language("de", ["en", "tr"]), Language("en", ["tr"]), Language("tr", [])]
"""
SETTINGS = """
import enum, os
ModelProvider = enum.Enum("ModelProvider", "OPENNMT LIBRETRANSLATE OPENAI")
model_provider = ModelProvider[os.environ.get("ARGOS_MODEL_PROVIDER", "OPENNMT")]
"""


@pytest.fixture
def argos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Argos]:
    folder = tmp_path / "argostranslate"
    folder.mkdir()
    texts = {"__init__": "", "package": PACKAGE, "translate": TRANSLATE, "settings": SETTINGS}
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Argos()
    for name in [each for each in sys.modules if each.partition(".")[0] == "argostranslate"]:
        del sys.modules[name]


def test_languages_are_offered_that_installed_models_reach_and_nothing_large_is_loaded_for_it(argos: Argos) -> None:
    assert argos.targets("de") == ["en", "tr"]
    assert argos.targets("tr") == []
    assert "argostranslate.translate" not in sys.modules


def test_a_sentence_goes_through_the_installed_model(argos: Argos) -> None:
    assert argos.translation("de", "tr")("Guten Abend.") == "GUTEN ABEND."


@pytest.mark.parametrize(("source", "target"), [("tr", "de"), ("de", "ar"), ("ar", "de")])
def test_a_model_that_lacks_is_named(argos: Argos, source: str, target: str) -> None:
    with pytest.raises(Permanent, match=f"no model .* argospm install translate-{source}_{target}"):
        argos.translation(source, target)


def test_no_service_outside_is_asked(argos: Argos, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGOS_MODEL_PROVIDER", "LIBRETRANSLATE")
    with pytest.raises(Permanent, match="LIBRETRANSLATE, which is outside"):
        argos.translation("de", "en")


def test_without_the_package_nothing_is_offered_and_the_error_says_how_to_install_it() -> None:
    assert Argos().targets("de") == []
    with pytest.raises(Permanent, match="uv pip install argostranslate, then argospm install translate-de_en"):
        Argos().translation("de", "en")
