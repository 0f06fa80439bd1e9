"""The command line says clearly what it wants, and one data folder has one product."""

from pathlib import Path

import pytest

from web.__main__ import main, parser
from web.serve import DataInUse, lock_data

COMMANDS = ("serve", "site", "studio", "worker", "clock", "demo", "migrate", "doctor", "user", "ticket", "bench")


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
