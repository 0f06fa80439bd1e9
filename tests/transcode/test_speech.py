"""What the recogniser says is judged, and its child process followed."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingest import steps
from transcode import speech
from transcode.settings import Settings
from transcode.speech import Heard, Piece, Whisper, Word, transcribe
from transcode.voice import Stretch


def segment(text: str, **measures: float) -> dict[str, Any]:
    words = [
        {"word": f" {word}", "start_s": float(n), "end_s": n + 0.5, "probability": 0.9}
        for n, word in enumerate(text.split())
    ]
    return {"text": text, "no_speech": 0.1, "likelihood": -0.2, "compression": 1.2, "words": words} | measures


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (segment("Guten Abend."), ""),
        (segment("Danke.", no_speech=0.8, likelihood=-1.4), "silence"),
        (segment("Danke.", no_speech=0.8), ""),
        (segment("so so", compression=2.9), "repetition"),
        (segment("Das ist gut. Das ist gut. Das ist gut."), "repetition"),
        (segment("Nein, nein, nein!"), ""),
        (segment("ja ja ja ja ja ja"), "repetition"),
        (segment("Untertitel der Amara.org-Community"), "phrase"),
        (segment("Untertitel im Auftrag des ZDF für funk, 2017"), "phrase"),
        (segment("Wir brauchen Untertitel für den Stadtrat."), ""),
    ],
)
def test_doubt_says_why(said: dict[str, Any], why: str) -> None:
    assert {word.doubt for word in speech.words_of(said)} == {why}


def test_pieces_without_a_space_belong_to_the_word_before() -> None:
    pieces = [("Bürger", 0.9), ("sprech", 0.5), ("stunde", 0.8)]
    words = [
        {"word": (" " if n == 0 else "") + text, "start_s": n * 1.0, "end_s": n + 1.0, "probability": probability}
        for n, (text, probability) in enumerate(pieces)
    ]
    assert speech.words_of(segment("") | {"words": words}) == [
        Word(word="Bürgersprechstunde", start_s=0.0, end_s=3.0, probability=0.5)
    ]


def test_words_are_given_away_piece_by_piece() -> None:
    kept: list[tuple[int, list[str]]] = []
    pieces = [Piece(path=Path("a"), language="de"), Piece(path=Path("b"), language="de")]
    heard = Heard(pieces=pieces, keep=lambda number, words: kept.append((number, [word.word for word in words])))
    positions = [
        heard.read(line)
        for line in (
            json.dumps({"duration_s": 10.0}),
            "a library prints something",
            json.dumps({"piece": 1, "at_s": 4.0, "segment": segment("Guten Abend.")}),
            "7",
            json.dumps({"piece": 1, "whole": True}),
            json.dumps({"piece": 0, "whole": True}),
            json.dumps({"done": True}),
        )
    ]
    assert kept == [(1, ["Guten", "Abend."]), (0, [])]
    assert (heard.duration_s, heard.done, positions[1]) == (10.0, True, None)


def test_only_another_language_is_noted() -> None:
    assert {word.language for word in speech.words_of(segment("Yes.") | {"language": "en"}, "de")} == {"en"}
    assert {word.language for word in speech.words_of(segment("Ja.") | {"language": "de"}, "de")} == {""}
    assert {word.language for word in speech.words_of(segment("Ja."), "de")} == {""}


@dataclass(frozen=True, kw_only=True)
class Played(Whisper):
    """Whisper whose child process is a few lines of Python."""

    code: str

    def command(self, *, quietly: bool = False) -> list[str]:
        return [sys.executable, "-I", "-S", "-c", self.code]


def heard_by(code: str, tmp_path: Path) -> list[Word]:
    played = Played(settings=Settings(niceness=0), store=tmp_path, code=code)
    try:
        return transcribe(played, tmp_path / "x", "de")
    finally:
        played.listeners.close()


def test_words_come_in_order_of_time(tmp_path: Path) -> None:
    later, sooner = segment("b"), segment("a")
    later["words"][0]["start_s"] = 5.0
    lines = [{"segment": later, "at_s": 6}, {"segment": sooner, "at_s": 1}, {"whole": True}, {"done": True}]
    code = f"print({chr(10).join(json.dumps(line) for line in lines)!r})"
    assert [word.word for word in heard_by(code, tmp_path)] == ["a", "b"]


@pytest.mark.parametrize(("turn", "kind"), [("transient", steps.Transient), ("permanent", steps.Permanent)])
def test_error_of_the_child_keeps_its_kind(turn: str, kind: type[Exception], tmp_path: Path) -> None:
    line = json.dumps({"error": "no network", "turn": turn})
    with pytest.raises(kind, match="no network"):
        heard_by(f"import sys; print({line!r}); sys.exit(3)", tmp_path)


def test_child_that_ends_early_is_tried_again(tmp_path: Path) -> None:
    with pytest.raises(steps.Transient, match="without saying"):
        heard_by("pass", tmp_path)


def test_a_quiet_child_has_one_thread(tmp_path: Path) -> None:
    whisper = Whisper(settings=Settings(speech_model=str(tmp_path), speech_threads=4), store=tmp_path)
    for command, threads in ((whisper.command(), "4"), (whisper.command(quietly=True), "1")):
        assert command[1:3] == ["-m", "transcode.hearing"]
        assert command[command.index("--threads") + 1] == threads
        assert "--pin" not in command


def test_a_piece_is_told_as_numbers_that_json_has() -> None:
    whole = Piece(path=Path("a.mkv"), language="de")
    assert whole.values() == {"path": "a.mkv", "language": "de", "heard": None}
    part = Piece(path=Path("a.mkv"), language="de", start_s=1.5, end_s=2.5, heard=(Stretch(start_s=1, end_s=2),))
    assert part.values() == whole.values() | {"start_s": 1.5, "end_s": 2.5, "heard": [[1, 2]]}


def test_words_that_take_no_time_were_not_spoken() -> None:
    spoken = [("Ja,", 0.0, 0.9), ("die", 1.0, 1.2), ("Bibliothek,", 1.2, 2.0)]
    made_up = [("bla", 2.1, 2.3), ("bla", 2.3, 2.3), ("bla", 2.3, 2.3), ("bla", 2.3, 2.3)]
    words = [Word(word=text, start_s=start, end_s=end, probability=0.5) for text, start, end in spoken + made_up]
    assert speech.without_time(words) == {3, 4, 5, 6}
    assert speech.without_time(words[:4]) == frozenset()
