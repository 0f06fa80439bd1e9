"""The captions step: made once for each language and model, words beside them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest import archive
from tests.transcode import recorded
from tests.transcode.test_cues import said
from transcode import captions
from transcode.encode import Means
from transcode.settings import Settings
from transcode.speech import Word

MEANS = Means(settings=Settings())


@dataclass
class Scribe:
    """A Transcriber that writes what it was told to."""

    words: list[Word]
    calls: list[tuple[str, list[str]]] = field(default_factory=list)
    identity: str = "scribe 1"

    def transcribe(
        self, media: Path, language: str, hints: Sequence[str], progress: Callable[[float], None]
    ) -> list[Word]:
        self.calls.append((language, list(hints)))
        return self.words


@pytest.fixture
def room(tmp_path: Path) -> archive.Room:
    room = archive.Room(tmp_path)
    recorded.programme(room.programme(), seconds=2, size="320x180")
    return room


def make(room: archive.Room, scribe: Scribe, language: str = "de") -> bool:
    audio = room.programme().playlist("audio")
    return captions.make_captions(audio, room, language, ["Feldkirchen"], scribe, MEANS)


def test_captions_are_made_once_for_each_language_and_model(room: archive.Room) -> None:
    scribe = Scribe(said("Guten Abend."))
    assert make(room, scribe)
    assert not make(room, scribe)
    assert make(room, scribe, "en")
    assert make(room, Scribe(said("Guten Tag."), identity="scribe 2"))
    assert scribe.calls == [("de", ["Feldkirchen"]), ("en", ["Feldkirchen"])]
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
