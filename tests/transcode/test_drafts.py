"""Captions as files become passages with doubts, and passages become words again."""

import json
from pathlib import Path

from ingest.archive import Room
from tests.transcode.test_cues import said
from transcode import drafts
from transcode.cues import cues
from transcode.editing import Doubt, Passage
from transcode.speech import Word
from transcode.webvtt import webvtt

NAME = Doubt(kind="name", word="Feldkirchen.", heard="Feldkirsch.")


def room_with(folder: Path, words: list[Word]) -> Room:
    room = Room(folder)
    room.captions("de").parent.mkdir()
    room.captions("de").write_text(webvtt(cues(words), words), encoding="utf-8")
    room.words("de").write_text(json.dumps([word.values() | {"later": 1} for word in words]), encoding="utf-8")
    return room


def test_the_machines_cues_are_passages_with_what_is_doubtful(tmp_path: Path) -> None:
    words = [
        *said("Guten Abend in"),
        Word(word="Feldkirchen.", start_s=1.2, end_s=1.6, probability=0.6, heard="Feldkirsch."),
        Word(word="Unsicher", start_s=3.0, end_s=3.4, probability=0.1),
        Word(word="Untertitel", start_s=6.0, end_s=6.4, probability=0.5, doubt="phrase"),
        Word(word="von", start_s=6.4, end_s=6.8, probability=0.5, doubt="phrase"),
    ]
    found = drafts.machines(room_with(tmp_path, words), "de", "base")
    assert [(each.id, each.text, each.out, each.doubts) for each in found] == [
        ("base-1", "Guten Abend in Feldkirchen.", False, (NAME,)),
        ("base-2", "Unsicher", False, (Doubt(kind="unsure", word="Unsicher"),)),
        ("base-x1", "Untertitel von", True, (Doubt(kind="left_out", word="phrase"),)),
    ]  # fmt: skip


def test_another_text_of_the_machine_has_another_digest(tmp_path: Path) -> None:
    room = room_with(tmp_path, said("Guten Abend."))
    before = drafts.source(room, "de")
    room.captions("de").write_text("WEBVTT\n")
    assert before
    assert before != drafts.source(room, "de")
    assert drafts.source(room, "en") == ""


def test_words_keep_their_times_where_they_are_the_same() -> None:
    heard = said("Wann kommt der Rathweg endlich?")
    passage = Passage(id="1", start_ms=0, end_ms=2000, text="Wann kommt\nder neue Radweg endlich?", speaker="Chris")
    found = drafts.words_of([passage], heard)
    assert [(word.word, round(word.start_s, 3), round(word.end_s, 3)) for word in found] == [
        ("Wann", 0.0, 0.4), ("kommt", 0.4, 0.8), ("der", 0.8, 1.2),
        ("neue", 1.2, 1.36), ("Radweg", 1.36, 1.6), ("endlich?", 1.6, 2.0),
    ]  # fmt: skip
    assert {word.speaker for word in found} == {"Chris"}


def test_words_that_nobody_heard_share_the_time_of_their_passage() -> None:
    (first, second) = drafts.words_of([Passage(id="1", start_ms=1000, end_ms=3000, text="Ja, gern.")], [])
    assert (first.start_s, first.end_s, second.end_s) == (1.0, 1.75, 3.0)
