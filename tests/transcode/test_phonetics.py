"""Words that sound alike are near to each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcode import phonetics


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("Müller-Lüdenscheidt", "65752682"),  # Postel's rules applied by hand: d before s is 8
        ("Wikipedia", "3412"),
        ("Breschnew", "17863"),
        ("Meyer", "67"),
        ("Maier", "67"),
        ("Philipp", "351"),
        ("Xaver", "4837"),
        ("", ""),
    ],
)
def test_cologne_key(word: str, key: str) -> None:
    assert phonetics.cologne(word) == key


@pytest.mark.parametrize(
    ("name", "heard", "other"),
    [
        ("Hochstätter", "Hochstädter", "Hofstetter"),
        ("Purkersdorf", "Punkastorf", "Perchtoldsdorf"),
        ("Quitzow", "Quizzo", "Quickborn"),
        ("Gütschow", "Gütscho", "Gutzkow"),
        ("Detmold", "Deadmold", "Dettmann"),
    ],
)
def test_what_was_heard_is_nearer_to_the_name_than_to_its_neighbour(name: str, heard: str, other: str) -> None:
    assert phonetics.likeness(heard, name) > phonetics.likeness(heard, other) + 0.03


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_is_symmetric_and_a_share(one: str, other: str) -> None:
    found = phonetics.likeness(one, other)
    assert 0 <= found <= 1
    assert found == pytest.approx(phonetics.likeness(other, one))
    assert phonetics.likeness(one, one) in (0.0, 1.0)
