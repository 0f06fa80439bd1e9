"""An address comes in, command lines of two real senders go out: ffmpeg's own WHIP client, and our page in Chromium.

Both show the same face of the demo with camera noise, 640x360 at 30 a second, about 1 Mbit/s, so that a picture takes
several packets as it does in life.
"""

import subprocess
from pathlib import Path

import imageio_ffmpeg

from web.benches.browser import QUIET

CLIP = Path(__file__).resolve().parents[2] / "demo" / "ada.mp4"
RATE = 30
CLIP_S, FILM_S = 20, 60  # a browser plays its clip again and again without a gap
FFMPEG = (imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y")
PICTURES = ("-vf", f"scale=640:360,fps={RATE},noise=alls=10:allf=t,format=yuv420p")
FAST = ("-preset", "ultrafast", "-threads", "1")
FLAGS = (
    *QUIET,
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--remote-debugging-port=0",  # without it a headless browser ends as soon as the page is there
)


def ffmpeg_command(address: str, folder: Path) -> list[str]:
    """A keyframe each second; `readrate_catchup` keeps it from playing too fast after the connection was made."""
    film = folder / "film.mkv"
    # In one piece: where a sender begins its file again, it stands still for a moment.
    _make("-t", str(FILM_S), *PICTURES, *FAST, "-crf", "23", "-c:a", "pcm_s16le", str(film))
    pace = ["-re", "-readrate_initial_burst", "0", "-readrate_catchup", "1.0001"]
    encode = ["-c:v", "libx264", *FAST, "-tune", "zerolatency", "-profile:v", "baseline", "-bf", "0"]
    encode += ["-g", str(RATE), "-b:v", "1M", "-c:a", "libopus", "-ac", "2", "-b:a", "64k"]
    whip = ["-f", "whip", "-authorization", "bench", address]
    return [*FFMPEG, *pace, "-i", str(film), *encode, *whip]


def chromium_command(program: str, origin: str, folder: Path) -> list[str]:
    """Chromium on the page that `listening` serves; `folder` takes its profile, camera and microphone."""
    camera, microphone = folder / "camera.mjpeg", folder / "microphone.wav"
    picture = ["-t", str(CLIP_S), *PICTURES, "-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "4", "-an", str(camera)]
    _make(*picture, "-t", str(CLIP_S), "-vn", "-ac", "1", "-ar", "48000", str(microphone))
    return [
        program, *FLAGS, f"--user-data-dir={folder / 'profile'}",
        f"--unsafely-treat-insecure-origin-as-secure={origin}",
        f"--use-file-for-fake-video-capture={camera}", f"--use-file-for-fake-audio-capture={microphone}",
        f"{origin}/",
    ]  # fmt: skip


def _make(*files: str) -> None:
    subprocess.run([*FFMPEG, "-stream_loop", "-1", "-i", str(CLIP), *files], check=True)
