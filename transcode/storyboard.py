"""A recorded programme comes in; small pictures of its whole length on one sheet go out, and WebVTT that says which.

    pictures/storyboard.jpg    ten in a row, 90 lines each
    pictures/storyboard.vtt    from 00:20.000 to 00:40.000: storyboard.jpg#xywh=160,0,160,90

The keyframe at or before the middle of each stretch of time stands for it, so that hardly anything is decoded.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import av
from PIL import Image

from ingest import archive
from transcode import encode, made, pictures, probe
from transcode.encode import Means

COLUMNS = 10
MOST = 180
"""Pictures on the sheet: 1600 x 1620 pixels, which every browser takes, and about 400 kB."""
LINES = 90
SHORTEST_S = 2.0  # the programme has a keyframe every two seconds
QUALITY = 60
RECIPE = 1


class Tile(NamedTuple):
    """One picture: the media time for which it stands, and where it is on the sheet."""

    start_s: float
    end_s: float
    x: int
    y: int


def interval_s(duration_s: float) -> float:
    """How long each picture stands: whole segments, and no more pictures than fit."""
    return max(SHORTEST_S, math.ceil(duration_s / MOST / SHORTEST_S) * SHORTEST_S)


def tiles(start_s: float, end_s: float, width: int) -> list[Tile]:
    """All pictures of a programme in order; the first stands from the very beginning, the last to the very end."""
    each_s = interval_s(end_s - start_s)
    count = max(1, math.ceil((end_s - start_s) / each_s - 1e-6))
    return [
        Tile(
            start_s=start_s + n * each_s,
            end_s=min(start_s + (n + 1) * each_s, end_s),
            x=n % COLUMNS * width,
            y=n // COLUMNS * LINES,
        )
        for n in range(count)
    ]


def webvtt(found: list[Tile], width: int, sheet: str) -> str:
    """What players read."""
    cues = (
        f"{_clock(tile.start_s)} --> {_clock(tile.end_s)}\n{sheet}#xywh={tile.x},{tile.y},{width},{LINES}\n"
        for tile in found
    )
    return "WEBVTT\n\n" + "\n".join(cues)


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def width_of(picture: probe.Picture) -> int:
    """The even width of a small picture that keeps the shape."""
    return max(2, round(picture.width * LINES / picture.height / 2) * 2)


def make(video: Path, room: archive.Room, means: Means) -> bool:
    """Write sheet and WebVTT. False when they were there. Raises NotAVideo."""
    wanted = {"storyboard": [COLUMNS, MOST, LINES, QUALITY], "recipe": RECIPE}
    key = made.key(encode.inputs(video), wanted, av.__version__, means.alive)
    if made.is_made(room.storyboard, key):
        return False
    sheet = room.storyboard.with_suffix(".jpg")
    made.sweep(room.storyboard)
    made.sweep(sheet)
    picture = probe.picture_of(video, means.alive)
    width = width_of(picture)
    found = tiles(picture.start_s, picture.end_s, width)
    with archive.write_whole(sheet) as beside:
        draw(video, found, width, means).save(beside, format="JPEG", quality=QUALITY, optimize=True)
        means.confirm()
    archive.write_text(room.storyboard, webvtt(found, width, sheet.name))
    made.note(room.storyboard, key, pictures=len(found))
    return True


def draw(video: Path, found: list[Tile], width: int, means: Means) -> Image.Image:
    """The sheet; where a picture cannot be decoded the one before stands again."""
    rows = -(-len(found) // COLUMNS)
    sheet = Image.new("RGB", (min(len(found), COLUMNS) * width, rows * LINES))
    last: Image.Image | None = None
    middles = [(tile.start_s + tile.end_s) / 2 for tile in found]
    for n, (tile, frame) in enumerate(zip(found, _small(video, middles, width), strict=True)):
        means.progress(n / len(found))
        last = frame or last
        if last is not None:
            sheet.paste(last, (tile.x, tile.y))
    return sheet


def _small(video: Path, times_s: list[float], width: int) -> Iterator[Image.Image | None]:
    with probe.open_media(video) as container:
        stream = container.streams.video[0]
        for at_s in times_s:
            frame = pictures.frame_at(container, stream, at_s)
            if frame is None:
                yield None
            else:
                yield Image.fromarray(frame.reformat(width=width, height=LINES, format="rgb24").to_ndarray())
