"""Breaks fall where a sentence breaks."""

import pytest

from transcode import clauses


def test_ordinal_and_abbreviation_end_no_sentence() -> None:
    assert not clauses.ends_sentence("12.")
    assert not clauses.ends_sentence("z.B.")
    assert clauses.ends_sentence("Haus.")
    assert clauses.ends_sentence("wirklich?“")


@pytest.mark.parametrize(
    ("before", "after", "language", "cost"),
    [
        ("Abend.", "Wir", "de", clauses.SENTENCE),
        ("beraten,", "ob", "de", clauses.CLAUSE),
        ("fährt", "und", "de", clauses.CONJUNCTION),
        ("spricht", "mit", "de", clauses.PREPOSITION),
        ("fährt", "bald", "de", clauses.ANYWHERE),
        ("der", "Bus", "de", clauses.TOGETHER),
        ("in", "Feldkirchen", "de", clauses.TOGETHER),
        ("Frau", "Oertzen", "de", clauses.TOGETHER),
        ("Anton", "Bruckner", "de", clauses.TOGETHER),
        ("12.", "Mai", "de", clauses.TOGETHER),
        ("30", "Prozent", "de", clauses.TOGETHER),
        ("the", "bus", "en", clauses.TOGETHER),
        ("house", "because", "en", clauses.CONJUNCTION),
        ("der", "bus", "en", clauses.ANYWHERE),
    ],
)
def test_cost_of_a_break(before: str, after: str, language: str, cost: float) -> None:
    assert clauses.cost(before, after, language) == cost


def test_text_that_fits_no_two_lines_is_not_laid_out() -> None:
    assert clauses.laid_out(["a" * 30, "b" * 30, "c" * 30], "de", 37) is None
    assert clauses.laid_out(["kurz"], "de", 37) == (("kurz",), 0.0)
