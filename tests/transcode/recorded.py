"""Makes a recorded programme in the archive's layout, with ffmpeg's own drawing and tones: for tests of transcode."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from ingest import archive
from transcode import encode, playlists, process

RATE = 25


def programme(
    where: archive.Programme, seconds: float = 4, size: str = "1280x720", sound: bool = True, picture: str = "testsrc2"
) -> archive.Programme:
    """Segments of 2 s from media time 0: `picture` (a lavfi source) and a tone of 440 Hz."""
    drawn = ["-f", "lavfi", "-i", f"{picture}=size={size}:rate={RATE}:duration={seconds}"]
    x264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-bf", "0", "-pix_fmt", "yuv420p"]
    _hls(where, "video", [*drawn, *x264, "-x264-params", "scenecut=0"])
    if sound:
        _hls(where, "audio", ["-f", "lavfi", "-i", f"sine=440:sample_rate=48000:duration={seconds}", "-c:a", "aac"])
    return where


HLS = [
    "-f",
    "hls",
    "-hls_time",
    "2",
    "-hls_playlist_type",
    "vod",
    "-hls_segment_type",
    "fmp4",
    "-start_number",
    "1",
]
"""Options of segments as an archive has them, of two seconds."""


def _hls(where: archive.Programme, kind: str, arguments: list[str]) -> None:
    folder = where.folder(kind)
    folder.mkdir(parents=True)
    hls = [*HLS, "-hls_segment_filename", str(folder / "%08d.m4s"), str(folder / "index.m3u8")]
    run([*arguments, *hls])


def run(arguments: list[str]) -> None:
    """Run ffmpeg for a test; it tells no progress, so that only the end counts."""
    process.run(
        [encode.tool(), "-hide_banner", "-nostdin", "-loglevel", "warning", *arguments],
        read=lambda line: None,
        niceness=0,
        stall_s=600,
    )


def interrupt(playlist: Path, number: int) -> None:
    """Put a discontinuity before segment `number` (from 0), as the recorder does after a crash."""
    text = playlist.read_text(encoding="utf-8")
    address = playlists.parse(text).segments[number].address
    lines = text.splitlines()
    at = lines.index(address) - 1
    lines[at:at] = ["#EXT-X-DISCONTINUITY", '#EXT-X-MAP:URI="init.mp4"']
    playlist.write_text("\n".join([*lines, ""]), encoding="utf-8")


def picture_times(path: Path) -> list[Fraction]:
    """Media times of all frames of the first video stream, in order."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        return sorted(packet.pts * stream.time_base for packet in container.demux(stream) if packet.pts is not None)


def brightness(path: Path, at_s: float) -> np.ndarray:
    """The decoded frame at a media time, as an array of height x width."""
    with av.open(path) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= at_s - 0.001:
                return frame.to_ndarray(format="gray")
    raise AssertionError(f"{path} has no frame at {at_s} s")


def copied(film: Path, where: archive.Programme, seconds: float) -> archive.Programme:
    """The beginning of a real film as the live room encodes it."""
    x264 = ["-c:v", "libx264", "-preset", "superfast", "-b:v", "2500k", "-g", "50", "-bf", "0", "-pix_fmt", "yuv420p"]
    shown = ["-t", str(seconds), "-i", str(film), "-an", "-vf", f"fps={RATE},scale=-2:720"]
    _hls(where, "video", [*shown, *x264, "-x264-params", "scenecut=0"])
    _hls(where, "audio", ["-t", str(seconds), "-i", str(film), "-vn", "-ar", "48000", "-c:a", "aac"])
    return where
