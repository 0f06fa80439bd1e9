"""The captions step: made once for each language and model, words beside them."""

import json
from pathlib import Path

import pytest

from ingest import archive
from tests.standins.scribe import Scribe
from tests.transcode import recorded
from tests.transcode.test_cues import said
from transcode import captions, listening
from transcode.encode import Means
from transcode.listening import Rows
from transcode.settings import Settings
from transcode.speech import Word

MEANS = Means(settings=Settings())


@pytest.fixture
def room(tmp_path: Path) -> archive.Room:
    room = archive.Room(tmp_path)
    recorded.programme(room.programme(), seconds=2, size="320x180")
    return room


def make(room: archive.Room, scribe: Scribe, language: str = "de") -> bool:
    wanted = listening.pieces_of(room, 1, language, scribe.identity, Rows())
    return captions.make_captions(room, wanted, language, ["Feldkirchen"], scribe, MEANS)


def test_captions_are_made_once_for_each_language_and_model(room: archive.Room) -> None:
    scribe = Scribe(said("Guten Abend."))
    assert make(room, scribe)
    assert not make(room, scribe)
    assert make(room, scribe, "en")
    assert make(room, Scribe(said("Guten Tag."), identity="scribe 2"))
    assert [piece.language for piece in scribe.asked] == ["de", "en"]
    assert "Guten Tag." in room.captions("de").read_text(encoding="utf-8")


def test_words_are_stored_beside(room: archive.Room) -> None:
    make(room, Scribe(said("Guten Abend.")))
    assert json.loads(room.words("de").read_text(encoding="utf-8")) == [
        {"word": "Guten", "start_s": 0.0, "end_s": 0.4, "probability": 0.9},
        {"word": "Abend.", "start_s": 0.4, "end_s": 0.8, "probability": 0.9},
    ]


def test_given_names_are_written_and_marked(room: archive.Room) -> None:
    unsure = Word(word="Feldkirsch", start_s=0.8, end_s=1.6, probability=0.3)
    make(room, Scribe([*said("Nach und"), unsure]))
    assert "Nach und Feldkirchen" in room.captions("de").read_text(encoding="utf-8")
    stored = json.loads(room.words("de").read_text(encoding="utf-8"))[-1]
    assert (stored["word"], stored["heard"]) == ("Feldkirchen", "Feldkirsch")


def test_silence_is_a_success_without_cues(room: archive.Room) -> None:
    assert make(room, Scribe([]))
    assert room.captions("de").read_text(encoding="utf-8") == "WEBVTT\n"
    assert not make(room, Scribe([]))
