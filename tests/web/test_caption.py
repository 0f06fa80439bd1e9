"""Any file is captioned from the command line; bad input ends with one line and status 2."""

import json
from pathlib import Path

import pytest

from ingest import steps
from tests.standins.scribe import Scribe
from transcode.speech import Word
from web import caption
from web.__main__ import main


def hears(file: Path) -> list[Word]:
    """The same in every file that can be read."""
    if file.name == "broken.mp4":
        raise steps.Permanent("broken.mp4 cannot be read:\nno moov")
    return [
        Word(word="Nach", start_s=0.0, end_s=0.5, probability=0.9),
        Word(word="Feldkirsch.", start_s=0.5, end_s=1.5, probability=0.3),
    ]


def test_four_files_are_written(tmp_path: Path) -> None:
    done = caption.captioned(Scribe(hears), tmp_path / "a.mp4", "de", ["Feldkirchen"])
    paths = caption.written(tmp_path / "a.de", done)
    assert [path.name for path in paths] == ["a.de.vtt", "a.de.srt", "a.de.words.json", "a.de.txt"]
    vtt, srt, words, text = (path.read_text(encoding="utf-8") for path in paths)
    assert vtt.startswith("WEBVTT\n")
    assert "Nach Feldkirchen." in vtt
    assert srt.startswith("1\n00:00:00,000 --> ")
    assert json.loads(words)[1]["heard"] == "Feldkirsch."
    assert text == "[0:00:00] Nach Feldkirchen.\n"


def test_error_of_the_recogniser_becomes_one_line(tmp_path: Path) -> None:
    with pytest.raises(caption.Refused, match=r"^broken.mp4 cannot be read: no moov$"):
        caption.captioned(Scribe(hears), tmp_path / "broken.mp4", "de", [])


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"file": "missing.mp4"}, "missing.mp4: there is no such file"),
        ({"--language": "Deutsch"}, "'Deutsch' is no language code"),
        ({"--names": "missing.txt"}, "missing.txt: No such file"),
        ({"--names": "sound.bin"}, "sound.bin: is no text in UTF-8"),
        ({"--out": "sound.bin"}, "sound.bin: File exists"),
        ({"file": "sound.bin"}, "sound.bin"),
    ],
)
def test_bad_input_ends_with_one_line_and_status_2(
    change: dict[str, str],
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OFFICEHOURS_DATA", str(tmp_path / "data"))
    (tmp_path / "sound.bin").write_bytes(b"\xff\xfe\xff no media")
    (tmp_path / "page.html").write_text("<html>", encoding="utf-8")
    arguments = {"file": "page.html", "--language": "de", "--out": "out"} | change
    given = [arguments.pop("file"), *(text for pair in arguments.items() for text in pair)]
    with pytest.raises(SystemExit) as ended:
        main(["caption", *given])
    complaint = capsys.readouterr().err.strip().splitlines()
    assert ended.value.code == 2
    assert len(complaint) == 1
    assert line in complaint[0]
