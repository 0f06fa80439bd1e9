"""Decoded pictures and drawn cards come in; one picture, encoded once, goes out.

The canvas is one yuv420p frame for the whole life of a room: only what changed is written into it. Colours are
BT.601 in limited range, which is what browsers' cameras send, and the stream says so.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import av
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from ingest.live.mix.scene import Box

Plane = NDArray[np.uint8]
Level = NDArray[np.floating]
_GLOBAL_HEADER = 1 << 22  # AV_CODEC_FLAG_GLOBAL_HEADER: the parameter sets are there before the first frame
_BT601, _LIMITED = 6, 1  # SMPTE 170M and "tv" in ISO/IEC 23091-2 and ffmpeg


@dataclass(frozen=True)
class Overlay:
    """A card ready to be laid on the canvas: three planes times their opacity, and what remains of what is below.

    Colours in 0 … 255, what remains in 256ths; sizes are even.
    """

    colours: tuple[NDArray[np.uint16], ...]
    remains: tuple[NDArray[np.uint16], ...]

    @property
    def width(self) -> int:
        return int(self.colours[0].shape[1])

    @property
    def height(self) -> int:
        return int(self.colours[0].shape[0])

    @cached_property
    def opaque(self) -> bool:
        return not self.remains[0].any()

    @staticmethod
    def of(pixels: Plane) -> "Overlay":
        """From height x width x RGBA, both even."""
        alpha = pixels[..., 3].astype(np.float32) / 255
        planes = _yuv(pixels[..., :3].astype(np.float32))
        shares: list[Level] = [alpha, _halved(alpha), _halved(alpha)]
        colours: list[Level] = [planes[0] * alpha, _halved(planes[1] * alpha), _halved(planes[2] * alpha)]
        return Overlay(
            tuple(np.rint(each).astype(np.uint16) for each in colours),
            tuple(np.rint((1 - each) * 256).astype(np.uint16) for each in shares),
        )


def colour(red: int, green: int, blue: int) -> tuple[int, int, int]:
    """A colour as Y, Cb, Cr."""
    planes = _yuv(np.array([[[red, green, blue]]], np.float32))
    return tuple(round(float(plane[0, 0])) for plane in planes)  # type: ignore[return-value]


def _yuv(rgb: Level) -> tuple[Level, ...]:
    # ITU-R BT.601, limited range.
    r, g, b = rgb[..., 0] / 255, rgb[..., 1] / 255, rgb[..., 2] / 255
    y = 16 + 65.481 * r + 128.553 * g + 24.966 * b
    u = 128 - 37.797 * r - 74.203 * g + 112.0 * b
    v = 128 + 112.0 * r - 93.786 * g - 18.214 * b
    return y, u, v


def _halved(plane: Level) -> Level:
    height, width = plane.shape
    result: Level = plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    return result


def planes_of(frame: av.VideoFrame) -> list[Plane]:
    """The three planes of a yuv420p frame as arrays that share its memory."""
    planes = []
    for number, plane in enumerate(frame.planes):
        lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        half = 1 if number else 0
        planes.append(lines[: -(-frame.height >> half), : -(-frame.width >> half)])
    return planes


class Canvas:
    """The programme's picture."""

    def __init__(self, width: int, height: int) -> None:
        self.frame = av.VideoFrame(width, height, "yuv420p")
        self.frame.colorspace, self.frame.color_range = _BT601, _LIMITED
        self._planes = planes_of(self.frame)

    def fill(self, box: Box, yuv: tuple[int, int, int]) -> None:
        """Paint a box in one colour."""
        for plane, value in zip(self._parts(box), yuv, strict=True):
            plane[:] = value

    def put(self, box: Box, frame: av.VideoFrame) -> None:
        """Copy a yuv420p frame of exactly the box's size."""
        for plane, source in zip(self._parts(box), planes_of(frame), strict=True):
            plane[:] = source

    def lay(self, x: int, y: int, overlay: Overlay) -> None:
        """Lay a card over what is there."""
        parts = self._parts(Box(x, y, overlay.width, overlay.height))
        for plane, own, remains in zip(parts, overlay.colours, overlay.remains, strict=True):
            plane[:] = own if overlay.opaque else own + (plane * remains >> 8)

    def _parts(self, box: Box) -> list[Plane]:
        x, y, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
        luma, *chroma = self._planes
        return [luma[y:bottom, x:right], *(each[y // 2 : bottom // 2, x // 2 : right // 2] for each in chroma)]


class Scaler:
    """Brings one person's frames to a size; keeps the tables of the last size."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def to(self, frame: av.VideoFrame, width: int, height: int) -> av.VideoFrame:
        """The frame in this size, as yuv420p. One thread: the pool ffmpeg makes otherwise costs more than it gives."""
        # Mean values of areas cost a fifth less than two neighbours of each point, and flicker less; for a picture that
        # grows they would be blocks.
        way = Interpolation.AREA if height <= frame.height else Interpolation.FAST_BILINEAR
        return self._reformatter.reformat(frame, width, height, "yuv420p", interpolation=way, threads=1)


class Keyframes:
    """Which frames are keyframes: every two seconds from an origin, and those a viewer asked for in between."""

    EVERY_S = 2
    AT_MOST_EVERY_S = 1  # every viewer pays for another one's keyframe

    def __init__(self, frame_rate: int) -> None:
        self.wanted = False
        self._forced = False
        self._frame_rate = frame_rate
        self._origin = self._last = 0

    def begin(self, frame: int) -> None:
        """Count the regular ones from this frame, where a recording begins."""
        self._origin = frame

    def force(self) -> None:
        """The next frame is one, however short the last one ago."""
        self._forced = True

    def due(self, frame: int) -> bool:
        """Whether this frame is one; asked once for each frame."""
        regular = self._forced or (frame - self._origin) % (self.EVERY_S * self._frame_rate) == 0
        allowed = frame - self._last >= self.AT_MOST_EVERY_S * self._frame_rate
        if not regular and not (self.wanted and allowed):
            return False
        self.wanted = self._forced = False
        self._last = frame
        return True


class Encoder:
    """x264 in PyAV: one packet for every frame at once, keyframes only where they are asked for."""

    def __init__(self, *, width: int, height: int, frame_rate: int, bitrate: int, preset: str) -> None:
        codec = av.CodecContext.create("libx264", "w")
        codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
        codec.framerate, codec.time_base = Fraction(frame_rate), Fraction(1, frame_rate)
        codec.bit_rate, codec.thread_count = bitrate, 1
        codec.flags |= _GLOBAL_HEADER
        codec.colorspace, codec.color_range, codec.color_primaries, codec.color_trc = _BT601, _LIMITED, 6, 6
        codec.options = {
            "preset": preset,
            "tune": "zerolatency",
            "profile": "baseline",
            # A second's bits at most at once: keyframes stay small enough to be sent within a few frames' time.
            "maxrate": str(bitrate),
            "bufsize": str(bitrate),
            # Keyframes are ours: a forced one would move x264's own, and with them the segments.
            "g": "9999",
            "x264-params": "repeat-headers=1:scenecut=0:keyint=9999",
        }
        codec.open()
        self.parameter_sets = bytes(codec.extradata or b"")
        self._codec = codec
        self._count = 0

    def encode(self, frame: av.VideoFrame, keyframe: bool) -> bytes:
        """The frame in Annex B; a keyframe has SPS and PPS before it. The frame may be drawn on again afterwards."""
        frame.pts = self._count
        self._count += 1
        # A frame that is used again would stay an I-frame for ever.
        frame.pict_type = PictureType.I if keyframe else PictureType.NONE
        packets = self._codec.encode(frame)
        if len(packets) != 1:
            raise RuntimeError(f"x264 gave {len(packets)} packets for one frame: it is not in zerolatency mode")
        return bytes(packets[0])
