"""`web/benches/latency.py` where it cannot run; where it can, `tests/journeys/test_latency.py` does."""

import shutil

import pytest

from web.__main__ import main


def test_without_chromium_one_line_says_what_mends_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SystemExit) as ended:
        main(["bench", "latency", "--json"])
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "needs Chromium: `make test-tools`" in said.err
