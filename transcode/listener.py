"""Requests come in, what a child process that listens says goes out. The child stays alive between two requests.

Loading a speech model takes seconds and half a gigabyte, so whoever has just listened waits for more, and ends by
itself after `IDLE_S`. It dies with its parent, and is ended when a request is stopped, stalls or fails: the next one
begins with a new child. Two requests at once have two children, of which one is kept.
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ingest import steps
from transcode import process
from transcode.process import Child
from transcode.spare import never

IDLE_S = 120.0
GRACE_S = 2.0


class Listeners:
    """The children of one process with the same command and niceness."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, ...], Child] = {}
        self._lock = threading.Lock()

    def ask(
        self,
        command: Sequence[str],
        niceness: int,
        request: Mapping[str, Any],
        *,
        read: Callable[[str], float | None],
        over: Callable[[], bool],
        report: Callable[[float], None],
        stall_s: float,
        rests: Callable[[], bool] = never,
    ) -> None:
        """Have a request done; `over` says when. Raises what `process.run` raises."""
        name, line = (*command, str(niceness)), json.dumps(request)
        with self._lock:
            child = self._idle.pop(name, None)
        if child is None or not self._done(child, line, read, over, report, stall_s, rests, waited=True):
            child = Child(command, niceness, asked=True)
            self._done(child, line, read, over, report, stall_s, rests)
        self._keep(name, child)

    def _done(
        self,
        child: Child,
        line: str,
        read: Callable[[str], float | None],
        over: Callable[[], bool],
        report: Callable[[float], None],
        stall_s: float,
        rests: Callable[[], bool],
        *,
        waited: bool = False,
    ) -> bool:
        """Have it done by this child; False when it `waited` and had ended meanwhile."""
        try:
            child.ask(line)  # when it has ended already, whoever follows it learns why
            process.follow(child, read, report, stall_s, over=over, rests=rests)
            child.rest(False)
            if over():
                return True
            if waited and not child.tail:
                child.stop(GRACE_S)
                child.close()
                return False
            process.judge(child, child.wait(stall_s))
            raise steps.Transient(f"{child.name} ended without saying that it was done: {child.last_lines()}")
        except BaseException:
            child.stop(GRACE_S)
            child.close()
            raise

    def close(self) -> None:
        """End the children that wait."""
        with self._lock:
            idle, self._idle = list(self._idle.values()), {}
        for child in idle:
            child.stop(GRACE_S)
            child.close()

    def _keep(self, name: tuple[str, ...], child: Child) -> None:
        with self._lock:
            before, self._idle[name] = self._idle.get(name), child
        if before is not None:
            before.stop(GRACE_S)
            before.close()
