"""Real servers for a test: Redis and PostgreSQL on a free port of this machine, gone when the block is left.

    with redis() as broker_url, postgresql() as database_url: …

Nothing is kept: data lie in a temporary folder and are not synced. A test is skipped, with the command that mends
it, where a server is not installed. PostgreSQL refuses to run as root and then runs as `postgres` or `nobody`.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway

MENDED_BY = "`make test-tools` installs it"
# Ten times what PostgreSQL takes on a busy machine of two cores.
STARTED_WITHIN_S = 30.0
STOPPED_WITHIN_S = 10.0


class Server:
    """A running server that can be killed as the kernel does, and started again on what it had on the disk."""

    def __init__(self, command: Sequence[str], log: Path, user: int | None = None) -> None:
        # A server must not outlive a test run that is killed.
        guard = [setpriv, "--pdeathsig", "KILL", "--"] if (setpriv := shutil.which("setpriv")) else []
        self._command, self._log, self._user = [*guard, *command], log, user
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as output:
            return subprocess.Popen(
                self._command, stdout=output, stderr=output, user=self._user, cwd=self._log.parent,
                start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """The server and all its children, at once."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def again(self) -> None:
        """Start it anew, on the same port."""
        self._process = self._start()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()


@contextmanager
def redis() -> Iterator[str]:
    """Yield `redis://127.0.0.1:PORT/0` of an empty server."""
    with redis_server() as (url, _):
        yield url


@contextmanager
def redis_server() -> Iterator[tuple[str, Server]]:
    """The same with the server, which forgets everything when it is killed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip(f"needs redis-server: {MENDED_BY}")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with _running([*command, "--dir", folder], Path(folder) / "log") as server:
            client = Redis(port=port)
            _wait(lambda: _answers(client), "redis-server", Path(folder) / "log")
            client.close()
            yield f"redis://127.0.0.1:{port}/0", server


def _answers(client: "Redis") -> bool:
    try:
        return bool(client.ping())
    except RedisAway:
        return False


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield `postgresql+psycopg://postgres@127.0.0.1:PORT/postgres` of an empty server, in UTF-8."""
    with postgresql_server() as (url, _):
        yield url


@contextmanager
def postgresql_server() -> Iterator[tuple[str, Server]]:
    """The same with the server, which mends itself when it is started after a kill."""
    programs = postgresql_programs()
    if programs is None:
        pytest.skip(f"needs postgresql: {MENDED_BY}")
    user = None if os.geteuid() else _someone_else()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        if user is not None:
            os.chown(folder, user, -1)
        data, log = Path(folder) / "data", Path(folder) / "log"
        first = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run(
            [*first, "--locale=C.UTF-8", "--no-sync"], check=True, capture_output=True, user=user, cwd=folder
        )
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", folder]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off"]
        with _running(command, log, user) as server:
            _wait(lambda: _takes_connections(port), "postgres", log)
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres", server


def _takes_connections(port: int) -> bool:
    try:
        psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def postgresql_programs() -> Path | None:
    """The folder of `initdb` and `postgres`, which Debian does not put on the path; the newest version's."""
    found = shutil.which("initdb")
    if found is not None and (Path(found).parent / "postgres").exists():
        return Path(found).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in versions), key=lambda path: float(path.parent.name), default=None)


def _someone_else() -> int:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is no user postgres or nobody")


def free_port() -> int:
    """A port of the loopback address that nobody has at this moment."""
    with socket.socket() as box:
        box.bind(("127.0.0.1", 0))
        return int(box.getsockname()[1])


@contextmanager
def _running(command: Sequence[str], log: Path, user: int | None = None) -> Iterator[Server]:
    server = Server(command, log, user)
    try:
        yield server
    finally:
        server.stop()


def _wait(ready: Callable[[], bool], name: str, log: Path) -> None:
    until = time.monotonic() + STARTED_WITHIN_S
    while not ready():
        if time.monotonic() > until:
            raise TimeoutError(f"{name} did not start within {STARTED_WITHIN_S} s:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)
