"""The captions bench counts as its docstring says."""

import json
from pathlib import Path

import pytest

from web.__main__ import main
from web.benches import captions as bench


def test_word_error_rate_counts_replaced_left_out_and_added() -> None:
    assert bench.error_rate("Guten Abend, Frau Oertzen!", "guten abend frau oertzen") == 0.0
    assert bench.error_rate("eins zwei drei vier", "eins zwo drei") == 0.5
    assert bench.error_rate("eins", "eins und zwei") == 2.0


def test_names_are_counted_as_often_as_they_are_said(tmp_path: Path) -> None:
    sentences = [{"start": 0.0, "text": "Frau Hesse-Wartegg sprach mit Moser, Moser auch."}]
    given = bench.Material(sound=tmp_path, sentences=sentences, names=["Hesse-Wartegg", "Moser", "Bo"], decoys=[])
    assert bench.right_percent(given, "Hesse Wartegg und Moser") == 66.7
    assert bench.right_percent(given, "Moser Moser Moser Hesse") == 66.7


def test_offset_is_to_the_nearest_start() -> None:
    assert bench.offsets([0.1, 4.0], [0.0, 5.0]) == [0.1, 1.0]


def test_ratios_are_medians_over_the_rounds() -> None:
    found = bench._compared([(1.0, 2.0), (3.0, 3.0), (9.0, 2.0)], [(2.0, 4.0), (4.0, 4.0), (10.0, 4.0)])
    assert (found["ratio_wall"], found["ratio_wall_worst"], found["ratio_cpu"]) == (0.75, 0.9, 0.5)
    assert (found["wall_s"], found["wall_s_plain"]) == (3.0, 4.0)


def test_material_is_read_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.flac").write_bytes(b"")
    (tmp_path / "a.json").write_text(json.dumps([{"start": 0.0, "text": "Ja."}]), encoding="utf-8")
    (tmp_path / "names.txt").write_text("Bo\n\nAda\n", encoding="utf-8")
    found = bench.material(tmp_path)
    assert (found.text, found.names, found.decoys) == ("Ja.", ["Bo", "Ada"], [])


def test_missing_material_ends_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["bench", "captions", "--speech", str(tmp_path)])
    assert ended.value.code == 2
    complaint = capsys.readouterr().err.strip().splitlines()
    assert len(complaint) == 1
    assert "no recording with its sentences" in complaint[0]
