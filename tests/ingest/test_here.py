"""Whether a live room runs on this machine."""

import subprocess
import sys
from pathlib import Path

from ingest import here


def test_any_room_counts_and_the_last_one_that_goes_leaves_nobody(tmp_path: Path) -> None:
    assert not here.is_live(tmp_path)
    with here.live(tmp_path):
        with here.live(tmp_path):
            assert here.is_live(tmp_path)
        assert here.is_live(tmp_path)
    assert not here.is_live(tmp_path)


def test_nothing_is_left_of_a_room_that_was_killed(tmp_path: Path) -> None:
    code = "import sys, pathlib\nfrom ingest import here\n"
    code += "with here.live(pathlib.Path(sys.argv[1])): print(1, flush=True); sys.stdin.read()"
    room = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with room:
        assert room.stdout is not None
        assert room.stdout.readline() == b"1\n"
        assert here.is_live(tmp_path)
        room.kill()
        room.wait()
    assert not here.is_live(tmp_path)
