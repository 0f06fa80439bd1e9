"""A message in English comes in, the sentence in the reader's language goes out.

The catalogues `locale/<language>.po` are read as they are when a process starts; nothing is compiled to disk.
English needs none: its message ids are the sentences.
"""

import gettext
import io
from functools import cache
from pathlib import Path

from babel.core import negotiate_locale
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
