"""A rendition and its source come in; how alike people find them goes out (VMAF, 0 to 100), and what AV1 saves.

A few seconds of each stretch are looked at: enough to compare two encoders, and little beside the encoding itself.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import ffmpeg

from transcode import encode
from transcode.encode import Means
from transcode.fragments import Different
from transcode.ladder import AV1, Rung

SECONDS = 4.0
EVERY = 3  # one frame in three is compared
SCORE = re.compile(r"VMAF score: ([\d.]+)")


def pair(rungs: Iterable[Rung]) -> tuple[Rung, Rung] | None:
    """The largest size that is made with both encoders, H.264 first; None when there is none."""
    found = list(rungs)
    both = [(one, other) for one in found for other in found if one.height == other.height and other.codec == AV1]
    return max((each for each in both if each[0].codec != AV1), key=lambda each: each[0].height, default=None)


def vmaf(rendition: Path, source: Path, width: int, height: int, means: Means) -> float:
    """How alike the beginning of `rendition` is to that of `source` at its own size. Raises Different."""
    seen = encode.source(rendition).video.filter("trim", duration=SECONDS).filter("setpts", "PTS-STARTPTS")
    wanted = encode.source(source).video.filter("trim", duration=SECONDS).filter("setpts", "PTS-STARTPTS")
    wanted = wanted.filter("scale", width, height, flags="bicubic")
    threads = means.settings.encode_threads
    compared = ffmpeg.filter([seen, wanted], "libvmaf", n_threads=threads, n_subsample=EVERY)
    said = encode.run_ffmpeg(ffmpeg.output(compared, "-", format="null"), 0.0, means, loglevel="info")
    score = SCORE.search(said)
    if score is None:
        raise Different(f"the quality of {rendition.name} could not be measured: {said[-300:]}")
    return round(float(score[1]), 2)


def saved(notes: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Bytes and quality of both encoders over all stretches, from their receipts; None where nothing was compared."""
    found = [note for note in notes if note.get("vmaf")]
    if not found:
        return None
    names = list(found[0]["vmaf"])
    sizes = {name: sum(note["bytes"][name] for note in found) for name in names}
    scores = {name: round(sum(note["vmaf"][name] for note in found) / len(found), 1) for name in names}
    one, other = names
    return {"saved": round(1 - sizes[other] / max(sizes[one], 1), 3), "bytes": sizes, "vmaf": scores}
