"""A machine's cores and memory come in; how many heavy steps it does at once goes out."""

import os
from pathlib import Path

STEP_BYTES = 1_500_000_000
"""What the largest heavy step takes at its peak: speech recognition with the packaged model."""
SPARE_BYTES = 1_000_000_000
"""For the site, a live room and the system."""
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def heavy_places(cores: int, memory_bytes: int) -> int:
    """One step for each core, as far as memory goes; always one, or nothing would ever be made."""
    return max(1, min(cores, (memory_bytes - SPARE_BYTES) // STEP_BYTES))


def memory() -> int:
    """Bytes of this machine, or of the container that we run in if that has less."""
    return min([os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), *map(_limit, LIMITS)])


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _limit(file: Path) -> int:
    """A control group's limit; as good as none where there is no such file or it says `max`."""
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 2**63
