"""An office hour with its people and questions comes in; names and words that will have been said go out.

The speech model writes what it does not know as it sounds; transcode matches these words with that by their sound.
"""

import re
from collections.abc import Iterable

from sqlalchemy.engine import Connection

from ingest import store as ingest_store
from ingest.officehours import OfficeHour
from questions import store as questions_store
from questions.question import State

MOST = 80
"""Each is compared with each doubtful stretch of words; people come first."""
SHORTEST = 6
"""Letters of a word from a text: shorter ones are known to every model, and sound like too much else."""
INSIDE = re.compile(r"(?<=[^.!?:…\s„“\"»«(]\s)[A-ZÄÖÜ][\w-]+")
"""Words with a capital letter inside a sentence: names, places, and in German things."""


def hints(connection: Connection, hour: OfficeHour) -> list[str]:
    """The host's name, those of persons and askers, and words of title, office and answered questions."""
    answered = questions_store.of_office_hour(connection, hour.id, [State.ANSWERED])
    people = ingest_store.persons_of(connection, hour.id)
    names = [hour.host_name, *(person.name for person in people if not person.pseudonym)]
    names += [question.author for question in answered]
    texts = words_of([hour.title, hour.host_role, *(question.text for question in answered)])
    return [name for name in dict.fromkeys([*names, *texts]) if name][:MOST]


def words_of(texts: Iterable[str]) -> list[str]:
    """The words of texts that a speech model may not know, each once, in their order."""
    found = (word.strip("-") for text in texts for word in INSIDE.findall(text))
    return list(dict.fromkeys(word for word in found if len(word) >= SHORTEST))
