"""Every sentence of the pages stands in every catalogue."""

import re
from collections import Counter

import pytest

from web import words


def test_every_sentence_is_translated() -> None:
    assert words.missing_translations() == []


def test_no_sentence_is_translated_twice() -> None:
    sentences = re.findall(r'^msgid "(.+)"$', (words.FOLDER / "de.po").read_text(encoding="utf-8"), re.MULTILINE)
    assert [sentence for sentence, count in Counter(sentences).items() if count > 1] == []


def test_english_is_what_stands_in_the_code() -> None:
    assert words.say("en", "Ask a question") == "Ask a question"


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("en", "de", "en"),
        (None, "en-GB,en;q=0.8,de;q=0.5", "en"),
        (None, "fr,de;q=0.3", "de"),
        (None, "", "de"),
        ("xx", "tlh;q=nonsense", "de"),
    ],
)
def test_the_persons_choice_comes_first_then_the_browsers(chosen: str | None, accepted: str, language: str) -> None:
    assert words.choose(chosen, accepted) == language
