"""The live bench counts as its docstring says, and says in one line what it lacks."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import ingest.settings
from web.__main__ import main
from web.benches import clips, cpu, live, programs, replay, rivals, room
from web.benches.live import Shares
from web.mendable import Mendable


def test_figures_are_the_medians_of_each_rounds_ratios() -> None:
    rounds = [
        Shares(room=0.3, small=0.2, ffmpeg=0.3, browser=0.6),
        Shares(room=0.6, small=0.3, ffmpeg=0.5, browser=0.6),
        Shares(room=0.4, small=0.2, ffmpeg=0.5, browser=0.5),
    ]
    assert live.figures(rounds) == {
        "ratio_ffmpeg": 1.0,
        "ratio_browser": 0.8,
        "ratio_browser_360p": 0.4,
        "room_core_percent": 40.0,
        "room_360p_core_percent": 20.0,
        "ffmpeg_core_percent": 50.0,
        "browser_core_percent": 60.0,
    }


def test_late_ticks_are_those_since_the_beginning() -> None:
    assert room.Ticks(made=1100, late=3).late_percent(room.Ticks(made=100, late=2)) == 0.1


def test_missing_faces_end_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["bench", "live", "--media", str(tmp_path)])
    assert ended.value.code == 2
    assert capsys.readouterr().err.strip().splitlines() == [
        f"officehours: {tmp_path}: {clips.FACES[0]}.mjpeg is not there: give --media FOLDER with "
        f"{', '.join(clips.FACES)} (.mjpeg, .wav)"
    ]


def test_missing_programs_are_named_together(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Mendable) as refused:
        programs.programs()
    assert str(refused.value) == "the bench needs chromium and xvfb: apt-get install chromium xvfb"


def test_processor_time_of_a_family_counts_those_that_ended() -> None:
    spin = "import time; end = time.process_time() + 0.2\nwhile time.process_time() < end: pass"
    child = (
        f"import subprocess, sys, time; subprocess.run([sys.executable, '-c', {spin!r}]); print(flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert cpu.family(os.getpid())[:1] == [os.getpid()]
        assert process.pid in cpu.family(os.getpid())
        assert 0.15 < cpu.used_s(process.pid) < 1.0
        process.communicate(b"\n")
    assert cpu.used_s(process.pid) == 0.0


def test_both_rivals_encode_as_the_room_does(tmp_path: Path) -> None:
    settings = ingest.settings.Settings()
    four = rivals.side_by_side([Path(f"{name}.mkv") for name in "abcd"], tmp_path, settings)
    screen = rivals.grabbed(":7", tmp_path, settings)
    for command in (four, screen):
        asked = {name: command[command.index(name) + 1] for name in ("-vcodec", "-preset", "-tune", "-b:v", "-g")}
        assert asked == {
            "-vcodec": "libx264",
            "-preset": "superfast",
            "-tune": "zerolatency",
            "-b:v": "2500000",
            "-g": "60",
        }
    assert four.count("-re") == 4
    assert " ".join(four).count("scale=586:328:flags=area") == 4


async def test_packets_are_sent_again_and_again_at_their_pace() -> None:
    start = time.monotonic() - 10.0  # all of these are overdue, so nothing is waited for
    sent = replay.Replay("video", [b"one", b"two"], clips.PICTURE_TIME, start)
    packets = [await sent.recv() for _ in range(3)]
    assert [(bytes(each), each.pts, each.time_base) for each in packets] == [
        (b"one", 0, clips.PICTURE_TIME),
        (b"two", 1, clips.PICTURE_TIME),
        (b"one", 2, clips.PICTURE_TIME),
    ]


def test_what_fails_to_start_is_tried_once_more(capsys: pytest.CaptureFixture[str]) -> None:
    shares: Iterator[Exception | float] = iter([programs.BenchFailed("the room did not open"), 0.25])

    def work() -> float:
        found = next(shares)
        if isinstance(found, Exception):
            raise found
        return found

    assert live.measured("room", work) == 0.25
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "room: the room did not open; once more"
    assert said[1].startswith("room: 25.0 % of a core")


def test_a_program_that_ends_before_its_word_is_named(tmp_path: Path) -> None:
    with programs.running([sys.executable, "-c", "print('not yet')"], talks=True) as process:
        with pytest.raises(programs.BenchFailed, match="ended before it was connected"):
            programs.heard(process, "connected")
