"""Every sentence of the pages stands in every catalogue."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import web
from web import words

WEB = Path(web.__file__).parent
UPSTREAM = [WEB.parent / name for name in ("questions", "publish")]
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "say": (2,)}


def spoken() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """All messages of pages and code, with the file they stand in."""
    for folder in (WEB, *UPSTREAM):
        for file, _line, message, _comments, _context in extract_from_dir(
            folder, METHODS, {"templates/**.html": {"extensions": "jinja2.ext.i18n"}}, KEYWORDS
        ):
            yield f"{folder.name}/{file}", message


def missing(language: str) -> list[str]:
    """Messages without a translation into `language`."""
    with words.catalogue(language).open("rb") as file:
        known = {message.id: message for message in read_po(file, locale=language) if message.id}
    found = set()
    for _file, message in spoken():
        ids = tuple(message[:2]) if isinstance(message, tuple) else message
        entry = known.get(ids) or known.get(message)
        texts = (entry.string if isinstance(entry.string, tuple) else (entry.string,)) if entry else ("",)
        if not all(texts):
            found.add(repr(ids))
    return sorted(found)


@pytest.mark.parametrize("language", [each for each in words.LANGUAGES if each != "en"])
def test_every_sentence_is_translated(language: str) -> None:
    assert missing(language) == []


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
