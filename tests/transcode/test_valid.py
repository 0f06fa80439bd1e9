"""The WebVTT of captions under a validator that nobody here wrote: the W3C's webvtt-parser, by node."""

import json
import subprocess
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transcode.test_cues import said
from transcode.cues import Cue, Flag, cues
from transcode.speech import Word
from transcode.webvtt import webvtt
from web import packages

VALIDATE = """
const { WebVTTParser } = require("webvtt-parser");
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const tree = new WebVTTParser().parse(JSON.parse(line), "subtitles/captions/descriptions");
  console.log(JSON.stringify([tree.errors.map((each) => each.message), tree.cues.length]));
});
"""
Validate = Callable[[str], tuple[list[str], int]]


@pytest.fixture(scope="module")
def validate() -> Iterator[Validate]:
    if not (packages.NODE_MODULES / "webvtt-parser").is_dir():
        pytest.skip("webvtt-parser is not installed; `make setup` brings it")
    command = [*packages.node(), "-e", VALIDATE]
    with subprocess.Popen(
        command, cwd=packages.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def ask(text: str) -> tuple[list[str], int]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(text) + "\n")
            process.stdin.flush()
            errors, count = json.loads(process.stdout.readline())
            return errors, count

        yield ask
        assert process.stdin is not None
        process.stdin.close()


def test_the_validator_finds_faults(validate: Validate) -> None:
    errors, _ = validate("WEBVTT\n\n00:00:05.000 --> 00:00:04.000\nrückwärts\n")
    assert errors != []


def test_captions_with_all_that_they_can_hold_are_valid(validate: Validate) -> None:
    words = [
        *said("Guten Abend, Frau <Bürgermeisterin> & Gäste.", speaker="Ada <b> & Söhne (gedolmetscht)"),
        *(
            Word(word=each, start_s=4 + n, end_s=4.4 + n, probability=0.3, language="en")
            for n, each in enumerate(["Yes", "-->"])
        ),
        Word(word="Amara.org", start_s=9, end_s=9.5, probability=0.1, doubt="phrase"),
        Word(word="Gütschow", start_s=12, end_s=13, probability=0.4, heard="Gütscho --> <i>"),
        *said("Zweihundertfünfundfünfzig " * 8, start_s=20, word_s=0.2),
    ]
    shown = cues(words)
    text = webvtt(shown, words)
    assert "<lang en>" in text
    assert validate(text) == ([], len(shown))


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(texts, st.floats(0, 3), st.floats(0.01, 2), texts, st.sampled_from(["", "en"])), max_size=12))
def test_whatever_is_said_the_file_is_valid(
    validate: Validate, spoken: list[tuple[str, float, float, str, str]]
) -> None:
    words, at_s = [], 0.0
    for text, pause_s, length_s, speaker, language in spoken:
        start_s = round(at_s + pause_s, 3)
        at_s = round(start_s + length_s, 3)
        words.append(Word(word=text, start_s=start_s, end_s=at_s, probability=0.7, speaker=speaker, language=language))
    shown = cues(words)
    assert validate(webvtt(shown, words)) == ([], len(shown))


def test_cues_outside_the_rules_are_noted_in_a_valid_way(validate: Validate) -> None:
    flagged = Cue(start_s=0.0, end_s=1.0, lines=("x" * 30,), flags=frozenset(Flag))
    assert validate(webvtt([flagged])) == ([], 1)
