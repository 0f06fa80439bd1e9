"""Faces from a folder come in; four people's clips at 720p and 360p, encoded once and kept in memory, go out.

Two files of the same name make a person: `NAME.mjpeg` (a camera) and `NAME.wav` (their voice). Both are looped, and the
noise of a cheap camera is laid over the picture, anew in each frame, so that no encoder has it easy.
"""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import ffmpeg
import imageio_ffmpeg
from av.bitstream import BitStreamFilterContext

from web.mendable import Mendable

BESIDE = Path(__file__).resolve().parents[3] / "shared/fixtures/derived"
FACES = ("webcam_01_bbaf2n", "webcam_03_lbax4n", "webcam_06_lwbsza", "webcam_09_sbwe5n")
LENGTH_S, RATE = 12, 30
NOISE = 8  # of 255: what a laptop's camera adds in a lit room
SOUND_MS = 20


@dataclass(frozen=True)
class Size:
    """A camera's picture: height in lines of 16:9, bits a second."""

    height: int
    bitrate: int

    @property
    def width(self) -> int:
        return self.height * 16 // 9


FULL = Size(720, 1_500_000)
SMALL = Size(360, 500_000)  # what a page is told to send for a tile of a grid


@dataclass(frozen=True)
class Clip:
    """Encoded pictures (Annex B, `RATE` a second) and sounds (Opus, 20 ms each), to be sent again and again."""

    pictures: tuple[bytes, ...]
    sounds: tuple[bytes, ...]


def faces(folder: Path) -> list[tuple[Path, Path]]:
    """Camera and voice of each person. Raises Mendable, saying what is missing."""
    pairs = [(folder / f"{name}.mjpeg", folder / f"{name}.wav") for name in FACES]
    missing = [path.name for pair in pairs for path in pair if not path.is_file()]
    if missing:
        raise Mendable(
            f"{folder}: {missing[0]} is not there: give --media FOLDER with {', '.join(FACES)} (.mjpeg, .wav)"
        )
    return pairs


def make(folder: Path, out: Path, size: Size) -> list[Path]:
    """Encode everybody's clip at a size, as browsers do: constrained baseline, a keyframe each two seconds."""
    made = []
    for number, (camera, voice) in enumerate(faces(folder), 1):
        path = out / f"{number}-{size.height}p.mkv"
        _encode(camera, voice, path, size)
        made.append(path)
    return made


def _encode(camera: Path, voice: Path, path: Path, size: Size) -> None:
    picture = (
        ffmpeg.input(str(camera), stream_loop=-1, framerate=RATE)
        .video.filter("scale", size.width, size.height, force_original_aspect_ratio="increase", out_range="tv")
        .filter("crop", size.width, size.height)
        .filter("noise", alls=NOISE, allf="t")
        .filter("format", "yuv420p")
    )
    sound = ffmpeg.input(str(voice), stream_loop=-1).audio
    rate = {"video_bitrate": size.bitrate, "maxrate": size.bitrate, "bufsize": size.bitrate}
    x264 = {"vcodec": "libx264", "preset": "superfast", "tune": "zerolatency", "profile:v": "baseline"}
    opus = {"acodec": "libopus", "audio_bitrate": 32_000, "ac": 1, "ar": 48_000}
    output = ffmpeg.output(picture, sound, str(path), t=LENGTH_S, g=2 * RATE, **x264, **rate, **opus)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-loglevel", "error"]
    subprocess.run([*command, *ffmpeg.get_args(output)], check=True)


def read(path: Path) -> Clip:
    """A clip for senders, of a whole number of seconds."""
    with av.open(str(path)) as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        annex_b = BitStreamFilterContext("h264_mp4toannexb", video)
        pictures: list[bytes] = []
        sounds: list[bytes] = []
        for packet in file.demux(video, audio):
            if packet.size and packet.stream is audio:
                sounds.append(bytes(packet))
            elif packet.size:
                pictures += _bytes(annex_b.filter(packet))
    return Clip(tuple(pictures[: LENGTH_S * RATE]), tuple(sounds[: LENGTH_S * 1000 // SOUND_MS]))


def _bytes(packets: Iterable["av.Packet[Any]"]) -> list[bytes]:
    return [bytes(packet) for packet in packets]


PICTURE_TIME, SOUND_TIME = Fraction(1, RATE), Fraction(SOUND_MS, 1000)
