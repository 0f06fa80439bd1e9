"""An argument list comes in; the finished child's last words go out. The one runner for child processes.

The child gets its own process group, no standard input, a niceness, and dies with its parent (launch.py).
Its standard output is read line by line by `read`, which says how far the child has come: no change for `stall_s`
means it hangs. Its standard error is drained and the last part kept, so that a full pipe can never block it.
`report` is called about once a second with the last position; an exception from it cancels: SIGINT, SIGTERM, SIGKILL.
`rests` is asked as often: while it says so the whole group stands still (SIGSTOP), which is no stall.

    steps.Transient   Stalled; Crashed (ended by a signal, e.g. no memory): worth trying again
    disk.NoRoom       NoSpace: parked until somebody makes room
    steps.Permanent   Failed: the same again would fail again
"""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from ingest import steps
from ingest.disk import NoRoom
from transcode.spare import never

LAUNCHER = str(Path(__file__).with_name("launch.py"))
TAIL_BYTES = 16_384
TOLD_LINES = 40  # a measuring filter sums up in twenty
POLL_S = 0.2  # how long a cancellation or a stall may go unnoticed; short beside the 10 s between signs of life


class Stalled(steps.Transient):
    """The child made no progress for too long and was killed."""


class Crashed(steps.Transient):
    """The child was ended by a signal that we did not send."""


class NoSpace(NoRoom):
    """The child could not write: the disk is full."""


class Failed(steps.Permanent):
    """The child ended with an error of its own."""


class Child:
    """One running child process and what it said last."""

    def __init__(self, argv: Sequence[str], niceness: int, *, asked: bool = False) -> None:
        """`asked`: it is told what to do line by line on its standard input, which `ask` writes to."""
        self.name = Path(argv[0]).name
        launcher = [sys.executable, "-I", "-S", LAUNCHER, str(os.getpid()), str(niceness)]
        self._popen = subprocess.Popen(
            [*launcher, *argv],
            stdin=subprocess.PIPE if asked else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.pid = self._popen.pid
        self.tail = b""
        self._half_line = b""
        self._rests = False

    def ask(self, line: str) -> bool:
        """Tell it a line; False when it has ended."""
        assert self._popen.stdin is not None
        try:
            self._popen.stdin.write(line.encode() + b"\n")
            self._popen.stdin.flush()
        except BrokenPipeError:
            return False
        return self._popen.poll() is None

    def open_pipes(self) -> "selectors.DefaultSelector":
        """A selector over both outputs; the key's data says which."""
        selector = selectors.DefaultSelector()
        for pipe, name in ((self._popen.stdout, "out"), (self._popen.stderr, "err")):
            assert pipe is not None
            selector.register(pipe, selectors.EVENT_READ, name)
        return selector

    def lines(self, chunk: bytes) -> list[str]:
        """The whole lines that are there after `chunk`; the rest is kept for the next."""
        *whole, self._half_line = (self._half_line + chunk).split(b"\n")
        return [line.decode("utf-8", "replace") for line in whole]

    def keep(self, chunk: bytes) -> None:
        self.tail = (self.tail + chunk)[-TAIL_BYTES:]

    def last_lines(self, count: int = 8) -> str:
        """The end of standard error, for people."""
        return "\n".join(self.tail.decode("utf-8", "replace").strip().splitlines()[-count:])

    def wait(self, patience_s: float) -> int:
        """The exit status of a child that has closed its outputs. Raises Stalled."""
        try:
            return self._popen.wait(patience_s)
        except subprocess.TimeoutExpired as error:
            raise Stalled(f"{self.name} said nothing more and did not end for {patience_s:g} s") from error

    def rest(self, rests: bool) -> bool:
        """Let the whole group stand still, or go on; says which it is."""
        if rests != self._rests:
            self._rests = rests
            self._signal(signal.SIGSTOP if rests else signal.SIGCONT)
        return rests

    def stop(self, grace_s: float) -> None:
        """End the whole group, each signal stronger than the last; returns when the child is gone."""
        self.rest(False)  # who stands still hears nothing but SIGKILL
        for each in (signal.SIGINT, signal.SIGTERM):
            self._signal(each)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(grace_s)
                break
        self._signal(signal.SIGKILL)  # also for what the child started and left behind
        self._popen.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def close(self) -> None:
        for pipe in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def run(
    argv: Sequence[str],
    *,
    read: Callable[[str], float | None],
    report: Callable[[float], None] = lambda position: None,
    rests: Callable[[], bool] = never,
    stall_s: float = 60.0,
    niceness: int = 10,
    grace_s: float = 2.0,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """Run `argv` (argv[0] an absolute path) to its end and return the last lines of its standard error.

    `read(line)` gives the position reached (any unit) or None when the line says nothing about it.
    Raises Stalled, Crashed, NoSpace, Failed, and whatever `read` or `report` raise, after the child is gone.
    """
    child = Child(argv, niceness)
    try:
        follow(child, read, report, stall_s, rests=rests, clock=clock)
        status = child.wait(stall_s)
    except BaseException:
        child.stop(grace_s)
        raise
    finally:
        child.close()
    judge(child, status)
    return child.last_lines(TOLD_LINES)


def follow(
    child: Child,
    read: Callable[[str], float | None],
    report: Callable[[float], None],
    stall_s: float,
    *,
    over: Callable[[], bool] = lambda: False,
    rests: Callable[[], bool] = never,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Read what the child says until it is `over`, or until it has closed its outputs. See `run` for the rest."""
    position, moved_at, told_at = 0.0, clock(), float("-inf")
    with child.open_pipes() as selector:
        while selector.get_map() and not over():
            for line in _next_lines(child, selector):
                new = read(line)
                if new is not None and new != position:
                    position, moved_at = new, clock()
            if clock() - told_at >= 1.0:
                told_at = clock()
                report(position)
                if child.rest(rests()):
                    moved_at = clock()
            if clock() - moved_at > stall_s:
                raise Stalled(
                    f"{child.name} made no progress for {stall_s:g} s (at {position:g}): {child.last_lines()}"
                )


def _next_lines(child: Child, selector: selectors.DefaultSelector) -> list[str]:
    """Wait a moment for either pipe; give the new lines of standard output, keep those of standard error."""
    lines: list[str] = []
    for key, _ in selector.select(POLL_S):
        pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]
        chunk = os.read(pipe.fileno(), 65_536)
        if not chunk:
            selector.unregister(pipe)
        elif key.data == "out":
            lines += child.lines(chunk)
        else:
            child.keep(chunk)
    return lines


def judge(child: Child, status: int) -> None:
    """Nothing for success, else the error that says whose turn it is."""
    if status == 0:
        return
    said = child.last_lines()
    if any(full in child.last_lines(TOLD_LINES) for full in ("No space left on device", "Disk quota exceeded")):
        raise NoSpace(f"{child.name} found the disk full: {said}")
    if status < 0:
        raise Crashed(f"{child.name} was ended by {signal.Signals(-status).name}: {said}")
    raise Failed(f"{child.name} failed with status {status}: {said}")
