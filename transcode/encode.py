"""A recorded programme comes in; a smaller rendition, a download and a sound file go out, checked against it.

Commands are built with ffmpeg-python, of which only `get_args()` is used, and run by process.py with the ffmpeg
of imageio-ffmpeg. Times are copied (`-copyts`): a rendition is in media time like its source. Everything is made
beside and renamed when its frames and seconds agree with the source; a difference is an error, never a rendition.
"""

import functools
import struct
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import ffmpeg
import imageio_ffmpeg

from ingest import archive, steps
from transcode import ladder, made, playlists, probe, process
from transcode.ladder import Rung
from transcode.settings import Settings

RECIPE = 1  # raised when a command changes what comes out
SEGMENT_S = 2.0
SLOWEST_DISK = 20e6  # bytes a second


class Different(steps.Permanent):
    """A rendition has not the frames or the length of its source: the source may be damaged."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a piece of work is given beside its files.

    `progress` takes the fraction done, `alive` is a sign of life without one, `confirm` is asked before a rename;
    each may raise to stop the work.
    """

    settings: Settings
    progress: Callable[[float], None] = lambda fraction: None
    alive: Callable[[], None] = lambda: None
    confirm: Callable[[], None] = lambda: None


@functools.cache
def tool() -> str:
    """Path of the ffmpeg binary."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


@functools.cache
def tool_version() -> str:
    """First line of `ffmpeg -version`, part of every key."""
    said = subprocess.run([tool(), "-version"], capture_output=True, text=True, check=True, timeout=30)
    return said.stdout.splitlines()[0]


def run_ffmpeg(command: Any, duration_s: float, means: Means, silent_s: float = 0.0) -> None:
    """Run an ffmpeg-python output node; reports the fraction done. Raises what process.run raises.

    For `silent_s` beyond the stall limit ffmpeg may work without saying so.
    """
    arguments = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-progress", "pipe:1", "-y"]
    process.run(
        [tool(), *arguments, *ffmpeg.get_args(command)],
        read=position,
        report=lambda at: means.progress(min(at / duration_s, 1.0) if duration_s > 0 else 0.0),
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


# A smaller rendition


def encode_rung(video: Path, folder: Path, rung: Rung, means: Means) -> bool:
    """Make the HLS rendition `folder` (init.mp4, segments, index.m3u8) of `video`, cut where `video` is cut.

    Returns False when it was there already. Raises NotAVideo, Different and what process.run raises.
    """
    settings = means.settings
    recipe = {"rung": asdict(rung), "preset": settings.rung_preset, "recipe": RECIPE}
    key = made.key(inputs(video), recipe, tool_version(), means.alive)
    if made.is_made(folder, key):
        return False
    made.sweep(folder)
    picture = probe.picture_of(video, means.alive)
    segments = segments_of(video, picture)
    with made.folder_beside(folder) as beside:
        whole = beside / "whole.mp4"
        run_ffmpeg(rung_command(video, whole, rung, picture, segments, settings), picture.end_s, means)
        compare(picture, probe.picture_of(whole, means.alive), whole.name)
        cut(whole, beside, segments)
        whole.unlink()
        means.confirm()
        made.put_in_place(beside, folder)
    made.note(folder, key, frames=picture.frames, end_s=picture.end_s)
    return True


def segments_of(video: Path, picture: probe.Picture) -> playlists.Playlist:
    """Where to cut: as the programme's playlist does; for a file every two seconds."""
    if video.suffix == ".m3u8":
        return playlists.read(video)
    starts = [n * SEGMENT_S for n in range(max(1, int(-(-picture.duration_s // SEGMENT_S))))]
    ends = [*starts[1:], picture.duration_s]
    found = tuple(
        playlists.Segment(address=archive.SEGMENT_NAME.format(n), duration_s=round(end - start, 6))
        for n, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
    )
    return playlists.Playlist(init="init.mp4", segments=found, first_number=1)


def rung_command(
    video: Path, whole: Path, rung: Rung, picture: probe.Picture, cuts: playlists.Playlist, settings: Settings
) -> Any:
    """One fragmented MP4 without sound, a keyframe and a fragment at every cut and nowhere else."""
    # Half a frame early, so that a rounded time never misses its frame; the first frame is a keyframe anyway.
    early_s = 0.5 / float(picture.frame_rate or 25)
    keyframes = ",".join(f"{max(0.0, picture.start_s + each - early_s):.6f}" for each in cuts.starts_s)
    width = ladder.width_for(rung, picture.width, picture.height)
    scaled = source(video).video.filter("scale", width, rung.height, flags="bicubic").filter("setsar", 1)
    return ffmpeg.output(
        scaled,
        str(whole),
        format="mp4",
        movflags="+frag_keyframe+empty_moov+default_base_moof+cmaf",
        vcodec="libx264",
        preset=settings.rung_preset,
        pix_fmt="yuv420p",
        crf=23,
        maxrate=rung.bitrate,
        bufsize=2 * rung.bitrate,
        threads=settings.encode_threads,
        force_key_frames=keyframes,
        bf=0,  # B-frames would move the whole track: a fragment's decode time cannot lie before 0
        **{"x264-params": "keyint=infinite:scenecut=0:open-gop=0", "fps_mode": "passthrough", "copyts": None},
        video_track_timescale=90000,
        map_metadata=-1,
    )


def cut(whole: Path, folder: Path, cuts: playlists.Playlist) -> None:
    """Write init.mp4, one segment per fragment of `whole` under the names of `cuts`, and index.m3u8."""
    init, fragments = b"", 0
    with whole.open("rb") as file:
        for kind, start, size in boxes(file):
            if kind in (b"ftyp", b"moov"):
                file.seek(start)
                init += file.read(size)
            elif kind in (b"styp", b"sidx", b"moof", b"mdat"):
                fragments += kind == b"moof"
                if fragments > len(cuts.segments):
                    raise Different(f"{whole.name} has more fragments than the {len(cuts.segments)} segments wanted")
                if fragments:
                    _append(file, start, size, folder / cuts.segments[fragments - 1].address)
    if fragments != len(cuts.segments):
        raise Different(f"{whole.name} has {fragments} fragments where {len(cuts.segments)} segments are wanted")
    (folder / "init.mp4").write_bytes(init)
    text = playlists.write("init.mp4", cuts.segments, cuts.first_number)
    (folder / "index.m3u8").write_text(text, encoding="utf-8")


def boxes(file: Any) -> Iterator[tuple[bytes, int, int]]:
    """Kind, offset and size of each top-level box (ISO/IEC 14496-12, 4.2)."""
    end = file.seek(0, 2)
    start = 0
    while start < end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        size = struct.unpack(">Q", file.read(8))[0] if size == 1 else size or end - start
        yield kind, start, size
        start += size


def _append(file: Any, start: int, size: int, path: Path) -> None:
    file.seek(start)
    with path.open("ab") as segment:
        segment.write(file.read(size))


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
