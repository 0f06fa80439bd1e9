"""A folder with faces comes in; what a live room costs beside an ffmpeg and beside a recorded browser goes out.

Four people at 720p30 and 1.5 Mbit/s, sent by a process of its own, in a grid; recording, HLS and one WHEP viewer. All
rivals get the same clips and encode with the same x264 settings, one after the other in each round; the figure is the
median of the rounds. Shares are of one core. At the end a dozen people at 360p are in the room.
"""

import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ingest.settings
from ingest.settings import load
from web.benches import clips as prepared
from web.benches import programs, rivals
from web.benches import room as rooms
from web.benches.viewers import viewers

LENGTH_S, FULL_LENGTH_S = 20.0, 60.0
DOZEN, DOZEN_S = 12, 36.0  # 40 s with settling: 1200 ticks, so that one late one is still below 0.1 %


@dataclass(frozen=True)
class Shares:
    """What a round found, in shares of a core: the room with four people at 720p and at 360p, and its rivals."""

    room: float
    small: float
    ffmpeg: float
    browser: float


def live(media: Path | None, runs: int, *, full: bool) -> dict[str, Any]:
    """The figures of `officehours bench live`. Raises Mendable, programs.BenchFailed."""
    folder = media or prepared.BESIDE
    prepared.faces(folder)
    programs.programs()
    length_s = FULL_LENGTH_S if full else LENGTH_S
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended, too
    with tempfile.TemporaryDirectory(prefix="officehours-clips-") as clips:
        tell("encoding four people at two sizes")
        large = prepared.make(folder, Path(clips), prepared.FULL)
        small = prepared.make(folder, Path(clips), prepared.SMALL)
        rounds = [one_round(large, small, length_s, f"round {number} of {runs}") for number in range(1, runs + 1)]
        late = dozen(small)
    return {"bench": "live", "cores": os.cpu_count()} | figures(rounds) | {"guests": DOZEN} | late | viewers()


def one_round(large: Sequence[Path], small: Sequence[Path], length_s: float, name: str) -> Shares:
    """Everybody once."""
    settings = load(ingest.settings.Settings)
    found = {
        "room": measured(f"{name}: room, 4 at 720p", lambda: room(large, length_s)),
        "ffmpeg": measured(f"{name}: ffmpeg", lambda: rivals.one_ffmpeg(large, settings, length_s)),
        "browser": measured(f"{name}: browser", lambda: rivals.browser(large, settings, length_s)),
        "small": measured(f"{name}: room, 4 at 360p", lambda: room(small, length_s)),
    }
    return Shares(**found)


def measured(what: str, work: Callable[[], float]) -> float:
    """Do it and tell what came out; on a busy machine something may fail to start, so it is tried twice."""
    began = time.monotonic()
    try:
        found = work()
    except programs.BenchFailed as error:
        tell(f"{what}: {error}; once more")
        found = work()
    tell(f"{what}: {100 * found:.1f} % of a core ({time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f})")
    return found


def tell(what: str) -> None:
    """A line for whoever waits."""
    print(what, file=sys.stderr, flush=True)


def figures(rounds: Sequence[Shares]) -> dict[str, float]:
    """The medians: ratios of each round, and the shares of a core."""
    return {
        "ratio_ffmpeg": median([each.room / each.ffmpeg for each in rounds]),
        "ratio_browser": median([each.room / each.browser for each in rounds]),
        "ratio_browser_360p": median([each.small / each.browser for each in rounds]),
        "room_core_percent": median([100 * each.room for each in rounds]),
        "room_360p_core_percent": median([100 * each.small for each in rounds]),
        "ffmpeg_core_percent": median([100 * each.ffmpeg for each in rounds]),
        "browser_core_percent": median([100 * each.browser for each in rounds]),
    }


def median(values: Sequence[float]) -> float:
    """To two digits behind the point."""
    return round(statistics.median(values), 2)


def room(clips: Sequence[Path], length_s: float) -> float:
    """The share of studio and room together."""
    with rooms.on_air(clips) as it:
        return programs.share([it.studio], length_s)


def dozen(clips: Sequence[Path]) -> dict[str, float]:
    """Twelve people in a grid, sent from the last core: how many ticks come late."""
    core = max(os.sched_getaffinity(0))
    with rooms.on_air([clips[number % len(clips)] for number in range(DOZEN)], core=core) as it:
        time.sleep(programs.SETTLE_S)
        before = it.ticks
        share = programs.share([it.studio], DOZEN_S)
        after = it.ticks
    late = round(after.late_percent(before), 3)
    tell(f"{DOZEN} people: {late} % of {after.made - before.made} ticks late, {100 * share:.1f} % of a core")
    return {"late_ticks_percent": late, "room_12_core_percent": round(100 * share, 2)}
