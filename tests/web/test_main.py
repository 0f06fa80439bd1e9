"""The command line says clearly what it wants, and one data folder has one product."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from web.__main__ import main, parser
from web.serve import DataInUse, lock_data

COMMANDS = (
    "serve",
    "site",
    "studio",
    "worker",
    "clock",
    "demo",
    "migrate",
    "doctor",
    "user",
    "ticket",
    "caption",
    "bench",
)


@pytest.fixture(autouse=True)
def _own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command sets it for its children; here it must not outlive the test."""
    monkeypatch.setenv("OFFICEHOURS_DATA", str(tmp_path))


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    listed = capsys.readouterr().out
    assert ended.value.code == 0
    assert [name for name in COMMANDS if f"    {name} " not in listed and f"    {name}\n" not in listed] == []


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["demo", "--host-media", "missing.mp4"], "missing.mp4: there is no such file"),
        (["demo", "--guest-media", __file__], "not a video"),
        (["demo", "--question-mail", "missing.eml"], "missing.eml: there is no such mail"),
    ],
)
def test_bad_arguments_end_with_one_line_and_status_2(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--once", "--data", str(tmp_path)])
    complaint = capsys.readouterr().err.strip().splitlines()
    assert ended.value.code == 2
    assert len(complaint) == 1
    assert line in complaint[0]


def test_a_first_run_without_terminal_says_which_variable_it_wants(tmp_path: Path) -> None:
    """In a process of its own: there `python -m web` is another module than `web.__main__`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OFFICEHOURS_")}
    command = [sys.executable, "-m", "web", "serve", "--port", "0", "--data", str(tmp_path)]
    done = subprocess.run(command, env=clean, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.strip().splitlines() == [
        "officehours: the first run needs OFFICEHOURS_OFFICE_NAME "
        "(Name of the office (for example: Stadt Lindenau, Bürgermeisterin))"
    ]


def test_a_database_that_is_away_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("OFFICEHOURS_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/x")
    with pytest.raises(SystemExit) as ended:
        main(["migrate", "--data", str(tmp_path)])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("officehours: the database does not answer: ")


@pytest.mark.parametrize("port", ["99999", "-1", "door"])
def test_a_number_that_is_no_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--port", port])
    assert ended.value.code == 2
    assert "invalid port_number value" in capsys.readouterr().err


def test_an_unknown_command_ends_with_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["dance"])
    assert ended.value.code == 2


def test_the_data_folder_may_stand_before_or_after_the_command() -> None:
    before = parser().parse_args(["--data", "x", "doctor"])
    after = parser().parse_args(["doctor", "--data", "x"])
    assert before.data == after.data == Path("x")


def test_a_second_serve_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with lock_data(tmp_path), pytest.raises(DataInUse, match="another `officehours serve` runs on"):
        lock_data(tmp_path)
    lock_data(tmp_path).close()
