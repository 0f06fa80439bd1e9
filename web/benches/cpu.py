"""Processes come in; the processor time that they and all they started have used goes out (Linux, proc(5))."""

import os
from collections.abc import Sequence
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def used_s(*roots: int) -> float:
    """Seconds of user and system time of these processes and their descendants, those that have ended included.

    The difference of two calls is what was used in between.
    """
    return sum(_of(_fields(pid)) for pid in family(*roots)) / TICKS_PER_S


def family(*roots: int) -> list[int]:
    """The processes and everything they started that is still running."""
    parents = {pid: int(fields[1]) for pid in _running() if (fields := _fields(pid))}
    found = [root for root in roots if root in parents]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid and child not in found]
    return found


def _running() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]


def _fields(pid: int) -> list[str]:
    """What stands behind the name in `stat`: the state is the first, the parent the second; nothing when it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _of(fields: Sequence[str]) -> int:
    return sum(map(int, fields[11:15])) if fields else 0
