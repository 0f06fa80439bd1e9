"""Nothing comes in; what one more viewer costs goes out, in percent of a core: by WHEP at 2.5 Mbit/s, and by LL-HLS.

A programme made before is fed to the room's and the studio's public ways in a process of its own (`station`);
its processor time with viewers, less that without, by their number. The viewers are another process.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from web.mendable import Mendable
from web.serve import free_port

WHEP_VIEWERS, HLS_VIEWERS = 20, 40
LENGTH_S, SETTLE_S = 8.0, 2.0
OPENS_S = 40.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def viewers(length_s: float = LENGTH_S) -> dict[str, float]:
    """`viewer_core_percent` and `hls_viewer_core_percent`. Raises Mendable."""
    return {
        "viewer_core_percent": cost_of("whep", WHEP_VIEWERS, length_s),
        "hls_viewer_core_percent": cost_of("hls", HLS_VIEWERS, length_s),
    }


def cost_of(kind: str, count: int, length_s: float) -> float:
    """Percent of a core for each viewer. Each kind has a station of its own: the other one's viewers leave traces."""
    with tempfile.TemporaryDirectory(prefix="officehours-bench-") as folder, _station(Path(folder)) as (pid, origin):
        time.sleep(SETTLE_S)
        alone = _percent(pid, length_s)
        watched = _watched(pid, kind, f"{origin}/live/{kind}/here", count, length_s)
    print(f"{kind}: nobody {alone:.1f} %, {count} viewers {watched:.1f} % of a core", file=sys.stderr)
    return round((watched - alone) / count, 3)


@contextmanager
def _station(folder: Path) -> Iterator[tuple[int, str]]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "web.benches.station", str(folder), str(port)])
    origin = f"http://127.0.0.1:{port}"
    try:
        _until_there(f"{origin}/live/hls/here/video/00000001.1.m4s")
        yield process.pid, origin
    finally:
        process.kill()
        process.wait()


def _until_there(address: str) -> None:
    end = time.monotonic() + OPENS_S
    while time.monotonic() < end:
        try:
            if httpx.get(address, timeout=10).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise Mendable(f"there was nothing to watch within {OPENS_S:.0f} s")


def _watched(pid: int, kind: str, address: str, count: int, length_s: float) -> float:
    """What the station uses while it is watched. Raises Mendable when somebody was not served."""
    command = [sys.executable, "-m", "web.benches.watchers", kind, address, str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watchers:
        assert watchers.stdout is not None
        if watchers.stdout.readline().strip() != "watching":
            raise Mendable(f"the viewers of {address} did not begin")
        time.sleep(SETTLE_S)
        percent = _percent(pid, length_s)
        said, _ = watchers.communicate("")
    found = json.loads(said)
    print(f"{kind}: {found['octets'] * 8e-6 / (length_s + SETTLE_S) / count:.1f} Mbit/s each", file=sys.stderr)
    if found["failed"] or not found["pieces"]:
        raise Mendable(f"viewers of {address} were not served: {found}")
    return percent


def _percent(pid: int, length_s: float) -> float:
    began, before = time.monotonic(), _used_s(pid)
    time.sleep(length_s)
    return 100 * (_used_s(pid) - before) / (time.monotonic() - began)


def _used_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


if __name__ == "__main__":
    print(json.dumps(viewers()))
