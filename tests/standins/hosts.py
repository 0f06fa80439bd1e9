"""Several machines on one switch, as network namespaces: each can be cut off as by a pulled cable, and return.

    with town(2) as (switch, (first, second)):     # this machine is 10.78.N.1 on the switch, they are .2 and .3
        first.cut_off()

Needs root and `ip`; `missing()` says so. Nothing outside sees these addresses. A test that is killed leaves its switch
behind: the next town is on another network.
"""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

NETWORKS = [f"10.78.{number}." for number in range(1, 255)]


@dataclass(frozen=True)
class Host:
    """A machine of its own: a namespace, and its socket on the switch."""

    namespace: str
    address: str

    @property
    def through(self) -> list[str]:
        """The beginning of a command that is to run there."""
        return ["ip", "netns", "exec", self.namespace]

    def cut_off(self) -> None:
        """No packet comes or goes, and nobody is told."""
        _ip("link", "set", self.namespace, "down")

    def returns(self) -> None:
        _ip("link", "set", self.namespace, "up")


def missing() -> str | None:
    """What stands in the way, or None."""
    if os.geteuid() != 0:
        return "hosts of their own need root"
    return None if shutil.which("ip") else "hosts of their own need `ip`: apt-get install iproute2"


@contextmanager
def town(count: int) -> Iterator[tuple[str, list[Host]]]:
    """The address of this machine on the switch, and `count` other hosts. Raises subprocess.CalledProcessError."""
    switch, network = f"oh{secrets.token_hex(3)}", _free_network()
    with ExitStack() as stack:
        _ip("link", "add", switch, "type", "bridge")
        stack.callback(_ip, "link", "delete", switch)
        _ip("address", "add", f"{network}1/24", "dev", switch)
        _ip("link", "set", switch, "up")
        hosts = [stack.enter_context(_host(switch, f"{network}{number}")) for number in range(2, 2 + count)]
        yield f"{network}1", hosts


@contextmanager
def _host(switch: str, address: str) -> Iterator[Host]:
    host = Host(namespace=f"{switch}-{address.rpartition('.')[2]}", address=address)
    _ip("netns", "add", host.namespace)
    try:
        _ip("link", "add", host.namespace, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
        _ip("link", "set", host.namespace, "master", switch, "up")
        inside = ("-n", host.namespace)
        _ip(*inside, "address", "add", f"{host.address}/24", "dev", "eth0")
        _ip(*inside, "link", "set", "eth0", "up")
        _ip(*inside, "link", "set", "lo", "up")
        yield host
    finally:
        _ip("netns", "delete", host.namespace)


def _free_network() -> str:
    known = _ip("route", "show")
    return next(network for network in NETWORKS if network not in known)


def _ip(*arguments: str) -> str:
    """What it prints. Raises subprocess.CalledProcessError."""
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout
