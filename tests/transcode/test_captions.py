"""Words become cues that a person can read, and WebVTT that a browser can."""

import itertools
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import archive
from tests.transcode import recorded
from transcode import captions
from transcode.captions import Cue
from transcode.encode import Means
from transcode.settings import Settings
from transcode.speech import Word

MEANS = Means(settings=Settings())


def said(text: str, start_s: float = 0.0, word_s: float = 0.4) -> list[Word]:
    """The words of `text`, one after the other without a pause."""
    return [
        Word(word=word, start_s=start_s + n * word_s, end_s=start_s + (n + 1) * word_s, probability=0.9)
        for n, word in enumerate(text.split())
    ]


def test_cue_ends_with_the_sentence() -> None:
    words = said("Guten Abend, meine Damen und Herren. Willkommen zur Sprechstunde.")
    assert [cue.text for cue in captions.cues(words)] == [
        "Guten Abend, meine Damen und Herren.",
        "Willkommen zur Sprechstunde.",
    ]


def test_cue_ends_at_a_pause() -> None:
    words = said("Das ist so") + said("sagte sie", start_s=3.0)
    shown = captions.cues(words)
    assert [cue.text for cue in shown] == ["Das ist so", "sagte sie"]
    assert shown[1].start_s == 3.0


def test_full_cue_is_cut_after_a_comma() -> None:
    words = said(
        "Wir haben in dieser Woche lange beraten, ob die Buslinie nach Feldkirchen wieder fahren soll.", word_s=0.3
    )
    assert captions.cues(words)[0].text.endswith("lange beraten,")


def test_ordinal_and_abbreviation_end_no_sentence() -> None:
    assert not captions.ends_sentence("12.")
    assert not captions.ends_sentence("z.B.")
    assert captions.ends_sentence("Haus.")
    assert captions.ends_sentence("wirklich?“")


def test_short_cue_stays_for_a_second_and_not_into_the_next() -> None:
    words = said("Ja.", word_s=0.2) + said("Gern.", start_s=1.02, word_s=0.3)
    first, second = captions.cues(words)
    assert (first.start_s, first.end_s) == (0.0, 1.0)
    assert second.start_s == 1.04  # a frame after the first


def test_long_compound_is_hyphenated() -> None:
    words = said("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", word_s=3.0)
    shown = captions.cues(words)
    assert max(len(line) for cue in shown for line in cue.lines) <= 37
    joined = "".join(line for cue in shown for line in cue.lines).replace("-", "")
    assert joined == words[0].word


def test_doubtful_words_are_noted_not_shown() -> None:
    words = [*said("Hallo."), Word(word="Amara", start_s=5.0, end_s=6.0, probability=0.2, doubt="phrase")]
    text = captions.webvtt(captions.cues(words), words)
    assert "NOTE left out at 00:00:05.000 (phrase): Amara" in text
    assert len(captions.cues(words)) == 1


def test_thirty_seconds_of_speech_give_four_cues_at_least() -> None:
    assert len(captions.cues(said("und dann " * 37, word_s=0.4))) >= 4


def test_markup_is_escaped() -> None:
    cue = Cue(start_s=3661.5, end_s=3662.5, lines=("<b>Müller & Söhne --> 2",))
    assert captions.webvtt([cue]) == (
        "WEBVTT\n\n1\n01:01:01.500 --> 01:01:02.500\n&lt;b&gt;Müller &amp; Söhne --&gt; 2\n"
    )


SPOKEN = st.lists(
    st.tuples(
        st.text(min_size=1, max_size=60),
        st.floats(min_value=0.02, max_value=9.0),
        st.floats(min_value=0.0, max_value=3.0),
    ),
    max_size=60,
)


@settings(max_examples=50, deadline=None)
@given(SPOKEN)
def test_every_cue_keeps_the_limits(spoken: list[tuple[str, float, float]]) -> None:
    words, at_s = [], 0.0
    for text, length_s, pause_s in spoken:
        words.append(Word(word=text, start_s=at_s, end_s=at_s + length_s, probability=1.0))
        at_s += length_s + pause_s
    shown = captions.cues(words)
    for cue in shown:
        assert 1 <= len(cue.lines) <= 2
        assert all(0 < len(line) <= 37 for line in cue.lines)
        assert 1.0 - 1e-6 <= cue.end_s - cue.start_s <= 7.0 + 1e-6
    assert all(before.end_s < after.start_s for before, after in itertools.pairwise(shown))
    kept = "".join("".join(cue.lines) for cue in shown)
    assert re.sub(r"[\s-]", "", kept) == re.sub(r"[\s-]", "", "".join(word.word for word in words))
    blocks = captions.webvtt(shown).split("\n\n")
    assert len([block for block in blocks if "-->" in block]) == len(shown)


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


def test_silence_is_a_success_without_cues(room: archive.Room) -> None:
    assert make(room, Scribe([]))
    assert room.captions("de").read_text(encoding="utf-8") == "WEBVTT\n"
    assert not make(room, Scribe([]))
