"""A recorded programme comes in, one still picture goes out: sharp, not black, from the middle.

Of several moments between a quarter and three quarters of the length the sharpest is taken (variance of the
Laplacian of the brightness); dark or empty ones only when there is nothing else.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from ingest import archive
from transcode import encode, made, probe

CANDIDATES = 9
DARK = 32.0  # mean brightness of limited-range video: black is 16, white 235
EMPTY = 6.0  # standard deviation of brightness: a plain slide has less
LOOKED_AT = (320, 180)  # sharpness is judged at one size, so that noise of a large sensor does not count
RECIPE = 1


class Score(NamedTuple):
    """How good a picture is as a poster; compares worst to best."""

    usable: bool
    sharpness: float


def score(brightness: NDArray[np.uint8]) -> Score:
    """Judge a picture by its brightness, an array of height x width."""
    grey = brightness.astype(np.float32)
    usable = bool(grey.mean() >= DARK and grey.std() >= EMPTY)
    inner = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inner
    return Score(usable, float(laplacian.var()))


def moments(start_s: float, end_s: float, count: int = CANDIDATES) -> list[float]:
    """Media times to look at: evenly over the middle half, the very middle among them."""
    length_s = end_s - start_s
    return [start_s + length_s * (0.25 + 0.5 * n / max(count - 1, 1)) for n in range(count)]


def best(frames: Sequence[av.VideoFrame]) -> av.VideoFrame:
    """The sharpest usable frame; of equals the first."""
    return max(frames, key=lambda frame: score(_brightness(frame)))


def _brightness(frame: av.VideoFrame) -> NDArray[np.uint8]:
    width, height = LOOKED_AT
    return frame.reformat(width=width, height=height, format="gray").to_ndarray().astype(np.uint8)


def frames_at(video: Path, times_s: Sequence[float], progress: Callable[[float], None]) -> list[av.VideoFrame]:
    """The keyframe at or before each time; times that cannot be read are left out."""
    found: list[av.VideoFrame] = []
    with probe.open_media(video) as container:
        stream = container.streams.video[0]
        for n, at_s in enumerate(times_s):
            progress(n / len(times_s))
            frame = frame_at(container, stream, at_s)
            found += [frame] if frame is not None else []
    return found


def frame_at(container: InputContainer, stream: VideoStream, at_s: float) -> av.VideoFrame | None:
    """The keyframe at or before a media time; None where the recording is damaged."""
    assert stream.time_base is not None
    try:
        container.seek(int(at_s / stream.time_base), stream=stream)
        return next(container.decode(stream), None)
    except av.error.FFmpegError:
        return None


def make_poster(video: Path, target: Path, means: encode.Means) -> bool:
    """Write a JPEG of at most 1280 pixels' width. False when it was there. Raises NotAVideo."""
    key = made.key(encode.inputs(video), {"poster": CANDIDATES, "recipe": RECIPE}, av.__version__, means.alive)
    if made.is_made(target, key):
        return False
    made.sweep(target)
    picture = probe.picture_of(video, means.alive)
    frames = frames_at(video, moments(picture.start_s, picture.end_s), means.progress)
    if not frames:
        raise probe.NotAVideo(f"no picture of {video.name} can be decoded")
    chosen = best(frames)
    image = Image.fromarray(chosen.to_ndarray(format="rgb24")).rotate(chosen.rotation, expand=True)
    image.thumbnail((1280, 1280))
    with archive.write_whole(target) as beside:
        image.save(beside, format="JPEG", quality=85, optimize=True)
        means.confirm()
    made.note(target, key, width=image.width, height=image.height)
    return True
