"""A programme comes in; the quality of AV1 that looks just as good as its H.264 sizes goes out.

How much a picture may be compressed depends on what is in it: slides bear another figure than faces. So a few seconds
from the middle are encoded both ways, AV1 at several qualities, and the figure that gives H.264's own score is taken.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import ffmpeg

from ingest import archive
from transcode import encode, encoders, ladder, made, playlists, probe, quality, stretches
from transcode.encode import Means
from transcode.ladder import Rung

TRIED = (30, 40, 50)
BEST, WORST = 22, 56  # beyond these a step changes little or everything
SEGMENTS = 2
SAFE = 1  # a few seconds stand for the whole: rather a little better


def crf_for(wanted: float, tried: Mapping[int, float]) -> int:
    """The coarsest quality that still scores `wanted`, between and a little beyond those tried (CRF -> score)."""
    known = sorted(tried.items())
    (low, good), (high, bad) = known[0], known[-1]
    for (one, above), (other, below) in pairwise(known):
        if above >= wanted >= below:
            (low, good), (high, bad) = (one, above), (other, below)
            break
    else:
        (low, good), (high, bad) = known[:2] if wanted > good else known[-2:]
    slope = (good - bad) / (high - low)
    exact = low + (good - wanted) / slope if slope > 0 else low
    return max(BEST, min(WORST, int(exact) - SAFE))


def crf(video: Path, room: archive.Room, means: Means) -> int:
    """Try it out on the programme `video`. Raises NotAVideo, Different, what process.run raises."""
    picture, playlist = probe.picture_of(video, means.alive), playlists.read(video)
    rung = _rung(picture, means)
    middle = max(0, len(playlist.segments) // 2 - SEGMENTS // 2)
    which = slice(middle, middle + SEGMENTS)
    target = room.rendition("stretches/trial")
    made.sweep(target)
    with made.folder_beside(target) as beside:
        part = stretches.part_of(video, playlist, which, beside)
        films = _encode(part, beside, rung, means)
        width = ladder.width_for(rung, picture.width, picture.height)
        scores = {name: quality.vmaf(film, part, width, rung.height, means) for name, film in films.items()}
    wanted = scores.pop(0)
    return crf_for(wanted, scores)


def _rung(picture: probe.Picture, means: Means) -> Rung:
    """The size that is tried: the largest below the programme's own, or that."""
    chosen = ladder.rungs_for(ladder.rungs(means.settings.ladder), picture.width, picture.height)
    own = Rung(name="own", height=picture.height // 2 * 2, bitrate=ladder.TOP_BITRATE)
    return chosen[0] if chosen else own


def _encode(part: Path, folder: Path, rung: Rung, means: Means) -> dict[int, Path]:
    """One decode: H.264 under 0, AV1 under its quality."""
    picture, settings = probe.picture_of(part, means.alive), means.settings
    films = {each: folder / f"{each}.mp4" for each in (0, *TRIED)}
    width = ladder.width_for(rung, picture.width, picture.height)
    drawn = encode.source(part).video.filter("scale", width, rung.height, flags="bicubic").filter("setsar", 1)
    shown = drawn.filter_multi_output("split", len(films))
    first = f"{picture.start_s:.6f}"
    outputs = [
        encoders.av1(shown[n], film, quality_of, first, settings)
        if quality_of
        else encoders.h264(shown[n], film, rung.bitrate, settings.rung_preset, first, settings)
        for n, (quality_of, film) in enumerate(films.items())
    ]
    encode.run_ffmpeg(ffmpeg.merge_outputs(*outputs), picture.duration_s, means, start_s=picture.start_s)
    return films
