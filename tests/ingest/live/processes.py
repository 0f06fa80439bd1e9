"""A process comes in, what it holds goes out: memory, threads, sockets (Linux, proc(5))."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Held:
    """What a process holds at a moment."""

    memory_mb: float
    threads: int
    sockets: int


def held(pid: int | str = "self") -> Held:
    """Look at a process; our own by default."""
    process = Path("/proc") / str(pid)
    values = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    targets = [_target(each) for each in (process / "fd").iterdir()]
    sockets = sum(target.startswith("socket:") for target in targets)
    return Held(int(values["VmRSS"].split()[0]) / 1024, int(values["Threads"]), sockets)


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:
        return ""  # closed since the folder was read
