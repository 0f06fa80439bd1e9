"""Small words tell the language, and nothing is guessed."""

import csv
from pathlib import Path

import pytest

from questions import language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Wann kommt die Tram in die Südstadt?", "de"),
        ("When will the tram come to the south?", "en"),
        ("Quand est-ce que le tram arrive dans notre quartier ?", "fr"),
        ("Tramvay ne zaman gelecek ve bu yıl mı olacak?", "tr"),
        ("Kiedy będzie tramwaj i czy to jest pewne?", "pl"),
        ("Коли приїде трамвай до нашої вулиці?", "uk"),
        ("Когда будет трамвай?", "ru"),
        ("متى يأتي الترام؟", "ar"),
        ("Kita?", ""),
        ("Bus 142", ""),
        ("1.400", ""),
        ("", ""),
    ],
)
def test_the_language_of(text: str, code: str) -> None:
    assert language.of(text) == code


def test_questions_of_citizens_are_hardly_ever_taken_for_another_language(shared: Path) -> None:
    with (shared / "fixtures" / "questions" / "pairs.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    told = [(row["language"], language.of(row["text"])) for row in rows]
    wrong = [pair for pair in told if pair[1] not in ("", pair[0])]
    silent = sum(not found for _, found in told)
    print(f"languages of {len(rows)} questions: {len(wrong)} wrong, {silent} not told")
    assert wrong == []
    assert silent <= len(rows) * 0.1
