"""Names that may not be shown and what is shown instead come in; texts without these names go out."""

import re
from collections.abc import Mapping

from sqlalchemy.engine import Connection

from ingest import store
from ingest.people import Person

SHORTEST = 3  # letters; shorter parts of a name are particles and initials, which stand in too many words
TITLES = frozenset({"frau", "herr", "herrn", "dr", "prof", "von", "van", "der", "den", "ter", "del", "mrs", "mr", "ms"})

Masks = Mapping[str, str]
"""A name as it was given → what is shown instead."""


def of_office_hour(connection: Connection, office_hour: str) -> dict[str, str]:
    """The names of an office hour that may not be shown."""
    return of(store.persons_of(connection, office_hour))


def of(people: list[Person]) -> dict[str, str]:
    """Those of them who refused to be named, unless somebody else has the same name and did not."""
    shown = {person.name for person in people if not person.pseudonym}
    return {each.name: each.pseudonym for each in people if each.pseudonym and each.name not in shown}


def parts(name: str) -> list[str]:
    """The words of a name by which somebody may be called."""
    words = [word.strip(".,;()\"'") for word in name.split()]
    return [word for word in words if len(word) >= SHORTEST and word.lower() not in TITLES]


def mask(text: str, masks: Masks) -> str:
    """The text with every such name, whole or in part, also in the genitive, replaced."""
    for name, instead in masks.items():
        called = "|".join(re.escape(part) for part in sorted(parts(name), key=len, reverse=True))
        if called:
            run = rf"\b(?:{called})(?:['’]?s)?\b"
            text = re.sub(rf"{run}(?:[ -]+{run})*", lambda found, to=instead: to, text, flags=re.IGNORECASE)  # type: ignore[misc]
    return text
