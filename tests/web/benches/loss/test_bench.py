"""Real senders over a bad line: 3 % lost, 50 ms away, ± 20 ms, 0.5 % in another order, for twenty seconds."""

import json
import os
from typing import Any

import pytest

from web import caption
from web.benches.loss import bench, line

FREEZE_MS = 500  # a shorter one is taken for a hesitation
CONCEALED_RATIO = 1.5  # what jitter makes late comes on top of what is lost
DELAY_BACK_MS = 50


def test_figures_are_shares_of_what_was_lost_and_of_the_delay_before() -> None:
    found: dict[str, dict[str, Any]] = {
        "calm": {"delay_ms": 60},
        "bad": {"freeze_ms": 130, "made_up_ms": 720, "seconds": 20.0},
        "after": {"delay_ms": 75},
    }
    assert bench.judged(found) == {"freeze_ms": 130, "concealed_ratio": 1.2, "delay_back_ms": 15}


def test_the_worse_sender_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = {
        "ffmpeg": {"freeze_ms": 100, "concealed_ratio": 1.2, "delay_back_ms": 30},
        "chromium": {"freeze_ms": 200, "concealed_ratio": 1.0, "delay_back_ms": 0},
    }
    monkeypatch.setattr(bench, "missing", lambda: None)
    monkeypatch.setattr(bench, "commands", lambda: {name: name for name in figures})
    monkeypatch.setattr(bench, "stretches", lambda command, seed: command)
    monkeypatch.setattr(bench, "judged", lambda command: figures[command])
    found = bench.loss(1)
    assert (found["freeze_ms"], found["concealed_ratio"], found["delay_back_ms"]) == (200, 1.2, 30)
    assert found["freeze_ms_ffmpeg"] == 100


def test_without_a_line_the_bench_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "missing", lambda: "a lossy link needs Linux and root")
    with pytest.raises(caption.Refused, match="needs Linux and root"):
        bench.loss(1)


@pytest.mark.soak
@pytest.mark.parametrize("sender", ["ffmpeg", "chromium"])
def test_a_real_sender_over_a_bad_line(sender: str) -> None:
    if (reason := line.missing()) or sender not in bench.commands():
        pytest.skip(reason or f"needs {sender}: `make test-tools` installs it")
    found = bench.stretches(bench.commands()[sender], seed=1)
    figures = bench.judged(found)
    print(sender, json.dumps(found), f"load {os.getloadavg()[0]:.1f}")
    assert figures["freeze_ms"] <= FREEZE_MS
    assert figures["concealed_ratio"] <= CONCEALED_RATIO
    assert figures["delay_back_ms"] <= DELAY_BACK_MS
