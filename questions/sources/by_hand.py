"""What staff typed comes in (a call, a letter, a pasted list), arrivals go out, or what is wrong with which line.

A list is one question a line, or a table with a heading ("Frage;Name" or "question,name"; semicolon, comma or tab
between). The same question of the same office hour taken in by hand twice is one.
"""

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import datetime

from questions.question import BACKGROUND_LENGTH, Channel, plain
from questions.sources import Arrival
from questions.sources.form import NAME_LENGTH, Problem

LINES = 500
"""Lines of a list taken at once; a longer one is pasted in parts, so that its preview can still be read."""
QUESTION_HEADINGS = frozenset({"frage", "question", "text"})
NAME_HEADINGS = frozenset({"name", "von", "from", "author"})


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a pasted list as it was understood; `number` counts from 1 as the person sees it."""

    number: int
    text: str
    author: str = ""
    problem: Problem | None = None


def lines_of(pasted: str) -> list[Line]:
    """Understand a pasted list; at most LINES, empty lines left out."""
    rows = [(number, row) for number, row in enumerate(plain(pasted).split("\n"), start=1) if row.strip()]
    if not rows:
        return []
    delimiter = next((each for each in ";\t," if each in rows[0][1]), ";")
    heading = [cell.strip().casefold() for cell in rows[0][1].split(delimiter)]
    asked = next((at for at, cell in enumerate(heading) if cell in QUESTION_HEADINGS), None)
    if asked is None:
        return [_line(number, row, "") for number, row in rows[:LINES]]
    named = next((at for at, cell in enumerate(heading) if cell in NAME_HEADINGS), None)
    found = []
    for number, row in rows[1 : LINES + 1]:
        cells = next(csv.reader(io.StringIO(row), delimiter=delimiter), [])
        found.append(_line(number, _cell(cells, asked), _cell(cells, named)))
    return found


def arrival(line: Line, *, channel: Channel, office_hour: str, language: str, at: datetime) -> Arrival:
    """What staff wrote down for somebody, as an arrival."""
    key = f"{office_hour} {channel.value} {line.author} {line.text}"
    return Arrival(
        channel=channel,
        message=hashlib.sha256(key.encode()).hexdigest(),
        asked_at=at,
        office_hour=office_hour,
        text=line.text,
        original_text=line.text,
        author=line.author,
        language=language,
    )


def _cell(cells: list[str], at: int | None) -> str:
    return cells[at] if at is not None and at < len(cells) else ""


def _line(number: int, text: str, author: str) -> Line:
    text, author = text.strip(), author.strip()
    problem = None
    if not text:
        problem = Problem.MISSING
    elif len(text) > BACKGROUND_LENGTH or len(author) > NAME_LENGTH:
        problem = Problem.TOO_LONG
    return Line(number=number, text=text, author=author, problem=problem)
