"""The runner follows, stops and judges child processes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import steps
from transcode import process


def number(line: str) -> float | None:
    return float(line) if line.strip().isdigit() else None


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


def alive(pid: int) -> bool:
    """True while a process runs; one that waits to be collected counts as gone."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int) -> None:
    """The kernel has sent SIGKILL already; dying takes it a moment, ten seconds would be a fault."""
    deadline = time.monotonic() + 10
    while alive(pid):
        assert time.monotonic() < deadline, f"process {pid} lives on"
        time.sleep(0.005)


def leaping(step_s: float) -> Callable[[], float]:
    """A clock on which `step_s` pass between two looks."""
    times = iter(range(10**9))
    return lambda: next(times) * step_s


def test_run_reports_the_position_that_lines_tell() -> None:
    told: list[float] = []
    process.run(python("print('hello'); print(1); print(7)"), read=number, report=told.append, clock=leaping(1))
    assert told[-1] == 7


def test_failure_carries_the_last_words() -> None:
    with pytest.raises(process.Failed, match="status 4: no such codec") as caught:
        process.run(python("import sys; sys.stderr.write('no such codec'); sys.exit(4)"), read=number)
    assert isinstance(caught.value, steps.Permanent)


def test_death_by_a_foreign_signal_is_worth_another_try() -> None:
    with pytest.raises(process.Crashed, match="SIGKILL") as caught:
        process.run(python("import os; os.kill(os.getpid(), 9)"), read=number)
    assert isinstance(caught.value, steps.Transient)


def test_full_disk_is_a_lack_of_resources() -> None:
    with pytest.raises(steps.Resource, match="disk full"):
        process.run(python("import sys; sys.exit('x.mp4: No space left on device')"), read=number)


def test_flood_of_errors_neither_blocks_nor_is_kept() -> None:
    flood = "import sys; [sys.stderr.write('x' * 999 + '\\n') for _ in range(5000)]; sys.stderr.write('the end')"
    assert process.run(python(flood), read=number).endswith("the end")


def test_child_without_progress_is_stalled_and_gone() -> None:
    pids: list[int] = []

    def read(line: str) -> float | None:
        pids.append(int(line))
        return 1.0

    code = (
        "import os, time; print(os.getpid(), flush=True)\nwhile True: print(os.getpid(), flush=True); time.sleep(0.01)"
    )
    with pytest.raises(process.Stalled, match="no progress for 50 s") as caught:
        process.run(python(code), read=read, stall_s=50, clock=leaping(5))
    assert isinstance(caught.value, steps.Transient)
    assert not alive(pids[0])


def test_child_that_goes_on_is_not_stalled() -> None:
    process.run(python("for n in range(1, 60): print(n, flush=True)"), read=number, stall_s=50, clock=leaping(1))


def test_cancelling_ends_the_whole_group_even_when_it_ignores_signals() -> None:
    pids: list[int] = []
    deaf = "import signal, time; [signal.signal(s, signal.SIG_IGN) for s in (2, 15)]\n"
    deaf += "print(1, flush=True); time.sleep(600)"
    parent = f"import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', {deaf!r}], stdout=-1)\n"
    parent += "child.stdout.readline(); print(child.pid, flush=True); time.sleep(600)"

    def read(line: str) -> float | None:
        pids.append(int(line))
        raise steps.Stopped("the lease is lost")

    # The grandchild is deaf and keeps the group alive; the child goes at SIGINT.
    with pytest.raises(steps.Stopped):
        process.run(python(parent), read=read, grace_s=0.2)
    wait_until_gone(pids[0])


def test_child_dies_with_its_parent() -> None:
    code = "import sys; from transcode import process\n"
    code += "process.run([sys.executable, '-c', 'import os, time; print(os.getpid(), flush=True); time.sleep(600)'], "
    code += "read=lambda line: print(line, flush=True))"
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until_gone(child)


def test_niceness_holds() -> None:
    told: list[float] = []
    code = "import os; print(os.nice(0))"
    process.run(python(code), read=number, report=told.append, clock=leaping(1), niceness=11)
    assert told[-1] == 11 + os.nice(0)


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="this kernel does not schedule by session")
def test_niceness_holds_where_the_kernel_schedules_by_session() -> None:
    told: list[float] = []
    code = "print(open('/proc/self/autogroup').read().split()[-1])"
    process.run(python(code), read=number, report=told.append, clock=leaping(1), niceness=11)
    assert told[-1] == 11 + os.nice(0)


def states_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]


COUNTS = (
    "import os, time; print(os.getpid(), flush=True)\nfor n in range(10**6): print(n, flush=True); time.sleep(0.001)"
)


def test_child_that_has_to_rest_stands_still_and_is_not_stalled() -> None:
    pids: list[int] = []
    seen: list[str] = []

    def read(line: str) -> float | None:
        if not pids:
            pids.append(int(line))
        return float(line)

    def rests() -> bool:
        if pids:
            seen.append(states_of(pids[0]))
        if len(seen) > 18:
            raise steps.Stopped("enough was seen")
        return 4 < len(seen) <= 14

    with pytest.raises(steps.Stopped):
        process.run(python(COUNTS), read=read, rests=rests, stall_s=25, clock=leaping(4), grace_s=0.2)
    assert seen[6:14] == ["T"] * 8
    assert "T" not in seen[:4]
    assert seen[-1] != "T"


def test_child_that_rests_is_ended_like_any_other() -> None:
    pids: list[int] = []

    def read(line: str) -> float | None:
        pids.append(int(line))
        return float(line)

    def report(position: float) -> None:
        if pids and states_of(pids[0]) == "T":
            raise steps.Stopped("the lease is lost")

    with pytest.raises(steps.Stopped):
        process.run(python(COUNTS), read=read, report=report, rests=lambda: bool(pids), clock=leaping(1), grace_s=0.2)
    assert not alive(pids[0])


def test_interrupt_comes_before_anything_stronger() -> None:
    said: list[str] = []
    code = "import signal, sys, time; signal.signal(2, lambda *a: (sys.stderr.write('tidied up'), sys.exit(0)))\n"
    code += "print(1, flush=True); time.sleep(600)"

    def read(line: str) -> float | None:
        said.append(line)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        process.run(python(code), read=read, grace_s=5)
    assert said == ["1"]
