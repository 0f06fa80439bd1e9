"""The machine's clock is held against a time server on loopback, and the kernel's word is read."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from web.preflight import timekeeping

SINCE_1900_S = 2_208_988_800


def answer(received_s: float, transmitted_s: float, stratum: int = 2) -> bytes:
    """A server's answer (RFC 4330, 4): 48 bytes, times as seconds since 1900 and their fractions."""
    stamps = [
        value
        for moment in (received_s, transmitted_s)
        for value in (int(moment) + SINCE_1900_S, int(moment % 1 * (1 << 32)))
    ]
    return struct.pack("!BB30x4I", 0x24, stratum, *stamps)


@pytest.fixture
def serve() -> Iterator[Callable[[bytes], str]]:
    """A time server that gives one answer: its address."""
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))
    threads = []

    def serving(given: bytes) -> str:
        def once() -> None:
            _, sender = line.recvfrom(512)
            line.sendto(given, sender)

        threads.append(threading.Thread(target=once))
        threads[-1].start()
        return f"127.0.0.1:{line.getsockname()[1]}"

    yield serving
    for thread in threads:
        thread.join()
    line.close()


def test_the_way_there_and_back_is_taken_out(serve: Callable[[bytes], str]) -> None:
    clock = iter([1000.0, 1000.5])  # half a second on the way in all, and the server is two seconds behind
    assert timekeeping.ahead_of_server(serve(answer(998.25, 998.25)), lambda: next(clock)) == pytest.approx(2.0)


def test_a_server_without_the_time_is_not_believed(serve: Callable[[bytes], str]) -> None:
    with pytest.raises(ValueError, match="does not know the time"):
        timekeeping.ahead_of_server(serve(answer(0.0, 0.0, stratum=0)))


def test_the_kernel_says_how_far_off_it_may_be() -> None:
    found = timekeeping.kernel()
    assert found is None or found.error_s >= 0
