"""The machine's clock is held against what there is: the kernel's own word, a time server, the database's machine.

Linux says by adjtimex(2) whether a time service keeps the clock in step, and by how much it may be wrong; nobody
outside is asked. A time server is only asked when one is set (SNTP, RFC 4330).
"""

import ctypes
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from ingest.database import Database

WRONG_S = 1.0
"""A cut or a mark is found by seconds; tickets are good for two minutes."""
PATIENCE_S = 3.0
_UNSYNCHRONISED = 0x40  # STA_UNSYNC in linux/timex.h
_SINCE_1900_S = 2_208_988_800  # NTP counts from 1900, Unix from 1970 (RFC 5905, A.4)


@dataclass(frozen=True)
class InStep:
    """The kernel's word: whether a time service keeps the clock, and by how much it is wrong at most."""

    kept: bool
    error_s: float


def kernel() -> InStep | None:
    """Ask the kernel; None where it does not say (another system, or a container that may not ask)."""
    read = getattr(ctypes.CDLL(None, use_errno=True), "adjtimex", None)
    if read is None:
        return None
    answer = (ctypes.c_byte * 512)()
    if read(answer) < 0:
        return None
    # struct timex on 64 bit: modes, offset, freq, maxerror (µs), esterror, status
    _, _, _, error_us, _, status = struct.unpack_from("i4xqqqqi", bytes(answer))
    return InStep(kept=not status & _UNSYNCHRONISED, error_s=error_us / 1_000_000)


def ahead_of_server(server: str, clock: Callable[[], float] = time.time) -> float:
    """By how many seconds our clock is ahead of a time server's. Raises OSError, ValueError."""
    with _datagrams(server) as line:
        sent = clock()
        line.send(b"\x23" + 47 * b"\0")  # version 4, client
        answer = line.recv(512)
        came = clock()
    if len(answer) < 48 or answer[1] == 0:
        raise ValueError(f"{server} does not know the time itself")
    received, transmitted = (_seconds(answer, offset) for offset in (32, 40))
    return ((sent - received) + (came - transmitted)) / 2


def _datagrams(server: str) -> socket.socket:
    host, _, port = server.partition(":")
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.settimeout(PATIENCE_S)
    line.connect((host, int(port or 123)))
    return line


def _seconds(answer: bytes, offset: int) -> float:
    whole, part = struct.unpack_from("!II", answer, offset)
    return float(whole - _SINCE_1900_S + part / (1 << 32))


def ahead_of_database(database: Database, clock: Callable[[], float] = time.time) -> float | None:
    """By how many seconds our clock is ahead of the database's machine; None when that is this machine (SQLite)."""
    if database.engine.dialect.name == "sqlite":
        return None
    with database.reading() as connection:
        before = clock()
        theirs = float(connection.scalar(sa.text("SELECT extract(epoch FROM clock_timestamp())")))
        return (before + clock()) / 2 - theirs
