"""A length and a person's colour come in, a clip with a beep and a flash each second goes out; and the way back.

The makers and the detectors of generated media. Everything is done by PyAV and numpy; no program of the machine is
needed. A time is the media time of the file in seconds, as its container says it.

How exact the detectors are, and why (tests/standins/test_media.py holds them to it):
- a beep's start within 4 ms: the matched filter's peak is flat for the 5 ms of a beep's ramps; AAC and Opus smear by
  about a millisecond. Two beeps of one frequency less than 60 ms apart are one.
- a flash's start is the time of the first frame that shows it: it may be late by up to one frame of the clip it was
  sent with, and one more of the mixer that drew it (33 ms each at 30 frames a second), never early.
So sound and picture of one mixed programme cannot be told apart closer than 33 + 4 ms, two pictures 67 ms.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Literal

import av
import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]
Media = Path | BinaryIO
AudioCodec = Literal["aac", "libopus"]

SAMPLE_RATE = 48_000
BEEP_HZ = 1000
BEEP_S = 0.05
RAMP_S = 0.005
FLASH_FRAMES = 2
_FRAME_SAMPLES = {"aac": 1024, "libopus": 960}
_COARSE = 24
_ROUNDED_SAMPLES = 3 * SAMPLE_RATE // 1000
# Far apart in every channel, none near black or white, so that a tile tells whose it is after any encode.
COLOURS: dict[str, Colour] = {"ada": (40, 90, 200), "bo": (210, 60, 60), "chris": (60, 170, 70), "dana": (220, 170, 30)}


@dataclass(frozen=True)
class Region:
    """A part of a picture, as fractions of its width and height from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def within(self, tile: "Region") -> "Region":
        """This part of a picture when the picture is shown in `tile`."""
        width, height = tile.right - tile.left, tile.bottom - tile.top
        return Region(
            tile.left + self.left * width, tile.top + self.top * height,
            tile.left + self.right * width, tile.top + self.bottom * height,
        )  # fmt: skip

    def cut(self, picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The pixels of this part; at least one."""
        height, width = picture.shape[:2]
        y0, x0 = int(self.top * height), int(self.left * width)
        y1, x1 = max(y0 + 1, int(self.bottom * height)), max(x0 + 1, int(self.right * width))
        return picture[y0:y1, x0:x1]


WHOLE = Region(0.0, 0.0, 1.0, 1.0)
# The white square of a flash, and its middle, which stays white after scaling and encoding.
LAMP = Region(16 / 640, 16 / 360, 48 / 640, 48 / 360)
LAMP_MIDDLE = Region(22 / 640, 22 / 360, 42 / 640, 42 / 360)


def beeps(length_s: float, *, hz: float = BEEP_HZ, level_db: float = -20.0) -> Sound:
    """A beep of 50 ms at each whole second of a silent track; `level_db` is its peak in dBFS."""
    track = np.zeros(round(length_s * SAMPLE_RATE), np.float32)
    time = np.arange(round(BEEP_S * SAMPLE_RATE)) / SAMPLE_RATE
    ramp = np.clip(np.minimum(time, BEEP_S - time) / RAMP_S, 0, 1)
    beep = 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * time) * ramp
    for start in range(0, len(track), SAMPLE_RATE):
        track[start : start + len(beep)] = beep[: len(track) - start]
    return track


def shows_flash(frame: int, frame_rate: int) -> bool:
    """Whether the lamp is lit in this frame: the first two of each second."""
    return frame % frame_rate < FLASH_FRAMES


def pictures(length_s: float, colour: Colour, *, width: int, height: int, frame_rate: int) -> Iterator[Picture]:
    """Frames of one colour with the flash in the corner, RGB of shape (height, width, 3)."""
    dark = np.empty((height, width, 3), np.uint8)
    dark[:] = colour
    lit = dark.copy()
    LAMP.cut(lit)[:] = 255
    for frame in range(round(length_s * frame_rate)):
        yield lit if shows_flash(frame, frame_rate) else dark


def write_clip(
    path: Path,
    length_s: float,
    colour: Colour = COLOURS["ada"],
    *,
    hz: float = BEEP_HZ,
    width: int = 640,
    height: int = 360,
    frame_rate: int = 30,
) -> Path:
    """A clip of one person: their colour, a flash and a beep each second. The suffix chooses the container."""
    drawn = pictures(length_s, colour, width=width, height=height, frame_rate=frame_rate)
    return write(path, drawn, beeps(length_s, hz=hz), frame_rate=frame_rate)


def write(
    path: Path,
    drawn: Iterable[Picture] | None,
    sound: Sound | None,
    *,
    frame_rate: int = 30,
    video_options: dict[str, str] | None = None,
    audio_codec: AudioCodec = "aac",
    audio_bit_rate: int = 64_000,
) -> Path:
    """Encode pictures (RGB) and sound (mono, 48 kHz) as H.264 and AAC or Opus; either may be None.

    A keyframe every two seconds, so that a reader can start anywhere near.
    """
    options = {"g": str(2 * frame_rate)} | (video_options or {"preset": "ultrafast", "crf": "20"})
    frames = iter(drawn or ())
    first = next(frames, None)
    chunks = sound_frames(sound if sound is not None else np.zeros(0, np.float32), _FRAME_SAMPLES[audio_codec])
    with av.open(str(path), "w") as container:
        if first is not None:
            video = container.add_stream("libx264", rate=frame_rate, options=options)
            video.height, video.width, video.pix_fmt = *first.shape[:2], "yuv420p"
        if sound is not None:
            audio = container.add_stream(audio_codec, rate=SAMPLE_RATE, layout="mono")
            audio.bit_rate = audio_bit_rate
        for number, pixels in enumerate(itertools.chain([first], frames) if first is not None else ()):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, frame_rate)
            container.mux(video.encode(frame))
            for chunk in itertools.islice(chunks, _chunks_until(number + 1, frame_rate, audio_codec)):
                container.mux(audio.encode(chunk))
        for chunk in chunks:
            container.mux(audio.encode(chunk))
        if first is not None:
            container.mux(video.encode(None))
        if sound is not None:
            container.mux(audio.encode(None))
    return path


def _chunks_until(frame: int, frame_rate: int, audio_codec: AudioCodec) -> int:
    """How many sound frames belong between this picture and the one before, so that both stay side by side."""
    per_second = Fraction(SAMPLE_RATE, _FRAME_SAMPLES[audio_codec])
    return int(frame * per_second / frame_rate) - int((frame - 1) * per_second / frame_rate)


def sound_frames(sound: Sound, size: int, start: int = 0) -> Iterator[av.AudioFrame]:
    """The sound in frames of `size` samples, the first at sample `start` of media time; the last filled up."""
    for at in range(0, len(sound), size):
        block = np.zeros(size, np.float32)
        block[: len(sound[at : at + size])] = sound[at : at + size]
        frame = av.AudioFrame.from_ndarray(block[np.newaxis], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start + at, Fraction(1, SAMPLE_RATE)
        yield frame


def read_sound(media: Media) -> Sound:
    """All sound from media time 0 on, mono at 48 kHz, where its timestamps say; a gap is silence.

    Holds the whole file in memory: 11 MB a minute.
    """
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE)
    placed: list[tuple[int, Sound]] = []
    end = 0
    with _opened(media) as container:
        for frame in container.decode(audio=0):
            start = round(float(frame.time or 0.0) * SAMPLE_RATE)
            for piece in resampler.resample(frame):
                # Matroska rounds times to milliseconds: a step of that size is no gap and must not tear a tone.
                start = end if placed and abs(start - end) <= _ROUNDED_SAMPLES else start
                placed.append((start, _samples(piece)))
                start = end = start + piece.samples
    track = np.zeros(max((start + len(samples) for start, samples in placed), default=0), np.float32)
    for start, samples in placed:
        early = max(0, -start)
        track[start + early : start + len(samples)] = samples[early:]
    return track


def read_frames(media: Media) -> Iterator[tuple[float, av.VideoFrame]]:
    """All pictures with their media times in seconds."""
    with _opened(media) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            yield float(frame.time or 0.0), frame


def find_beeps(media: Media | Sound, hz: float = BEEP_HZ) -> list[float]:
    """The media times at which beeps of this frequency begin, in seconds.

    Speech and other sound beside them is fine as long as it leaves the band of ±40 Hz; a tone that lasts longer
    than a beep, and anything quieter than a quarter of the loudest beeps or than -60 dBFS, is none; nor is one that
    is cut off by the end.
    """
    sound = media if isinstance(media, np.ndarray) else read_sound(media)
    if len(sound) < SAMPLE_RATE // 10:
        return []
    turned = sound * np.exp(-2j * np.pi * hz * np.arange(len(sound)) / SAMPLE_RATE)
    # Half a millisecond at a time: fine enough for the tolerance, and a twentieth of the work.
    coarse = turned[: len(turned) // _COARSE * _COARSE].reshape(-1, _COARSE).mean(axis=1)
    rate = SAMPLE_RATE // _COARSE
    near, wide = _averaged(coarse, round(BEEP_S * rate)), _averaged(coarse, round(4 * BEEP_S * rate))
    limit = max(1e-3, 0.25 * float(np.percentile([near[at : at + rate].max() for at in range(0, len(near), rate)], 90)))
    found: list[float] = []
    for first, after in _runs(near > limit):
        peak = first + int(near[first:after].argmax())
        cut_off = peak + BEEP_S / 2 * rate > len(near) + RAMP_S * rate
        if wide[peak] < 0.6 * near[peak] and not cut_off:
            found.append(peak / rate - BEEP_S / 2)
    return found


def find_flashes(media: Media, region: Region = LAMP_MIDDLE) -> list[float]:
    """The media times of the first frames of flashes in this part of the picture, in seconds."""
    times, light = [], []
    for time, frame in read_frames(media):
        times.append(time)
        light.append(float(region.cut(_luma(frame)).mean()))
    if not light or max(light) - min(light) < 40:
        return []  # Less than a sixth of the range from black to white is a change of picture, not a flash.
    half = (max(light) + float(np.percentile(light, 20))) / 2
    return [times[first] for first, _ in _runs(np.array(light) > half)]


def mean_colour(media: Media, region: Region = WHOLE, *, at_s: float = 0.5) -> Colour:
    """Red, green and blue of a part of the picture that is shown at `at_s`. Raises ValueError past the end."""
    shown = None
    for time, frame in read_frames(media):
        if time > at_s and shown is not None:
            return _mean(shown, region)
        shown = frame
    if shown is None or time + 0.1 < at_s:
        raise ValueError(f"no picture at {at_s} s")
    return _mean(shown, region)


def nearest_person(colour: Colour) -> str:
    """Whose colour of `COLOURS` is the nearest."""
    return min(COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(COLOURS[name], colour, strict=True)))


def black_stretches(media: Media, region: Region = WHOLE, *, at_least_s: float = 0.1) -> list[tuple[float, float]]:
    """Stretches (from, to) in seconds in which this part is darker than 24 of 255 on average."""
    seen = [(time, region.cut(pixels(frame, "gray")).mean() < 24) for time, frame in read_frames(media)]
    times = [time for time, _ in seen]
    times.append(2 * times[-1] - times[-2] if len(times) > 1 else 0.0)
    runs = _runs(np.array([dark for _, dark in seen], bool))
    return [(times[first], times[after]) for first, after in runs if times[after] - times[first] >= at_least_s]


def silent_stretches(
    media: Media | Sound, *, below_db: float = -60.0, at_least_s: float = 1.5
) -> list[tuple[float, float]]:
    """Stretches (from, to) in seconds without a sample above `below_db` (dBFS).

    By default longer than the 0.95 s between two beeps, so that a beeping clip has none.
    """
    sound = media if isinstance(media, np.ndarray) else read_sound(media)
    loud = np.flatnonzero(np.abs(sound) > 10 ** (below_db / 20))
    edges = np.concatenate([[-1], loud, [len(sound)]])
    gaps = zip(edges[:-1] + 1, edges[1:], strict=True)
    return [(a / SAMPLE_RATE, b / SAMPLE_RATE) for a, b in gaps if (b - a) / SAMPLE_RATE >= at_least_s]


def _opened(media: Media) -> av.container.InputContainer:
    # Playlists name segments `.m4s`, which libavformat only opens when it is told that this is meant.
    name = str(media) if isinstance(media, Path) else media
    options = {"allowed_extensions": "ALL", "extension_picky": "0"} if str(name).endswith(".m3u8") else {}
    return av.open(name, "r", options=options)


def pixels(frame: av.VideoFrame, format: str) -> Picture:
    """A frame as an array: "rgb24" or "gray"."""
    return frame.to_ndarray(format=format).astype(np.uint8, copy=False)


def _luma(frame: av.VideoFrame) -> Picture:
    if not frame.format.name.startswith("yuv"):
        return pixels(frame, "gray")
    plane = frame.planes[0]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]


def _samples(frame: av.AudioFrame) -> Sound:
    samples: Sound = frame.to_ndarray()[0].astype(np.float32, copy=False)
    return samples


def _mean(frame: av.VideoFrame, region: Region) -> Colour:
    red, green, blue = region.cut(pixels(frame, "rgb24")).reshape(-1, 3).mean(axis=0)
    return round(float(red)), round(float(green)), round(float(blue))


def _averaged(turned: npt.NDArray[np.complex128], size: int) -> npt.NDArray[np.float64]:
    """Size of the centred moving average, by a running sum; twice it is a tone's peak."""
    padded = np.concatenate([np.zeros(size // 2), turned, np.zeros(size - size // 2)])
    total = np.concatenate([[0], np.cumsum(padded)])
    sizes: npt.NDArray[np.float64] = 2 * np.abs(total[size:] - total[:-size])[: len(turned)] / size
    return sizes


def _runs(wanted: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches of True as (first, first after)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wanted, [False]]).astype(np.int8)))
    return [(int(first), int(after)) for first, after in zip(edges[::2], edges[1::2], strict=True)]
