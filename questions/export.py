"""An office hour's questions come in, a table for the office goes out: CSV for spreadsheets, JSON for programs.

No contact ever stands in it. A cell of CSV that a spreadsheet would take for a formula begins with an apostrophe:
what strangers wrote must not run on a clerk's computer.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable

from sqlalchemy.engine import Connection

from questions import answers, store, support
from questions.question import Question, State

FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "id", "state", "reason", "channel", "language", "asked_at", "changed_at", "text", "as_it_came_in", "reworded",
    "author", "topic", "tags", "asked", "support", "put_together_with", "answer", "written_answer",
)  # fmt: skip

Row = dict[str, str | int | bool | None]


def rows(connection: Connection, office_hour: str, address: Callable[[str], str]) -> list[Row]:
    """One row a question, those that were taken back left out. `address` makes a whole address of a path."""
    asked = store.merged_counts(connection, office_hour)
    voices = support.counts_in(connection, office_hour)
    found = store.of_office_hour(connection, office_hour, frozenset(State) - {State.TAKEN_BACK})
    return [_row(connection, each, asked.get(each.id, 0) + 1, voices.get(each.id, 0), address) for each in found]


def _row(connection: Connection, question: Question, asked: int, voices: int, address: Callable[[str], str]) -> Row:
    done = question.state in (State.ANSWERED, State.IN_WRITING)
    written = answers.of(connection, question.id) if done else None
    return {
        "id": question.id,
        "state": question.state.value,
        "reason": question.reason.value if question.reason else None,
        "channel": question.channel.value,
        "language": question.language,
        "asked_at": question.asked_at.isoformat(timespec="seconds"),
        "changed_at": question.changed_at.isoformat(timespec="seconds"),
        "text": question.text,
        "as_it_came_in": question.original_text,
        "reworded": question.reworded,
        "author": question.author,
        "topic": question.topic,
        "tags": " ".join(question.tag_list),
        "asked": asked,
        "support": voices,
        "put_together_with": question.merged_into,
        "answer": address(answers.address(question)) if done else None,
        "written_answer": written.text if written else None,
    }


def as_csv(found: Iterable[Row]) -> bytes:
    """Semicolons between and a byte order mark in front, as German spreadsheets open it by a double click."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in found:
        writer.writerow([_cell(row[name]) for name in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def as_json(found: Iterable[Row]) -> bytes:
    return json.dumps(list(found), ensure_ascii=False, indent=1).encode()


def _cell(value: str | int | bool | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
