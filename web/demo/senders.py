"""A video file and a ticket come in; the file's picture and sound go to the studio over WHIP, as a browser's would.

The sender is ffmpeg's own WHIP client, so that the demo uses the same door, the same packets and the same
clock differences as a real participant. The file is played again from its start when it ends.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from transcode.probe import NotAVideo, probe

WIDTH, HEIGHT, RATE = 640, 360, 30
BITRATE = 900_000


class MediaRefused(ValueError):
    """The file cannot be put in front of a camera; the message says why."""


@dataclass(frozen=True)
class Clip:
    """A file fit for a camera; `has_sound` is False for a silent one."""

    path: Path
    has_sound: bool


def clip(path: Path) -> Clip:
    """Look into a file. Raises MediaRefused when it has no picture or is no media file at all."""
    if not path.is_file():
        raise MediaRefused(f"{path}: there is no such file")
    try:
        found = probe(path)
    except NotAVideo as error:
        raise MediaRefused(f"{path}: not a video ({error})") from error
    if found.picture is None:
        raise MediaRefused(f"{path}: the file has no picture")
    return Clip(path=path, has_sound=found.sound is not None)


def arguments(source: Clip, address: str, ticket: str) -> list[str]:
    """The command line of ffmpeg: constrained baseline H.264 and Opus, a keyframe every two seconds."""
    sound = ["-map", "0:a:0"] if source.has_sound else ["-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-map", "1:a"]
    scale = (
        f"scale={WIDTH}:{HEIGHT}:force_original_aspect_ratio=decrease:force_divisible_by=2,fps={RATE},format=yuv420p"
    )
    head = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin"]
    # Without these ffmpeg makes up for the handshake by playing 5 % too fast for half a minute.
    head += ["-re", "-readrate_initial_burst", "0", "-readrate_catchup", "1.0001"]
    head += ["-stream_loop", "-1", "-i", str(source.path)]
    video = ["-map", "0:v:0", "-vf", scale, "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"]
    video += ["-profile:v", "baseline", "-bf", "0", "-g", str(2 * RATE), "-b:v", str(BITRATE), "-threads", "1"]
    audio = ["-c:a", "libopus", "-ar", "48000", "-ac", "2", "-b:a", "64k"]
    return [*head, *sound, *video, *audio, "-f", "whip", "-authorization", ticket, address]


class Sender:
    """A running sender; `stop` ends it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, source: Clip, address: str, ticket: str) -> "Sender":
        """Begin to send to the WHIP endpoint at `address`."""
        process = await asyncio.create_subprocess_exec(
            *arguments(source, address, ticket),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        return cls(process)

    @property
    def ended(self) -> bool:
        return self.process.returncode is not None

    async def complaint(self) -> str:
        """What ffmpeg said last, once it has ended."""
        assert self.process.stderr is not None
        return (await self.process.stderr.read(4096)).decode(errors="replace").strip()

    async def stop(self) -> None:
        if not self.ended:
            self.process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), 3)
        if not self.ended:
            self.process.kill()
            await self.process.wait()
