"""Command lines come in; programs that run for a while, what they say and what they use go out."""

import contextlib
import select
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from web.benches import browser
from web.benches.cpu import used_s
from web.mendable import Mendable

SETTLE_S = 3.5  # decoders, buffers and rate control have found their pace
ROOT = Path(__file__).resolve().parents[2]
HEARD_S = 40.0  # how long a browser, or a dozen people, may take to connect on a busy machine


class BenchFailed(Exception):
    """Something that should be measured did not run; the text says what."""


def programs() -> dict[str, str]:
    """Where Chromium and Xvfb are. Raises Mendable when one is missing."""
    found = {"chromium": browser.found(), "xvfb": shutil.which("Xvfb")}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise Mendable(f"the bench needs {' and '.join(missing)}: apt-get install {' '.join(missing)}")
    return {name: path for name, path in found.items() if path is not None}


def share(pids: Sequence[int], length_s: float) -> float:
    """How much of a core these processes and their descendants use, from after they settled on. Raises BenchFailed."""
    time.sleep(SETTLE_S)
    began, before = time.monotonic(), used_s(*pids)
    time.sleep(length_s)
    used, took = used_s(*pids) - before, time.monotonic() - began
    for pid in pids:
        if not _alive(pid):
            raise BenchFailed("a process that is measured has ended before its time")
    return used / took


def _alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return False


@contextmanager
def running(
    command: Sequence[str],
    *,
    talks: bool = False,
    pass_fds: tuple[int, ...] = (),
    environ: Mapping[str, str] | None = None,
) -> Iterator["subprocess.Popen[bytes]"]:
    """A program, ended with the block. `talks`: we hear what it prints, and it may end when its stdin does."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
        stdout=subprocess.PIPE if talks else subprocess.DEVNULL,
        stderr=None if talks else subprocess.DEVNULL,
        env=environ,
        pass_fds=pass_fds,
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to end, and see to it after five seconds."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def heard(process: "subprocess.Popen[bytes]", word: str) -> None:
    """Wait until a program that talks has said it. Raises BenchFailed."""
    assert process.stdout is not None
    until = time.monotonic() + HEARD_S
    while (left := until - time.monotonic()) > 0:
        if select.select([process.stdout], [], [], left)[0]:
            line = process.stdout.readline()
            if line.decode().strip() == word:
                return
            if not line:
                raise BenchFailed(f"a program has ended before it was {word}")
    raise BenchFailed(f"a program was not {word} within {HEARD_S:.0f} s")
