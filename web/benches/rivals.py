"""Clips come in; the two usual ways to record a conversation are run for a while, and what they cost goes out.

One is a single ffmpeg that decodes everybody, puts them side by side and encodes; the other a Chromium that takes
part as a hidden guest while ffmpeg records its screen. Both encode as the room does, on one thread.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import ffmpeg
import imageio_ffmpeg

import ingest.settings
from ingest.live.mix import audio, scene
from ingest.live.webrtc.opus import BITS_PER_S, COMPLEXITY, LOSS_PERCENT
from web.benches.programs import heard, programs, running, share
from web.serve import free_port

# Without a GPU the software compositor is the cheapest of Chromium's; the rest keeps it from doing anything else.
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--password-store=basic",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--window-position=0,0",
    "--kiosk",
)


def boxes(settings: ingest.settings.Settings, count: int) -> list[scene.Box]:
    """Where the room puts `count` people of a grid."""
    return scene.layout(settings.video_width, settings.video_height, count)


def x264(settings: ingest.settings.Settings) -> dict[str, Any]:
    """The room's encoder, in ffmpeg's words (`ingest.live.mix.video.Encoder`)."""
    rate = settings.video_bitrate
    return {
        "vcodec": "libx264",
        "preset": settings.video_preset,
        "tune": "zerolatency",
        "profile:v": "baseline",
        "pix_fmt": "yuv420p",
        "video_bitrate": rate,
        "maxrate": rate,
        "bufsize": rate,
        "g": 2 * settings.frame_rate,
        "x264-params": "scenecut=0",
        "r": settings.frame_rate,
    }


def hls(folder: Path) -> dict[str, Any]:
    """Fragmented MP4 in segments of two seconds, as the room writes it."""
    return {
        "format": "hls",
        "hls_time": 2,
        "hls_segment_type": "fmp4",
        "hls_list_size": 0,
        "hls_segment_filename": str(folder / "%08d.m4s"),
    }


def side_by_side(clips: Sequence[Path], folder: Path, settings: ingest.settings.Settings) -> list[str]:
    """The best single ffmpeg: the same tiles, one thread each for decoders and encoder, the same work on sound."""
    places = boxes(settings, len(clips))
    # `-re` by hand, since ffmpeg-python has no flag without a value before an input but as None.
    people = [ffmpeg.input(str(clip), re=None, stream_loop=-1, threads=1) for clip in clips]
    tiles = [
        person.video.filter("scale", place.width, place.height, flags="area")
        for person, place in zip(people, places, strict=True)
    ]
    layout = "|".join(f"{place.x}_{place.y}" for place in places)
    grid = ffmpeg.filter(tiles, "xstack", inputs=len(tiles), layout=layout, fill="black")
    picture = grid.filter("pad", settings.video_width, settings.video_height)
    sound, without_first = mixes([person.audio for person in people])
    aac = {"acodec": "aac", "audio_bitrate": audio.AUDIO_BITRATE, "ac": 1}
    programme = ffmpeg.output(
        picture, sound, str(folder / "out.m3u8"), **x264(settings), **aac, **hls(folder), **{"threads:v": 1}
    )
    listener = ffmpeg.output(without_first, str(folder / "listener.ogg"), **opus())
    return _command(["-filter_complex_threads", "1"], ffmpeg.merge_outputs(programme, listener))


def mixes(voices: Sequence[Any]) -> tuple[Any, Any]:
    """The room's work on sound: each voice levelled, the sum limited, and once more without the first, who listens."""
    first, *others = [voice.filter("speechnorm", e=4) for voice in voices]
    split = [other.filter_multi_output("asplit") for other in others]
    heard = [first, *(each[0] for each in split)], [each[1] for each in split]
    whole, rest = (ffmpeg.filter(mix, "amix", inputs=len(mix), normalize=0) for mix in heard)
    return whole.filter("alimiter", limit=audio.CEILING), rest.filter("alimiter", limit=audio.CEILING)


def opus() -> dict[str, Any]:
    """The encoder of who listens (`ingest.live.webrtc.opus.Encoder`), in ffmpeg's words."""
    wanted = {"application": "voip", "compression_level": COMPLEXITY, "fec": 1, "packet_loss": LOSS_PERCENT}
    return {"acodec": "libopus", "audio_bitrate": BITS_PER_S, "ac": 1, **wanted}


def grabbed(display: str, folder: Path, settings: ingest.settings.Settings) -> list[str]:
    """A display as ffmpeg records it."""
    size = settings.video_width, settings.video_height
    screen = ffmpeg.input(display, format="x11grab", framerate=settings.frame_rate, video_size=size, draw_mouse=0)
    output = ffmpeg.output(
        screen.video, str(folder / "out.m3u8"), **x264(settings), **hls(folder), **{"threads:v": 1, "filter_threads": 1}
    )
    return _command([], output)


def _command(before: list[str], output: Any) -> list[str]:
    head = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-loglevel", "error", *before]
    return [*head, *ffmpeg.get_args(output)]


def one_ffmpeg(clips: Sequence[Path], settings: ingest.settings.Settings, length_s: float) -> float:
    """The share of a core that the single ffmpeg takes."""
    with tempfile.TemporaryDirectory() as folder:
        with running(side_by_side(clips, Path(folder), settings)) as process:
            return share([process.pid], length_s)


def browser(clips: Sequence[Path], settings: ingest.settings.Settings, length_s: float) -> float:
    """The share of a core that Chromium and its ffmpeg take; the display's own server is not counted."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port, display = free_port(), stack.enter_context(_display(settings))
        people = stack.enter_context(page(clips, settings, port))
        chromium = stack.enter_context(
            running(_chromium(folder / "profile", port, settings), environ=os.environ | {"DISPLAY": display})
        )
        heard(people, "ready")
        recording = stack.enter_context(running(grabbed(display, folder, settings)))
        return share([chromium.pid, recording.pid], length_s)


def _chromium(profile: Path, port: int, settings: ingest.settings.Settings) -> list[str]:
    size = f"--window-size={settings.video_width},{settings.video_height}"
    return [programs()["chromium"], *CHROMIUM, size, f"--user-data-dir={profile}", f"http://127.0.0.1:{port}/"]


@contextmanager
def page(clips: Sequence[Path], settings: ingest.settings.Settings, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A page that receives everybody by WebRTC, in the tiles the room would give them."""
    places = json.dumps([[box.x, box.y, box.width, box.height] for box in boxes(settings, len(clips))])
    command = [sys.executable, "-m", "web.benches.replay", "page", str(port), places, *map(str, clips)]
    with running(command, talks=True) as process:
        yield process


@contextmanager
def _display(settings: ingest.settings.Settings) -> Iterator[str]:
    reading, writing = os.pipe()
    screen = f"{settings.video_width}x{settings.video_height}x24"
    command = [programs()["xvfb"], "-displayfd", str(writing), "-screen", "0", screen, "-nolisten", "tcp"]
    with running(command, pass_fds=(writing,)):
        os.close(writing)
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
