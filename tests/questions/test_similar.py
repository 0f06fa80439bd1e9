"""Similar questions are suggested to staff."""

import csv
import time
from pathlib import Path

from questions import meaning, subjects
from questions.similar import Index, words_of

RECALL_AT_3 = 0.85
"""Without the vocabulary, which was written by somebody who had read this file; with it 0.967."""


def test_the_same_question_is_among_the_first_three(shared: Path) -> None:
    with (shared / "fixtures" / "questions" / "pairs.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    meaning.of([row["text"] for row in rows], at_once=len(rows))
    index = Index([(str(number), row["text"]) for number, row in enumerate(rows)], vocabulary=False)
    asked = [(str(number), row) for number, row in enumerate(rows) if row["group"] != "-"]
    found = [
        any(rows[int(id)]["group"] == row["group"] for id in index.like(row["text"], but=number))
        for number, row in asked
    ]
    print(f"recall at 3: {sum(found) / len(found):.3f} of {len(found)}")
    assert sum(found) / len(found) >= RECALL_AT_3


def test_a_campaign_is_found_word_for_word_and_strangers_are_not() -> None:
    index = Index([("a", "Stoppen Sie den Abriss des Kulturhauses!"), ("b", "Wann kommt der Bus?")])
    assert index.like("Bitte stoppen Sie endlich den Abriß des Kulturhauses")[:1] == ["a"]
    assert index.like("qqq www") == []
    assert Index([]).like("Wann?") == []


def test_the_same_is_found_in_other_words_and_another_language() -> None:
    pool = [("tram", "Wann kommt die Straßenbahn in den Norden?"), ("pool", "Öffnet das Freibad im Mai?")]
    index = Index([*pool, ("dogs", "Warum ist die Hundesteuer so hoch?")], vocabulary=False)
    assert index.like("When will the tram line to the north be built?")[:1] == ["tram"]
    assert index.like("Ab wann kann man wieder schwimmen gehen?")[:1] == ["pool"]


def test_a_large_pool_is_read_bit_by_bit() -> None:
    texts = [f"Wird Platz {number} saniert?" for number in range(8)]
    first, complete = meaning.of(texts, at_once=5)
    assert ([bool(row.any()) for row in first], complete) == ([True] * 5 + [False] * 3, False)
    assert meaning.of(texts, at_once=5)[1]


def test_an_empty_text_is_like_nothing() -> None:
    index = Index([("a", ""), ("b", "Wann kommt der Bus?")])
    assert index.like("") == []
    assert index.like("Wann kommt der Bus?", but="b") == []


def test_words_meet_in_both_spellings() -> None:
    assert words_of("Straße STRASSE Müll") == ["strasse", "strasse", "mull"]


def test_a_short_beginning_must_be_the_whole_word() -> None:
    names = list(subjects.SUBJECTS)
    assert [names[number] for number in subjects.of(["bus"])] == ["transit"]
    assert subjects.of(["business"]) == set()
    assert [names[number] for number in subjects.of(["kitaplatze"])] == ["childcare"]


def test_suggestions_among_thousands_come_at_once() -> None:
    pool = tuple((str(number), f"Wann wird Straße {number} am Platz {number % 97} saniert?") for number in range(3000))
    index = Index(pool)
    began = time.monotonic()
    index.like("Wann wird die Straße saniert?")
    assert time.monotonic() - began < 1  # about 5 ms alone; a full comparison in Python takes seconds
