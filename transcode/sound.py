"""A media file, or a programme that may still be growing, comes in; its sound between two times goes out.

Times are the file's own: sound is laid where its time stamps say, gaps are silent, and damaged packets become gaps.
"""

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from ingest import archive
from ingest.live.cmaf import boxes
from transcode import playlists, probe
from transcode.voice import EDGE_S, Stretch

RATE = 16_000
# A clock that drifts by less than this is left alone, so that no sample is dropped or doubled for rounding.
SLACK = RATE // 20
ROLL_S = 1.0  # Opus is right 80 ms after it begins anywhere, AAC after two frames of 21 ms
SEGMENT_S = 2.1  # of sound at most: two seconds and what is left of an AAC frame
HOP = RATE // 50
QUIET_S = 0.3  # a pause that can be cut in
Samples = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Sound:
    """Samples, mono at 16 kHz, of which the first is at `start_s` of the file."""

    samples: Samples
    start_s: float = 0.0

    @property
    def length_s(self) -> float:
        return len(self.samples) / RATE


def of_piece(
    path: Path, start_s: float = -math.inf, end_s: float = math.inf, heard: Sequence[Stretch] | None = None
) -> Sound:
    """The sound of a piece, from the quietest moment near its start to the one near its end. Raises NotAVideo.

    What is not in `heard` is silent.
    """
    sound = between(path, start_s - EDGE_S, end_s + EDGE_S)
    if heard is not None:
        sound = only(sound, heard)
    first, last = (quietest(sound, at_s) if math.isfinite(at_s) else None for at_s in (start_s, end_s))
    begin = 0 if first is None else first
    return Sound(samples=sound.samples[begin : last or None], start_s=sound.start_s + begin / RATE)


def between(path: Path, start_s: float, end_s: float) -> Sound:
    """The sound of a file between two times, as far as it goes; empty when there is none. Raises NotAVideo."""
    from_s = max(start_s, 0.0)
    pieces: list[Samples] = []
    there = origin = round(from_s * RATE)
    end = end_s * RATE
    with _opened(path, from_s, end_s) as container:
        for start, piece in _pieces(container, from_s) if container.streams.audio else ():
            if start >= end:
                break
            if start + len(piece) <= origin:
                continue
            if start < origin:
                start, piece = origin, piece[origin - start :]
            gap = start - there
            if gap > SLACK:
                pieces.append(np.zeros(gap, np.float32))
                there += gap
            elif gap < -SLACK:
                piece = piece[-gap:]
            pieces.append(piece)
            there += len(piece)
    samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    return Sound(samples=samples[: None if math.isinf(end) else max(round(end) - origin, 0)], start_s=from_s)


def _opened(path: Path, from_s: float, end_s: float) -> Any:
    """A container that begins a little before `from_s`, or earlier."""
    if path.suffix == ".m3u8" and (from_s > 0 or math.isfinite(end_s)):
        try:
            return av.open(io.BytesIO(segments(path, from_s - ROLL_S, end_s)), format="mp4")
        except av.error.FFmpegError as error:
            raise probe.NotAVideo(f"{path} cannot be read as sound: {error}") from error
    container = probe.open_media(path)
    if from_s > 2 * ROLL_S and container.streams.audio:
        stream = container.streams.audio[0]
        assert stream.time_base is not None
        try:
            container.seek(round((from_s - ROLL_S) / stream.time_base), stream=stream)
        except av.error.FFmpegError:
            container.close()
            return probe.open_media(path)  # it cannot be entered in its middle, and is read from its beginning
    return container


def segments(playlist: Path, from_s: float, end_s: float) -> bytes:
    """What a programme holds of these seconds, as one fragmented MP4; it may be growing. Raises NotAVideo."""
    try:
        listed = playlists.parse(playlist.read_text(encoding="utf-8"))
        found = [(playlist.parent / listed.init).read_bytes()]
    except OSError as error:
        raise probe.NotAVideo(f"there is no {playlist}") from error
    # None is longer, so the wanted one has at least this number; how long the others were shows when they are read.
    for each in listed.segments[max(int(from_s / SEGMENT_S), 0) :]:
        path = playlist.parent / each.address
        data = path.read_bytes() if path.is_file() else b""
        begins_s = starts_s(data)
        if begins_s >= end_s:
            break
        if begins_s + SEGMENT_S > from_s:
            found.append(data)
    return b"".join(found)


def starts_s(segment: bytes) -> float:
    """The media time at which a segment of sound begins (ISO/IEC 14496-12, 8.8.12: tfdt); -inf when it says none."""
    at = segment.find(b"tfdt") + 4
    if at < 4:
        return -math.inf
    width = 8 if segment[at] else 4
    return int.from_bytes(segment[at + 4 : at + 4 + width], "big") / boxes.AUDIO_TIMESCALE


def ends_s(programme: archive.Programme) -> float:
    """Up to which media time the programme's sound is on the disk: all of that has left the broadcast delay."""
    for path in reversed(programme.segments("audio")):
        if parts := boxes.whole_parts(path):
            return parts[-1].end / boxes.AUDIO_TIMESCALE
    return 0.0


def _pieces(container: Any, from_s: float) -> Iterator[tuple[int, Samples]]:
    """Sample number and samples of each decoded frame; damaged packets are left out and become silence."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    for packet in _packets(container):
        if packet.pts is not None and packet.pts * packet.time_base < from_s - ROLL_S:
            continue
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            continue  # a damaged packet: the next one says by its time how long the gap is
        for frame in frames:
            for out in resampler.resample(frame):
                if out.pts is not None and out.time_base is not None:
                    yield round(out.pts * out.time_base * RATE), out.to_ndarray().reshape(-1).astype(np.float32)


def _packets(container: Any) -> Iterator[Any]:
    try:
        yield from container.demux(audio=0)
    except av.error.FFmpegError:
        return  # the file is cut off here: what was heard so far counts


def only(sound: Sound, heard: Iterable[Stretch]) -> Sound:
    """The sound, silent where it is not in one of these stretches."""
    kept = np.zeros_like(sound.samples)
    for each in heard:
        start, end = (max(round((at_s - sound.start_s) * RATE), 0) for at_s in (each.start_s, each.end_s))
        kept[start:end] = sound.samples[start:end]
    return Sound(samples=kept, start_s=sound.start_s)


def quietest(sound: Sound, at_s: float) -> int:
    """The sample in the middle of the quietest moment within EDGE_S of a time, of equal ones the first.

    Two neighbours that decoded from different places find the same: moments lie on a grid of the file's own time, and
    loudness is rounded to half a decibel.
    """
    offset, window = round(sound.start_s * RATE), round(QUIET_S * RATE)
    first, last = (math.ceil((at_s + way * (EDGE_S - QUIET_S)) * RATE / HOP) * HOP for way in (-1, 1))
    places = [n for n in range(first, last, HOP) if window // 2 <= n - offset <= len(sound.samples)]
    if not places:
        return len(sound.samples) if at_s > sound.start_s else 0
    power = np.concatenate([[0.0], np.cumsum(sound.samples.astype(np.float64) ** 2)])
    starts = np.array([n - offset - window // 2 for n in places])
    ends = np.minimum(starts + window, len(sound.samples))
    mean = (power[ends] - power[starts]) / np.maximum(ends - starts, 1)
    loudness = np.round(20 * np.log10(np.maximum(mean, 1e-12)))
    return places[int(np.argmin(loudness))] - offset
