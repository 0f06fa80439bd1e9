"""A recorded programme comes in; a download and a sound file go out, checked against it. And how ffmpeg is run.

Commands are built with ffmpeg-python, of which only `get_args()` is used, and run by process.py with the ffmpeg
of imageio-ffmpeg. Times are copied (`-copyts`): a rendition is in media time like its source. Everything is made
beside and renamed when its frames and seconds agree with the source; a difference is an error, never a rendition.
"""

import functools
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg
import imageio_ffmpeg

from ingest import archive
from ingest.work import Work
from transcode import made, playlists, probe, process
from transcode.fragments import Different
from transcode.settings import Settings
from transcode.spare import never

RECIPE = 1  # raised when a command changes what comes out
SLOWEST_DISK = 20e6  # bytes a second


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a piece of work is given beside its files.

    `progress` takes the fraction done, `alive` is a sign of life without one, `confirm` is asked before a rename;
    each may raise to stop the work. `rests` says whether heavy children have to stand still for now.
    """

    settings: Settings
    progress: Callable[[float], None] = lambda fraction: None
    alive: Callable[[], None] = lambda: None
    confirm: Callable[[], None] = lambda: None
    rests: Callable[[], bool] = never


def means_of(work: Work, settings: Settings) -> Means:
    """Those of a step: signs of life renew its lease, and its children rest beside a live room on this machine."""
    done = 0.0

    def progress(fraction: float) -> None:
        nonlocal done
        done = fraction
        work.progress(fraction)

    return Means(
        settings=settings,
        progress=progress,
        alive=lambda: work.progress(done),
        confirm=work.confirm,
        rests=work.rests,
    )


@functools.cache
def tool() -> str:
    """Path of the ffmpeg binary."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


@functools.cache
def tool_version() -> str:
    """First line of `ffmpeg -version`, part of every key."""
    said = subprocess.run([tool(), "-version"], capture_output=True, text=True, check=True, timeout=30)
    return said.stdout.splitlines()[0]


def run_ffmpeg(
    command: Any,
    duration_s: float,
    means: Means,
    *,
    start_s: float = 0.0,
    silent_s: float = 0.0,
    loglevel: str = "warning",
) -> str:
    """Run an ffmpeg-python output node; reports the fraction done of what begins at `start_s`; gives its last words.

    For `silent_s` beyond the stall limit ffmpeg may work without saying so. Raises what process.run raises.
    """
    arguments = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", loglevel, "-progress", "pipe:1", "-y"]
    return process.run(
        [tool(), *arguments, *ffmpeg.get_args(command)],
        read=position,
        report=lambda at: means.progress(min(max(at - start_s, 0.0) / duration_s, 1.0) if duration_s > 0 else 0.0),
        rests=means.rests,
        stall_s=means.settings.stall_s + silent_s,
        niceness=means.settings.niceness,
    )


def position(line: str) -> float | None:
    """Seconds of output from one line of ffmpeg's progress; other lines say nothing."""
    name, _, value = line.partition("=")
    return int(value) / 1e6 if name == "out_time_us" and value.strip().lstrip("-").isdigit() else None


def source(path: Path) -> Any:
    """An ffmpeg-python input that opens nothing but local files, and a playlist from its beginning."""
    return ffmpeg.input(str(path), **probe.options(path))


def inputs(*paths: Path) -> list[Path]:
    """All files that a playlist or file stands for. Raises what playlists.read raises."""
    found: list[Path] = []
    for path in paths:
        found += [path]
        found += playlists.files(path, playlists.read(path)) if path.suffix == ".m3u8" else []
    return found


# Copies


def copy_download(video: Path, audio: Path | None, target: Path, means: Means) -> bool:
    """Put the programme's own picture and sound into one MP4 whose index comes first. False when it was there."""
    return _copy(video, audio, target, means)


def copy_sound(audio: Path, target: Path, means: Means) -> bool:
    """Put the programme's own sound into one M4A file. False when it was there."""
    return _copy(None, audio, target, means)


def _copy(video: Path | None, audio: Path | None, target: Path, means: Means) -> bool:
    paths = [path for path in (video, audio) if path is not None]
    files = inputs(*paths)
    key = made.key(files, {"copy": target.suffix, "recipe": RECIPE}, tool_version(), means.alive)
    if made.is_made(target, key):
        return False
    made.sweep(target)
    tracks = [source(video).video] if video else []
    tracks += [source(audio).audio] if audio else []
    picture = probe.picture_of(video, means.alive) if video else None
    sound = probe.sound_of(audio, means.alive) if audio else None
    end_s = max(track.end_s for track in (picture, sound) if track)
    with archive.write_whole(target) as beside:
        command = ffmpeg.output(*tracks, str(beside), format="mp4", c="copy", movflags="+faststart", copyts=None)
        # Moving the index to the front copies the file once more without a word.
        run_ffmpeg(command, end_s, means, silent_s=sum(each.stat().st_size for each in files) / SLOWEST_DISK)
        result = probe.probe(beside, means.alive)
        for wanted, got in ((picture, result.picture), (sound, result.sound)):
            if wanted is not None:
                compare(wanted, got, target.name)
        means.confirm()
    made.note(target, key, end_s=end_s)
    return True


def compare(wanted: probe.Track, got: probe.Track | None, name: str) -> None:
    """Raise Different unless `got` has exactly the frames of `wanted` and ends within a frame of it."""
    if got is None or got.frames != wanted.frames:
        found = got.frames if got else "no"
        raise Different(f"{name} has {found} frames where its source has {wanted.frames}: the recording is damaged")
    frame_s = max(wanted.duration_s / wanted.frames, 0.001)
    if abs(got.end_s - wanted.end_s) > frame_s or abs(got.start_s - wanted.start_s) > frame_s:
        raise Different(
            f"{name} lasts from {got.start_s:.3f} to {got.end_s:.3f} s, "
            f"its source from {wanted.start_s:.3f} to {wanted.end_s:.3f} s"
        )
