"""The bench of questions measures what it says, on a small scale."""

from pathlib import Path

import pytest

from tests.standins.tables import tabled
from web.benches import questions


def test_mails_are_counted_and_the_board_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "BOARDS", 3)
    monkeypatch.setattr(questions, "BOARD_QUESTIONS", 40)
    database = tabled(f"sqlite:///{tmp_path / 'bench.sqlite3'}")
    assert questions.mails_per_s(tmp_path, database, 5) > 0
    assert questions.board_p95_ms(database) > 0
    database.close()


def test_recall_is_null_without_the_file_of_pairs(tmp_path: Path) -> None:
    assert questions.recall(tmp_path / "pairs.tsv") == {"recall_at_3": None}
