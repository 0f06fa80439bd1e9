"""A bench's name comes in, figures go out: ratios side by side in one run, the median of three.

`officehours bench NAME --json` prints one JSON line and is done within eight minutes; `--full` takes longer.
"""

import contextlib
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUNS, FULL_RUNS = 3, 7
Figures = dict[str, Any]
DEMO_FIGURES = ("live_s", "replay_ready_s", "renditions_ready_s", "captions_ready_s", "released_s", "cues", "chapters")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How long to measure, and on what: `speech` is the folder for captions, `media` the one for live."""

    full: bool = False
    speech: Path | None = None
    media: Path | None = None

    @property
    def runs(self) -> int:
        return FULL_RUNS if self.full else RUNS


def bench(name: str, wanted: Wanted, *, as_json: bool) -> int:
    """Run the bench `name` and print what it found. Raises caption.Refused, mendable.Mendable."""
    figures = BENCHES[name](wanted)
    if as_json:
        print(json.dumps(figures))
    else:
        for key, value in figures.items():
            print(f"{key:24}{value}")
    return 0


def median_of(runs: list[Figures], figures: tuple[str, ...]) -> Figures:
    """The median of each figure over the runs, and the worst beside it."""
    middle = {key: round(statistics.median(run[key] for run in runs), 2) for key in figures}
    worst = {f"{key}_worst": max(run[key] for run in runs) for key in figures if key.endswith("ready_s")}
    return middle | worst


def demo(wanted: Wanted) -> Figures:
    """The whole river with the demo's office hour, on a fresh data folder each time."""
    from web.demo.run import demo_figures

    found = []
    for number in range(wanted.runs):
        with tempfile.TemporaryDirectory(prefix="officehours-bench-") as folder:
            with contextlib.redirect_stdout(sys.stderr):
                found.append(demo_figures(Path(folder)))
            print(f"run {number + 1} of {wanted.runs}: {found[-1]}", file=sys.stderr)
    return {"bench": "demo", "runs": wanted.runs, "cores": os.cpu_count()} | median_of(found, DEMO_FIGURES)


def live(wanted: Wanted) -> Figures:
    """A live room beside one ffmpeg and a recorded browser, a dozen people, and what a viewer costs."""
    from web.benches.live import live

    return live(wanted.media, wanted.runs, full=wanted.full)


def latency(wanted: Wanted) -> Figures:
    """How old the picture is that viewers see, and sound against picture."""
    from web.benches.latency import latency

    return latency(full=wanted.full)


def loss(wanted: Wanted) -> Figures:
    """Real senders over a line that loses packets: freezes, sound made up, and the delay afterwards."""
    from web.benches.loss.bench import loss

    return loss(wanted.runs)


def transcode(wanted: Wanted) -> Figures:
    """Smaller sizes of one recording against one ffmpeg, and two workers against one."""
    from web.benches.transcode import transcode

    return transcode(full=wanted.full)


def archive(wanted: Wanted) -> Figures:
    """How soon after the end a recording can be watched, and how soon all of it is made."""
    from web.benches.archive import archived

    return archived(full=wanted.full)


def questions(wanted: Wanted) -> Figures:
    """Intake, suggestions and the board."""
    from web.benches.questions import questions

    return questions(full=wanted.full)


def captions(wanted: Wanted) -> Figures:
    """Our captions beside plain faster-whisper, on the same recording."""
    from web.benches.captions import captions

    return captions(wanted.speech, wanted.runs)


BENCHES: dict[str, Callable[[Wanted], Figures]] = {
    each.__name__: each for each in (demo, live, latency, loss, transcode, archive, captions, questions)
}
