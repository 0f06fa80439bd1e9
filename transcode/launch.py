"""A parent's process id, a niceness and a command come in; this process becomes the command, bound to its parent.

Run as `python -I -S launch.py PARENT NICENESS PROGRAM ARGUMENT…` by process.py. A launcher instead of `preexec_fn`,
because forking Python code out of a process with threads may deadlock (and warns since Python 3.12).
"""

import ctypes
import os
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
AUTOGROUP = "/proc/self/autogroup"
TRIES, AGAIN_S = 5, 0.11
"""The kernel takes such a wish each 0.1 s, from whomever, and refuses others meanwhile."""


def main(parent: int, niceness: int, command: list[str]) -> None:
    """Ask the kernel for SIGKILL at the parent's death, give way to others, then exec."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            sys.exit(1)
    lowered = os.nice(niceness)
    if niceness:
        give_way(lowered)
    os.execv(command[0], command)  # noqa: S606 - the launcher's purpose; a list, never a shell


def give_way(niceness: int) -> None:
    """Let all of our session be as nice as this process.

    Where the kernel schedules by session (sched(7), autogroup), niceness counts among the processes of one session
    only: at the lowest priority we would have as much of a core as a live room, which is a session of its own.
    """
    if os.getsid(0) != os.getpid():
        return  # others are in it
    for _ in range(TRIES):
        try:
            with open(AUTOGROUP, "w", encoding="ascii") as file:  # noqa: PTH123 - the start shall cost nothing
                file.write(str(niceness))
            return
        except BlockingIOError:
            time.sleep(AGAIN_S)
        except OSError:  # another kernel, or one that does not
            return


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
