"""A parent's process id, a niceness and a command come in; this process becomes the command, bound to its parent.

Run as `python -I -S launch.py PARENT NICENESS PROGRAM ARGUMENT…` by process.py. A launcher instead of `preexec_fn`,
because forking Python code out of a process with threads may deadlock (and warns since Python 3.12).
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, niceness: int, command: list[str]) -> None:
    """Ask the kernel for SIGKILL at the parent's death, give way to others, then exec."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            sys.exit(1)
    os.nice(niceness)
    os.execv(command[0], command)  # noqa: S606 - the launcher's purpose; a list, never a shell


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
