"""A message in English comes in, the sentence in the reader's language goes out.

The catalogues `locale/<language>.po` are read as they are when a process starts; nothing is compiled to disk.
English needs none: its message ids are the sentences.
"""

import gettext
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.core import negotiate_locale
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"de": "Deutsch", "en": "English"}
DEFAULT = "de"
FOLDER = Path(__file__).parent / "locale"


def catalogue(language: str) -> Path:
    """The file of translations into `language`."""
    return FOLDER / f"{language}.po"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The sentences of `language`, ready to be looked up; English for a language without a catalogue."""
    path = catalogue(language)
    if not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def say(language: str, message: str, **values: object) -> str:
    """`message` in `language`, its `%(name)s` filled with `values`."""
    return translations(language).gettext(message) % values


def caption_labels(language: str) -> dict[str, str]:
    """How captions name somebody whose words were interpreted, or typed (`transcode.voices.Labels`)."""
    return {"interpreted": say(language, "{} (interpreted)"), "typed": say(language, "{} (in writing)")}


def choose(chosen: str | None, accepted: str) -> str:
    """The person's own choice, else the first language their browser accepts that we speak, else German."""
    if chosen in LANGUAGES:
        return chosen
    wanted = sorted(_accepted(accepted), key=lambda each: -each[1])
    found = negotiate_locale([language for language, _ in wanted], list(LANGUAGES), sep="-")
    return found or DEFAULT


def _accepted(header: str) -> list[tuple[str, float]]:
    """`de-DE,en;q=0.5` -> [("de-DE", 1.0), ("en", 0.5)]; what cannot be read is left out."""
    found = []
    for part in header.split(",")[:20]:
        name, _, quality = part.strip().partition(";q=")
        try:
            found.append((name.strip(), float(quality or 1)))
        except ValueError:
            continue
    return [(name, quality) for name, quality in found if name and quality > 0]


METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"extensions": "jinja2.ext.i18n"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "say": (2,)}
SPEAKING = ("questions", "publish", "ingest")
"""Packages below that say something in a reader's language."""


def spoken() -> Iterator[tuple[str, ...]]:
    """Every message of pages and code: its sentence, or its two when it counts something."""
    here = Path(__file__).parent
    for folder in (here, *(here.parent / name for name in SPEAKING)):
        for _file, _line, message, _comments, _context in extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS):
            yield tuple(message[:2]) if isinstance(message, tuple) else (message,)


def missing_translations() -> list[str]:
    """What no catalogue may lack, as complaints for people."""
    complaints = []
    messages = sorted(set(spoken()))
    for language in LANGUAGES:
        if language == "en":
            continue
        with catalogue(language).open("rb") as file:
            known = {message.id: message.string for message in read_po(file, locale=language) if message.id}
        for message in messages:
            found = known.get(message if len(message) > 1 else message[0], "")
            if not all(found if isinstance(found, tuple) else (found,)):
                complaints.append(f"locale/{language}.po does not translate {message[0]!r}")
    return complaints
