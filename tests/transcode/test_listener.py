"""The child stays alive between two requests, and no request outlives its end."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ingest import steps
from transcode import process
from transcode.listener import Listeners

ECHO = """
import os, sys
for line in sys.stdin:
    print("asked by", line.strip(), "as", os.getpid(), flush=True)
    print("done", flush=True)
"""


@dataclass
class Listened:
    """What one request was answered."""

    lines: list[str] = field(default_factory=list)

    def read(self, line: str) -> float:
        self.lines.append(line)
        return float(len(self.lines))

    @property
    def pid(self) -> int:
        return int(self.lines[0].split()[-1])


@pytest.fixture
def listeners() -> Iterator[Listeners]:
    found = Listeners()
    yield found
    found.close()


def ask(
    listeners: Listeners, code: str = ECHO, *, report: Callable[[float], None] = lambda at: None, stall_s: float = 10.0
) -> Listened:
    heard = Listened()
    given: dict[str, Any] = {"pieces": []}
    listeners.ask(
        [sys.executable, "-I", "-S", "-c", code], 0, given,
        read=heard.read, over=lambda: heard.lines[-1:] == ["done"], report=report, stall_s=stall_s,
    )  # fmt: skip
    return heard


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_the_second_request_finds_the_first_ones_child(listeners: Listeners) -> None:
    first, second = ask(listeners), ask(listeners)
    assert first.pid == second.pid
    listeners.close()
    assert not alive(first.pid)


def test_a_child_that_has_ended_meanwhile_is_replaced(listeners: Listeners) -> None:
    first = ask(listeners)
    os.kill(first.pid, 9)
    assert ask(listeners).pid != first.pid


def test_who_stops_a_request_ends_its_child(listeners: Listeners) -> None:
    first = ask(listeners)

    def stop(at: float) -> None:
        raise steps.Stopped

    with pytest.raises(steps.Stopped):
        ask(listeners, report=stop)
    assert not alive(first.pid)
    assert ask(listeners).pid != first.pid


def test_a_child_that_hangs_is_ended(listeners: Listeners) -> None:
    with pytest.raises(process.Stalled):
        ask(listeners, "import time; time.sleep(60)", stall_s=0.3)


def test_a_child_that_dies_at_its_work_is_worth_another_try(listeners: Listeners) -> None:
    with pytest.raises(process.Crashed):
        ask(listeners, "import os, sys; sys.stdin.readline(); os.kill(os.getpid(), 9)")


def test_two_at_once_have_two_children_and_one_is_kept(listeners: Listeners) -> None:
    inner: list[Listened] = []

    def meanwhile(at: float) -> None:
        if not inner:
            inner.append(ask(listeners))

    outer = ask(listeners, report=meanwhile)
    assert outer.pid != inner[0].pid
    assert [alive(each.pid) for each in (outer, inner[0])] == [True, False]
