"""One supervisor: the data folder comes in, all processes of the product run until it is told to stop.

site, studio, two workers and the clock are child processes that die with it; one that ends is started again
with a growing pause. The front (one origin) runs in the supervisor itself. The data folder is locked, so that
a second `serve` on it is refused with a clear line.
"""

import asyncio
import ctypes
import fcntl
import logging
import os
import signal
import socket
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from web.front import Front

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
GRACE_S = 12.0
"""Seconds a child has to end by itself: a worker hands its steps back, the studio closes its rooms."""


class DataInUse(RuntimeError):
    """Another serve runs on this data folder."""


def die_with_parent() -> None:
    """Ask the kernel to end this process when the one that started it ends (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port() -> int:
    """A port on loopback that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Child:
    """A process of the product: its name and the arguments of `officehours` that start it."""

    name: str
    arguments: tuple[str, ...]


def children_for(site_port: int, studio_port: int) -> list[Child]:
    """All processes besides the front."""
    return [
        Child("studio", ("studio", "--port", str(studio_port))),
        Child("site", ("site", "--port", str(site_port))),
        Child("light", ("worker", "light")),
        Child("heavy", ("worker", "heavy")),
        Child("clock", ("clock",)),
    ]


class Supervisor:
    """Starts, watches and stops everything for one data folder."""

    def __init__(
        self,
        data: Path,
        environ: Mapping[str, str],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.data = data
        self.host, self.port = host, port
        self.site_port, self.studio_port = free_port(), free_port()
        self.front = Front(site=self.site_port, studio=self.studio_port, tls=tls)
        self.environ = dict(environ) | {
            "OFFICEHOURS_DATA": str(data),
            "OFFICEHOURS_STUDIO_PORT": str(self.studio_port),
        }
        self.processes: dict[str, asyncio.subprocess.Process] = {}
        self._watchers: list[asyncio.Task[None]] = []
        self._lock: IO[str] | None = None

    async def start(self) -> int:
        """Lock the folder, open the door, start everything; returns the public port. Raises DataInUse, OSError."""
        self._lock = lock_data(self.data)
        self.port = await self.front.start(self.host, self.port)
        for child in children_for(self.site_port, self.studio_port):
            self._watchers.append(asyncio.create_task(self._watch(child), name=child.name))
        return self.port

    async def _watch(self, child: Child) -> None:
        """Keep one child running; a crash within its first minute doubles the pause before the next start."""
        pause = 0.2
        while True:
            process = await self._spawn(child)
            begun = asyncio.get_running_loop().time()
            status = await process.wait()
            lived = asyncio.get_running_loop().time() - begun
            pause = 0.2 if lived > 60 else min(pause * 2, 10.0)
            log.warning("%s ended with status %s after %.0f s; again in %.1f s", child.name, status, lived, pause)
            await asyncio.sleep(pause)

    async def _spawn(self, child: Child) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "web",
            *child.arguments,
            env=self.environ,
            stdin=asyncio.subprocess.DEVNULL,
            # Where the kernel schedules by session its niceness counts for nothing beside a room that has its own.
            start_new_session=child.name == "heavy",
        )
        self.processes[child.name] = process
        return process

    async def stop(self) -> None:
        """Stop everything: the workers first, the studio last, so that a recording can still be handed on."""
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        order = ["clock", "heavy", "light", "site", "studio"]
        await asyncio.gather(*(self._end(self.processes[name]) for name in order if name in self.processes))
        await self.front.stop()
        if self._lock is not None:
            self._lock.close()

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), GRACE_S)
        except TimeoutError:
            log.warning("process %s did not end in %s s and is killed", process.pid, GRACE_S)
            process.kill()
            await process.wait()


def lock_data(data: Path) -> IO[str]:
    """Hold the data folder for this process; the lock goes when the file is closed. Raises DataInUse."""
    data.mkdir(parents=True, exist_ok=True)
    file = (data / "serve.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise DataInUse(f"another `officehours serve` runs on {data}") from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


async def run_until_stopped(supervisor: Supervisor) -> None:
    """Wait for Ctrl-C or SIGTERM, then stop everything."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    try:
        await stopped.wait()
    finally:
        await supervisor.stop()
