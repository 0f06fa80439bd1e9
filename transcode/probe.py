"""A media file or a finished HLS playlist comes in; what is really inside goes out. By PyAV: there is no ffprobe.

Durations and frame counts are taken from the packets, never from the header, which may say what was planned.
Media time is the packets' own time: nothing is moved so that it begins at zero.
Only the file itself and local files named by a playlist are opened: a foreign file cannot make us fetch anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Stream

from ingest import steps

FORMATS = "mov,mp4,m4a,3gp,matroska,webm,ogg,wav,flac,mp3,aac,mpegts,mpegvideo,mpeg,avi"
SIGN_OF_LIFE = 2000  # packets; far less than a second of reading
SAFE_FILE = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
SAFE_PLAYLIST = {"protocol_whitelist": "file", "live_start_index": "0"}


class NotAVideo(steps.Permanent):
    """The file is no video (or has no picture or sound where one is needed): choose another file."""


@dataclass(frozen=True, kw_only=True)
class Track:
    """One stream: `frames` packets between two media times; `codec` as HLS names it."""

    codec: str
    frames: int
    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, kw_only=True)
class Picture(Track):
    """A video stream; width and height as shown, in pixels, rotation applied."""

    width: int
    height: int
    frame_rate: Fraction


@dataclass(frozen=True, kw_only=True)
class Sound(Track):
    """An audio stream."""

    sample_rate: int
    channels: int


@dataclass(frozen=True, kw_only=True)
class Media:
    """What a file or playlist holds."""

    picture: Picture | None
    sound: Sound | None

    @property
    def end_s(self) -> float:
        """Media time at which the longer of both ends."""
        return max(track.end_s for track in (self.picture, self.sound) if track is not None)


def options(path: Path) -> dict[str, str]:
    """What libavformat is allowed to open; only a file we name a playlist may be one."""
    return dict(SAFE_PLAYLIST if path.suffix == ".m3u8" else SAFE_FILE)


def open_media(path: Path) -> InputContainer:
    """Open for reading. Raises NotAVideo."""
    try:
        return av.open(path, options=options(path))
    except FileNotFoundError as error:
        raise NotAVideo(f"there is no file {path}") from error
    except (av.error.FFmpegError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise NotAVideo(f"{path.name} cannot be read as video or sound: {why}") from error


def nothing() -> None:
    """The sign of life of a caller that has nobody to tell."""


def probe(path: Path, alive: Callable[[], None] = nothing) -> Media:
    """Read all packets of `path`, calling `alive` now and then. Raises NotAVideo when nothing is in it."""
    with open_media(path) as container:
        streams: list[Stream] = [*container.streams.video[:1], *container.streams.audio[:1]]
        seen = {stream.index: Counter() for stream in streams}
        if streams:
            _count(container, streams, seen, alive)
        tracks = {stream.type: _track(stream, seen[stream.index]) for stream in streams if seen[stream.index].frames}
        picture, sound = tracks.get("video"), tracks.get("audio")
    if not tracks:
        raise NotAVideo(f"{path.name} holds neither picture nor sound")
    assert isinstance(picture, Picture | None)
    assert isinstance(sound, Sound | None)
    return Media(picture=picture, sound=sound)


def picture_of(path: Path, alive: Callable[[], None] = nothing) -> Picture:
    """The video stream of `path`. Raises NotAVideo when there is none."""
    picture = probe(path, alive).picture
    if picture is None:
        raise NotAVideo(f"{path.name} has no picture")
    return picture


def size_of(path: Path) -> tuple[int, int]:
    """Width and height as coded, from the header alone. Raises NotAVideo."""
    with open_media(path) as container:
        if not container.streams.video:
            raise NotAVideo(f"{path.name} has no picture")
        context = container.streams.video[0].codec_context
        return context.width, context.height


def sound_of(path: Path, alive: Callable[[], None] = nothing) -> Sound:
    """The audio stream of `path`. Raises NotAVideo when there is none."""
    sound = probe(path, alive).sound
    if sound is None:
        raise NotAVideo(f"{path.name} has no sound")
    return sound


@dataclass
class Counter:
    """Packets seen so far and the time they cover, in the stream's time base."""

    frames: int = 0
    start: int = 0
    end: int = 0
    last: int = 0

    def add(self, pts: int, duration: int) -> None:
        self.start = pts if not self.frames else min(self.start, pts)
        # A packet without duration (WebM) lasts as long as the step before it.
        length = duration or max(pts - self.last, 0)
        self.end = max(self.end, pts + length)
        self.last = pts
        self.frames += 1


def _count(
    container: InputContainer, streams: list[Stream], seen: dict[int, Counter], alive: Callable[[], None]
) -> None:
    try:
        for n, packet in enumerate(container.demux(streams)):
            if n % SIGN_OF_LIFE == 0:
                alive()
            if packet.size and packet.pts is not None:
                seen[packet.stream.index].add(packet.pts, packet.duration or 0)
    except av.error.FFmpegError:
        # A file cut off in the middle: what was read up to the tear is what it holds.
        return


def _track(stream: Stream, seen: Counter) -> Track:
    assert stream.time_base is not None
    common = {
        "codec": hls_codec(stream),
        "frames": seen.frames,
        "start_s": float(seen.start * stream.time_base),
        "end_s": float(seen.end * stream.time_base),
    }
    if isinstance(stream, av.VideoStream):
        width, height = shown_size(stream)
        rate = stream.average_rate or stream.guessed_rate or Fraction(0)
        return Picture(**common, width=width, height=height, frame_rate=Fraction(rate))  # type: ignore[arg-type]
    assert isinstance(stream, av.AudioStream)
    return Sound(**common, sample_rate=stream.sample_rate, channels=stream.channels)  # type: ignore[arg-type]


def shown_size(stream: av.VideoStream) -> tuple[int, int]:
    """Width and height after the rotation that phones note instead of turning the picture."""
    width, height = stream.codec_context.width, stream.codec_context.height
    return (height, width) if _rotation(stream) % 180 else (width, height)


def _rotation(stream: av.VideoStream) -> int:
    """Degrees; only frames carry it, so the first is decoded and the container set back."""
    if not isinstance(stream.container, InputContainer) or "mov" not in stream.container.format.name:
        return 0
    try:
        stream.container.seek(0, stream=stream)
        frame = next(stream.container.decode(stream), None)
    except av.error.FFmpegError:
        return 0
    return 0 if frame is None else int(frame.rotation)


def hls_codec(stream: Stream) -> str:
    """The name a master playlist gives to this stream's codec (RFC 6381)."""
    name, extra = stream.codec_context.name, stream.codec_context.extradata
    if name == "h264" and extra and len(extra) > 3 and extra[0] == 1:
        return f"avc1.{extra[1:4].hex()}"
    if name == "aac":
        return f"mp4a.40.{extra[0] >> 3}" if extra else "mp4a.40.2"
    if name in ("av1", "libdav1d") and extra and len(extra) > 3 and extra[0] == 0x81:
        profile, level, bits = extra[1] >> 5, extra[1] & 31, 10 if extra[2] & 0x40 else 8
        return f"av01.{profile}.{level:02}{'H' if extra[2] & 0x80 else 'M'}.{bits:02}"
    return name
