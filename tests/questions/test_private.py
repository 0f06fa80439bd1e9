"""What looks like personal data is shown to staff, and ordinary questions are left alone."""

import csv
import time
from pathlib import Path

import pytest

from questions.private import Kind, kinds, pieces


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lindenstraße 12, 01234 Lindenau", [("Lindenstraße 12, 01234 Lindenau", Kind.ADDRESS)]),
        ("Ich wohne Karl-Marx-Str. 5b", [("Karl-Marx-Str. 5b", Kind.ADDRESS)]),
        ("bei uns Am Markt 3", [("Am Markt 3", Kind.ADDRESS)]),
        ("01234 Lindenau", [("01234 Lindenau", Kind.ADDRESS)]),
        ("Rufen Sie 0341 / 555 12-34 an", [("0341 / 555 12-34", Kind.PHONE)]),
        ("oder +49 151 23456789", [("+49 151 23456789", Kind.PHONE)]),
        ("c.oe@x-y.example bitte", [("c.oe@x-y.example", Kind.MAIL)]),
        ("c (at) x.example", [("c (at) x.example", Kind.MAIL)]),
        ("DE89 3704 0044 0532 0130 00", [("DE89 3704 0044 0532 0130 00", Kind.ACCOUNT)]),
        ("Herr Müller parkt immer", [("Herr Müller", Kind.NAME)]),
        ("meine Nachbarin Olga Kranz", [("meine Nachbarin Olga Kranz", Kind.NAME)]),
        ("Frau Ada Lorenz, wann?", []),
        ("Am 3. Oktober um 10 Uhr", []),
        ("Im Jahr 2024 für 1.400 Euro mit der Linie 142", []),
    ],
)
def test_pieces(text: str, found: list[tuple[str, Kind]]) -> None:
    cut = pieces(text, known=["Ada Lorenz"])
    assert [(piece.text, piece.kind) for piece in cut if piece.kind] == found
    assert "".join(piece.text for piece in cut) == text


def test_the_questions_of_the_fixtures_hold_none(shared: Path) -> None:
    with (shared / "fixtures" / "questions" / "pairs.tsv").open(encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file, delimiter="\t") if kinds(row["text"])] == []


@pytest.mark.parametrize("text", ["a@" * 5000, "0 " * 5000, "Lindenstraße " * 900, "A" * 10_000, "Frau " * 2000])
def test_hostile_text_is_read_in_bounded_time(text: str) -> None:
    began = time.monotonic()
    pieces(text)
    assert time.monotonic() - began < 5  # well under a second alone
