"""Staff paste lists; each line is understood or named."""

import pytest

from questions.question import Channel
from questions.sources.by_hand import LINES, Line, arrival, lines_of
from questions.sources.form import Problem
from tests.ingest.conftest import NOON


@pytest.mark.parametrize(
    ("pasted", "lines"),
    [
        ("Wann kommt die Tram, und wohin?", [Line(number=1, text="Wann kommt die Tram, und wohin?")]),
        ("Eins?\r\n\r\nZwei?", [Line(number=1, text="Eins?"), Line(number=3, text="Zwei?")]),
        ("Frage;Name\nEins; und?;Eva", [Line(number=2, text="Eins", author="und?")]),
        ('Name,Frage\nEva,"Eins, und zwei?"', [Line(number=2, text="Eins, und zwei?", author="Eva")]),
        ("question\tname\n\tEva", [Line(number=2, text="", author="Eva", problem=Problem.MISSING)]),
        ("x" * 1001, [Line(number=1, text="x" * 1001, problem=Problem.TOO_LONG)]),
        ("  \n", []),
    ],
)
def test_lines_of(pasted: str, lines: list[Line]) -> None:
    assert lines_of(pasted) == lines


def test_a_list_has_an_end() -> None:
    assert len(lines_of("Wann?\n" * (LINES + 9))) == LINES


def test_the_same_line_twice_is_one_message() -> None:
    line = Line(number=1, text="Wann?", author="Eva")
    made = [arrival(line, channel=Channel.PHONE, office_hour="a1", language="de", at=NOON) for _ in range(2)]
    assert made[0] == made[1]
