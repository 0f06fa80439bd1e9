"""A host who has no network for twenty seconds is in the picture again by themselves, in the same tile."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from web.benches import browser
from web.benches.loss import senders
from web.benches.loss.line import Conditions, link, missing

pytestmark = pytest.mark.soak
BEFORE_S, AWAY_S = 12.0, 20.0
BACK_S = 14.0
"""A pause of 8 s, ± a quarter, a request that was under way, and the handshakes."""


def test_a_host_without_a_network_for_twenty_seconds_comes_back(tmp_path: Path) -> None:
    if (reason := missing()) or (program := browser.found()) is None:
        pytest.skip(reason or "needs chromium: `make test-tools` installs it")
    command = senders.chromium_command(program, "http://10.77.0.2:8080", tmp_path)
    away = (time.monotonic() + BEFORE_S, time.monotonic() + BEFORE_S + AWAY_S)
    order = json.dumps({"address": "10.77.0.2", "until": away[1] + BACK_S})
    with link(Conditions(loss=1.0, between=away)) as (here, there):
        studio = subprocess.Popen(
            there.command([sys.executable, "-m", "tests.web.benches.loss.cut_off", order]),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert studio.stdout is not None
        studio.stdout.readline()
        host = subprocess.Popen(here.command(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            output, _ = studio.communicate(timeout=BEFORE_S + AWAY_S + BACK_S + 20)
        finally:
            for process in (host, studio):
                process.terminate()
                process.wait(10)
    found = json.loads(output)
    happened = [(round(at - away[0], 1), what) for at, what in found["happened"]]
    print(happened)
    assert [what for _, what in happened] == ["offer", "gap", "offer", "back"]
    (_, gap, _, back) = [at for at, _ in happened]
    assert 2.0 <= gap <= 3.0
    assert AWAY_S < back <= AWAY_S + BACK_S
    assert (found["connections"], found["connected"]) == (1, True)
