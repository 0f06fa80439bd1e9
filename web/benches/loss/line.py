"""Conditions come in; a line between two network namespaces goes out that loses, delays and, if asked, reorders.

    with link(Conditions(loss=0.03, delay_s=0.05), seed=1) as (here, there):
        subprocess.run(here.command(["python", "client.py", there.address]))

Two TUN devices, one in each namespace, are held by one child process that carries packets from one to the other
(these kernels have no netem). The same seed loses the same packets. Nothing outside the namespaces sees the
addresses 10.77.0.1 and 10.77.0.2; the child ends when this process does. Needs root and /dev/net/tun: `missing()`.
"""

import fcntl
import heapq
import json
import os
import random
import secrets
import select
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

TUN = Path("/dev/net/tun")
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
ADDRESSES = ("10.77.0.1", "10.77.0.2")
# Ten seconds of two people in 720p on the slowest line worth testing; what does not fit is lost, as in any router.
MOST_WAITING = 10_000


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """One direction of a line. `loss` and `reorder` are shares of packets, 0 to 1; times are in seconds.

    The delay of a packet is evenly spread over `delay_s` ± `jitter_s`; yet packets stay in order, as on real lines,
    but for the share `reorder`, which comes `reorder_by_s` later than it should. Outside of `between`, two times of
    the monotonic clock, nothing is lost and every packet takes `delay_s`.
    """

    loss: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    reorder: float = 0.0
    reorder_by_s: float = 0.02
    between: tuple[float, float] | None = None


class Line:
    """Decides about the packets of one direction; knows no clock but the times it is given."""

    def __init__(self, conditions: Conditions, seed: int) -> None:
        self.conditions = conditions
        self.lost = self.carried = 0
        self._random = random.Random(seed)  # noqa: S311 - the same packets each time, on purpose
        self._last_due_s = 0.0

    def due(self, now_s: float) -> float | None:
        """When a packet that comes now shall go out; None: it is lost."""
        is_lost, spread, is_late = (self._random.random() for _ in range(3))
        given = self.conditions
        if given.between is not None and not given.between[0] <= now_s < given.between[1]:
            given = replace(given, loss=0.0, jitter_s=0.0, reorder=0.0)
        if is_lost < given.loss:
            self.lost += 1
            return None
        self.carried += 1
        due_s = now_s + max(0.0, given.delay_s + (2 * spread - 1) * given.jitter_s)
        if is_late < given.reorder:
            return due_s + given.reorder_by_s
        self._last_due_s = max(due_s, self._last_due_s)
        return self._last_due_s


@dataclass(frozen=True, kw_only=True)
class Side:
    """One end of the line: a network namespace and its address."""

    namespace: str
    address: str

    def command(self, command: Sequence[str]) -> list[str]:
        """The command as it runs on this side."""
        return ["ip", "netns", "exec", self.namespace, *command]


def missing() -> str | None:
    """Why there can be no link on this machine, with what mends it; None when there can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "a lossy link needs Linux and root: run this as root"
    if not TUN.exists():
        return "a lossy link needs /dev/net/tun: `modprobe tun`, or start the container with --device /dev/net/tun"
    if shutil.which("ip") is None:
        return "a lossy link needs `ip`: apt-get install iproute2"
    try:
        os.close(os.open(TUN, os.O_RDWR))
    except OSError as error:
        return f"a lossy link needs /dev/net/tun, which cannot be opened: {error.strerror}"
    return None


@contextmanager
def link(there: Conditions, back: Conditions | None = None, *, seed: int = 0) -> Iterator[tuple[Side, Side]]:
    """A line with conditions for the way from the first side to the second, and back (the same if not given).

    Raises subprocess.CalledProcessError when namespaces cannot be made, OSError when TUN devices cannot.
    """
    name = f"oh{secrets.token_hex(3)}"
    with ExitStack() as stack:
        sides = [Side(namespace=f"{name}{end}", address=ADDRESSES[end]) for end in range(2)]
        devices = [stack.enter_context(_end(side)) for side in sides]
        order = json.dumps({"there": asdict(there), "back": asdict(back or there), "seed": seed, "devices": devices})
        carrier = subprocess.Popen(
            [sys.executable, "-m", "web.benches.loss.line", order], stdin=subprocess.PIPE, pass_fds=devices
        )
        stack.callback(_stop, carrier)
        yield sides[0], sides[1]


@contextmanager
def _end(side: Side) -> Iterator[int]:
    _ip("netns", "add", side.namespace)
    try:
        device = os.open(TUN, os.O_RDWR | os.O_NONBLOCK)
        try:
            name = side.namespace.encode()
            fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name, _IFF_TUN | _IFF_NO_PI))
            _ip("link", "set", side.namespace, "netns", side.namespace)
            inside = ("-n", side.namespace)
            _ip(*inside, "address", "add", f"{side.address}/24", "dev", side.namespace)
            _ip(*inside, "link", "set", side.namespace, "up")
            _ip(*inside, "link", "set", "lo", "up")
            yield device
        finally:
            os.close(device)
    finally:
        _ip("netns", "delete", side.namespace)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _stop(carrier: "subprocess.Popen[bytes]") -> None:
    assert carrier.stdin is not None
    carrier.stdin.close()
    try:
        carrier.wait(5)
    except subprocess.TimeoutExpired:
        carrier.kill()
        carrier.wait()


def carry(devices: Sequence[int], lines: Sequence[Line], stop: int) -> None:
    """Carry packets between the devices until `stop` can be read."""
    other = {devices[0]: (devices[1], lines[0]), devices[1]: (devices[0], lines[1])}
    waiting: list[tuple[float, int, int, bytes]] = []
    number = 0
    while True:
        now_s = time.monotonic()
        while waiting and waiting[0][0] <= now_s:
            _, _, target, packet = heapq.heappop(waiting)
            _send(target, packet)
        patience_s = waiting[0][0] - now_s if waiting else None
        ready, _, _ = select.select([*devices, stop], [], [], patience_s)
        if stop in ready:
            return
        for device in ready:
            target, line = other[device]
            for packet in _packets(device):
                due_s = line.due(time.monotonic())
                if due_s is not None and len(waiting) < MOST_WAITING:
                    number += 1
                    heapq.heappush(waiting, (due_s, number, target, packet))


def _packets(device: int) -> Iterator[bytes]:
    while True:
        try:
            packet = os.read(device, 65536)
        except BlockingIOError:
            return
        # Neighbour and router discovery of IPv6 would use up the seed's numbers at random times.
        if packet[0] >> 4 == 4:
            yield packet


def _send(device: int, packet: bytes) -> None:
    # When the other side's queue is full, a router loses the packet, too.
    with suppress(BlockingIOError):
        os.write(device, packet)


def main() -> None:
    """The child: orders come as JSON in the first argument, the end of the standard input ends it."""
    order = json.loads(sys.argv[1])
    lines = [Line(replace(Conditions(), **order[way]), order["seed"] + n) for n, way in enumerate(("there", "back"))]
    carry(order["devices"], lines, sys.stdin.fileno())


if __name__ == "__main__":
    main()
