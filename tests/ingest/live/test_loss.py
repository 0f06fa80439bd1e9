"""Real senders over a bad line: 3 % lost, 50 ms away, ± 20 ms, 0.5 % in another order, for twenty seconds."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.ingest.live.senders import Sender
from tests.standins import link
from tests.standins.link import Conditions

pytestmark = pytest.mark.journey
CALM_S, BAD_S, AFTER_S = 14.0, 20.0, 15.0
LOSS = 0.03
# ffmpeg answers no PLI and repeats only some packets: its next keyframe, one a second, ends a freeze.
FREEZE_MS = 1200
CONCEALED_RATIO = 1.5  # made up sound against lost packets
DELAY_BACK_MS = 50


def figures(sender: Sender, seed: int = 1) -> dict[str, dict[str, Any]]:
    """What was heard and seen of ffmpeg before, while and after its line was bad."""
    bad = (time.monotonic() + CALM_S, time.monotonic() + CALM_S + BAD_S)
    conditions = Conditions(loss=LOSS, delay_s=0.05, jitter_s=0.02, reorder=0.005, between=bad)
    with link.link(conditions, seed=seed) as (here, there):
        order = json.dumps({"address": there.address, "bad": bad, "after_s": AFTER_S})
        listening = [sys.executable, "-m", "tests.ingest.live.listening", order]
        receiver = subprocess.Popen(there.command(listening), stdout=subprocess.PIPE, text=True)
        time.sleep(4.0)
        address = f"http://{there.address}:8080/whip"
        sending = subprocess.Popen(here.command(sender.command(address)), stderr=subprocess.DEVNULL)
        try:
            output, _ = receiver.communicate(timeout=CALM_S + BAD_S + AFTER_S + 30)
        finally:
            sending.kill()
            sending.wait()
            receiver.kill()
            receiver.wait()
    return dict(json.loads(output))


def test_ffmpeg_over_a_bad_line() -> None:
    if reason := link.missing():
        pytest.skip(reason)
    found = figures(Sender("chris", 1500))
    print(json.dumps(found), f"load {os.getloadavg()[0]:.1f}")
    bad = found["bad"]
    assert bad["freeze_ms"] <= FREEZE_MS
    assert bad["made_up_ms"] / (1000 * bad["seconds"]) <= CONCEALED_RATIO * LOSS
    assert found["after"]["delay_ms"] <= found["calm"]["delay_ms"] + DELAY_BACK_MS
