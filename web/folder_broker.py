"""Messages go into a folder and come out once, whole: kombu's filesystem transport with its races closed.

kombu opens a message's file under its final name before it writes it, and so a worker may take an empty one and end
(seen in one of three demos under load); the tables of exchanges have the same gap, and files are ordered by a clock
that starts anew at a reboot. Here everything is written beside and renamed, taken by renaming, ordered by wall time.
"""

import fcntl
import logging
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """One connection's view of the folder."""

    def _put(self, queue: str, message: dict[str, Any], **_: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        _write(folder / f"{time.time_ns():020d}-{uuid.uuid4()}.{queue}.msg", dumps(message))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message of a queue. Raises Empty; a file that holds no message is named and set aside."""
        for path in sorted(Path(self.data_folder_in).glob(f"*.{queue}.msg")):
            taken = path.with_name(f".taken-{uuid.uuid4()}")
            try:
                path.rename(taken)
            except FileNotFoundError:  # another worker was faster
                continue
            content = taken.read_text(encoding="utf-8")
            taken.unlink()
            try:
                return loads(content)
            except ValueError:
                log.error("%s holds no message and was removed: %.100r", path, content)
        raise Empty

    def _size(self, queue: str) -> int:
        return sum(1 for _ in Path(self.data_folder_in).glob(f"*.{queue}.msg"))

    def _purge(self, queue: str) -> int:
        count = 0
        for path in Path(self.data_folder_in).glob(f"*.{queue}.msg"):
            path.unlink(missing_ok=True)
            count += 1
        return count

    def get_table(self, exchange: str) -> list[filesystem.exchange_queue_t]:
        """Which queues an exchange feeds."""
        try:
            rows = loads(self._table(exchange).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        return [filesystem.exchange_queue_t(*row) for row in rows]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        wanted = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._alone():
            rows = self.get_table(exchange)
            if wanted not in rows:
                _write(self._table(exchange), dumps([wanted, *rows]))

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *_: Any, **__: Any) -> None:
        gone = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._purge(queue)
        with self._alone():
            rows = self.get_table(exchange)
            if gone in rows:
                _write(self._table(exchange), dumps([row for row in rows if row != gone]))

    def _table(self, exchange: str) -> Path:
        return Path(self.control_folder) / f"{exchange}.exchange"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time changes the tables."""
        folder = Path(self.control_folder)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """What Celery is given as `broker_transport`."""

    Channel = Channel


def _write(path: Path, text: str) -> None:
    """The file appears whole. Not fsynced: a lost bell is rung again from the step's row."""
    beside = path.with_name(f".{os.getpid()}-{uuid.uuid4()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
