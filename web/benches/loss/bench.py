"""A bad line and two real senders come in; how long the picture froze, how much sound was made up, goes out.

The line loses 3 %, takes 50 ms ± 20 ms in order and brings 0.5 % in another order, both ways, for twenty seconds
between two calm stretches. On its far side stands the receiving half of a room (`listening`).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from web.benches import browser
from web.benches.loss import senders
from web.benches.loss.line import Conditions, Side, link, missing
from web.caption import Refused

CALM_S, BAD_S, AFTER_S = 12.0, 20.0, 15.0
LOSS = 0.03
Command = Callable[[str, Path], list[str]]


def loss(runs: int) -> dict[str, Any]:
    """The figures of `officehours bench loss`: the worse of both senders, and each one's own. Raises Refused."""
    if reason := missing():
        raise Refused(reason)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in commands()}
    for number in range(runs):
        for name, command in commands().items():
            found[name].append(judged(stretches(command, seed=number)))
            print(f"run {number + 1} of {runs}, {name}: {found[name][-1]}", file=sys.stderr)
    middle = {name: _middle(each) for name, each in found.items()}
    worst = {key: max(each[key] for each in middle.values()) for key in next(iter(middle.values()))}
    each_one = {f"{key}_{name}": value for name, figures in middle.items() for key, value in figures.items()}
    return {"bench": "loss", "runs": runs, "cores": os.cpu_count()} | worst | each_one


def commands() -> dict[str, Command]:
    """The senders there are on this machine by name: origin and a folder for files in, a command line out."""
    known: dict[str, Command] = {"ffmpeg": lambda origin, folder: senders.ffmpeg_command(f"{origin}/live/whip", folder)}
    if program := browser.found():
        known["chromium"] = lambda origin, folder: senders.chromium_command(program, origin, folder)
    else:
        print("chromium is not installed: ffmpeg is measured alone", file=sys.stderr)
    return known


def judged(found: dict[str, dict[str, Any]]) -> dict[str, float]:
    """The three figures of a run from what was heard and seen in its stretches.

    `concealed_ratio`: sound made up while the line was bad by the share that was lost; `delay_back_ms`: how much
    more delay there is, fifteen seconds after the loss, than there was before it.
    """
    bad = found["bad"]
    return {
        "freeze_ms": bad["freeze_ms"],
        "concealed_ratio": round(bad["made_up_ms"] / (1000 * bad["seconds"] * LOSS), 2),
        "delay_back_ms": max(0, found["after"]["delay_ms"] - found["calm"]["delay_ms"]),
    }


def _middle(runs: list[dict[str, float]]) -> dict[str, float]:
    return {key: round(statistics.median(run[key] for run in runs), 2) for key in runs[0]}


def stretches(command: Command, *, seed: int) -> dict[str, dict[str, Any]]:
    """What was heard and seen of one sender before, while and after its line was bad."""
    with tempfile.TemporaryDirectory(prefix="officehours-loss-", ignore_cleanup_errors=True) as folder:
        made = command("http://10.77.0.2:8080", Path(folder))
        bad = (time.monotonic() + CALM_S, time.monotonic() + CALM_S + BAD_S)
        conditions = Conditions(loss=LOSS, delay_s=0.05, jitter_s=0.02, reorder=0.005, between=bad)
        with link(conditions, seed=seed) as (here, there):
            return _measured(here, there, made, bad)


def _measured(here: Side, there: Side, command: list[str], bad: tuple[float, float]) -> dict[str, dict[str, Any]]:
    order = json.dumps({"address": there.address, "bad": bad, "after_s": AFTER_S})
    listening = [sys.executable, "-m", "web.benches.loss.listening", order]
    receiver = subprocess.Popen(there.command(listening), stdout=subprocess.PIPE, text=True)
    sending: subprocess.Popen[bytes] | None = None
    try:
        assert receiver.stdout is not None
        receiver.stdout.readline()  # it listens
        sending = subprocess.Popen(here.command(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        output, _ = receiver.communicate(timeout=CALM_S + BAD_S + AFTER_S + 30)
    finally:
        for process in (sending, receiver):
            if process is not None:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
    if not output:
        raise Refused("the sender did not come through the line; what was said above may tell why")
    return dict(json.loads(output))
