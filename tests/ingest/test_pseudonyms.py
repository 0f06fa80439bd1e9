"""Names that may not be shown are nowhere in a text."""

from datetime import UTC, datetime

import pytest

from ingest.people import Person, Role
from ingest.pseudonyms import mask, of, parts

MASKS = {"Herr Jörg Neumann": "ein Bürger", "Li": "jemand"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Guten Tag, Herr Neumann!", "Guten Tag, Herr ein Bürger!"),
        ("Jörg Neumann fragt", "ein Bürger fragt"),
        ("Neumanns Frage", "ein Bürger Frage"),
        ("der NEUMANN-Platz", "der ein Bürger-Platz"),
        ("Neumannstraße und Liebe", "Neumannstraße und Liebe"),
        ("", ""),
    ],
)
def test_a_name_is_replaced_whole_in_part_and_in_the_genitive(text: str, wanted: str) -> None:
    assert mask(text, MASKS) == wanted


def test_titles_and_particles_are_no_names() -> None:
    assert parts("Frau Dr. Ada von Berg") == ["Ada", "Berg"]


def test_a_name_that_somebody_else_has_and_shows_stays() -> None:
    def person(name: str, pseudonym: str) -> Person:
        at = datetime(2026, 11, 23, tzinfo=UTC)
        return Person(
            id=name + pseudonym, office_hour="x", name=name, role=Role.GUEST, language="de", created_at=at,
            pseudonym=pseudonym,
        )  # fmt: skip

    people = [person("Chris", "jemand"), person("Chris", ""), person("Dana", "eine Bürgerin")]
    assert of(people) == {"Dana": "eine Bürgerin"}
