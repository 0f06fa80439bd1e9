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
from pathlib import Path
from typing import Any

RUNS, FULL_RUNS = 3, 7
DEMO_FIGURES = ("live_s", "replay_ready_s", "renditions_ready_s", "captions_ready_s", "released_s", "cues", "chapters")


def bench(name: str, *, as_json: bool, full: bool, speech: Path | None = None) -> int:
    """Run the bench `name` and print what it found; `speech` is the folder for captions. Raises caption.Refused."""
    if name == "captions":
        from web import bench_captions

        figures = bench_captions.captions(speech)
    else:
        figures = BENCHES[name](FULL_RUNS if full else RUNS)
    if as_json:
        print(json.dumps(figures))
    else:
        for key, value in figures.items():
            print(f"{key:24}{value}")
    return 0


def median_of(runs: list[dict[str, Any]], figures: tuple[str, ...]) -> dict[str, Any]:
    """The median of each figure over the runs, and the worst beside it."""
    middle = {key: round(statistics.median(run[key] for run in runs), 2) for key in figures}
    worst = {f"{key}_worst": max(run[key] for run in runs) for key in figures if key.endswith("ready_s")}
    return middle | worst


def demo(runs: int) -> dict[str, Any]:
    """The whole river with the demo's office hour, on a fresh data folder each time."""
    from web.demo.run import demo_figures

    found = []
    for number in range(runs):
        with tempfile.TemporaryDirectory(prefix="officehours-bench-") as folder:
            with contextlib.redirect_stdout(sys.stderr):
                found.append(demo_figures(Path(folder)))
            print(f"run {number + 1} of {runs}: {found[-1]}", file=sys.stderr)
    return {"bench": "demo", "runs": runs, "cores": os.cpu_count()} | median_of(found, DEMO_FIGURES)


def transcode(runs: int) -> dict[str, Any]:
    """Smaller sizes of one recording against one ffmpeg, and two workers against one."""
    from web import bench_transcode

    return bench_transcode.transcode(full=runs >= FULL_RUNS)


def questions(runs: int) -> dict[str, Any]:
    """Intake, suggestions and the board."""
    from web import bench_questions

    return bench_questions.questions(full=runs >= FULL_RUNS)


BENCHES: dict[str, Callable[[int], dict[str, Any]]] = {"demo": demo, "transcode": transcode, "questions": questions}
