"""Real servers for a test: Redis, RabbitMQ, PostgreSQL and a store of objects, gone when the block is left.

    with redis() as broker_url, postgresql() as database_url, object_store() as environ: …

Each on a free port of loopback, or of another address of this machine. Nothing is kept: data lie in a temporary folder
and are not synced. A test is skipped, with the command that mends it, where a server is not installed. PostgreSQL
refuses to run as root and then runs as `postgres` or `nobody`.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import psycopg
import pytest
from kombu.connection import Connection
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway

LOOPBACK = "127.0.0.1"
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
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
def redis_server(address: str = LOOPBACK) -> Iterator[tuple[str, Server]]:
    """The same with the server, which forgets everything when it is killed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip(f"needs redis-server: {MENDED_BY}")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "--port", str(port), "--bind", address, "--save", "", "--appendonly", "no"]
        with _running([*command, "--protected-mode", "no", "--dir", folder], Path(folder) / "log") as server:
            client = Redis(host=address, port=port)
            _wait(lambda: _answers(client), "redis-server", Path(folder) / "log")
            client.close()
            yield f"redis://{address}:{port}/0", server


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
def postgresql_server(address: str = LOOPBACK) -> Iterator[tuple[str, Server]]:
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
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {address}/24 trust\n")
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", folder]
        command += ["-c", f"listen_addresses={address}", "-c", "fsync=off", "-c", "full_page_writes=off"]
        with _running(command, log, user) as server:
            _wait(lambda: _takes_connections(address, port), "postgres", log)
            yield f"postgresql+psycopg://postgres@{address}:{port}/postgres", server


def _takes_connections(address: str, port: int) -> bool:
    try:
        psycopg.connect(host=address, port=port, user="postgres", dbname="postgres", connect_timeout=2).close()
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


@contextmanager
def object_store(address: str = LOOPBACK) -> Iterator[dict[str, str]]:
    """Yield the environment of an installation whose archive lies in a bucket of S3 (moto), empty and in memory."""
    port = free_port(address)
    url = f"http://{address}:{port}"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with _running([sys.executable, "-m", "moto.server", "-H", address, "-p", str(port)], log):
            _wait(lambda: _has_bucket(url), "moto", log)
            yield {
                "OFFICEHOURS_ARCHIVE_URL": "s3://archive/lindenau",
                "AWS_ENDPOINT_URL": url,
                "AWS_REGION": "eu-central-1",
                "AWS_ACCESS_KEY_ID": "officehours",
                "AWS_SECRET_ACCESS_KEY": "stand-in",
            }


def _has_bucket(url: str) -> bool:
    where = (
        "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>"
    )
    try:
        with urlopen(Request(f"{url}/archive", where.encode(), method="PUT")) as answer:
            return bool(answer.status == 200)
    except URLError:
        return False


def has_rabbitmq() -> bool:
    """Whether it is installed; Debian's own command on the path changes the user, this one runs as whoever asks."""
    return RABBITMQ.exists()


@contextmanager
def rabbitmq() -> Iterator[str]:
    """Yield `amqp://guest:guest@127.0.0.1:PORT//` of an empty server."""
    if not has_rabbitmq():
        pytest.skip(f"needs rabbitmq-server: {MENDED_BY}")
    port, between = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        log, told = Path(folder) / "log", {"HOME": folder, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        told |= {"RABBITMQ_NODENAME": f"t{port}@localhost", "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK}
        told |= {"RABBITMQ_NODE_PORT": str(port), "RABBITMQ_DIST_PORT": str(between)}
        told |= {"RABBITMQ_MNESIA_BASE": f"{folder}/data", "RABBITMQ_LOG_BASE": folder, "RABBITMQ_LOGS": "-"}
        told |= {"RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins", "RABBITMQ_GENERATED_CONFIG_DIR": folder}
        alone = subprocess.run(["epmd", "-names"], capture_output=True).returncode != 0
        try:
            with _running(["env", "-i", *(f"{name}={value}" for name, value in told.items()), str(RABBITMQ)], log):
                url = f"amqp://guest:guest@{LOOPBACK}:{port}//"
                _wait(lambda: _takes_messages(url), "rabbitmq-server", log)
                yield url
        finally:
            if alone:  # Erlang's own directory of nodes stays behind whoever started it
                subprocess.run(["epmd", "-kill"], capture_output=True)


def _takes_messages(url: str) -> bool:
    try:
        with Connection(url, connect_timeout=2) as connection:
            connection.connect()
    except OSError:  # also what kombu makes of it
        return False
    return True


def free_port(address: str = LOOPBACK) -> int:
    """A port of the loopback address (or another of this machine) that nobody has at this moment."""
    with socket.socket() as box:
        box.bind((address, 0))
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
