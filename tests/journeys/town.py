"""Films come in, a running installation with two browsers that have those films as cameras goes out."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.house import environment, house_in, serving
from tests.journeys.visitors import PHONE, Album, Visitor, room_state
from tests.standins import camera
from tests.standins.browser import WatchedBrowser, chromium, more
from tests.standins.servers import free_port
from web import demo
from web.house import House

CLIPS = Path(next(iter(demo.__path__)))


@dataclass
class Town:
    """The installation, the two browsers with cameras, and what was seen."""

    data: Path
    origin: str
    house: House
    browser: WatchedBrowser  # with Ada's camera
    guests: WatchedBrowser  # with Chris's
    album: Album
    faults: list[str] = field(default_factory=list)

    def visitor(self, **options: object) -> Visitor:
        """Somebody with a phone."""
        return Visitor(self.browser, self.origin, size=PHONE, **options)

    def programme_s(self, office_hour: str) -> float:
        """Media time of an office hour now, 0 before it is on air."""
        return float(room_state(self.origin, office_hour).get("seconds") or 0.0)


def films_in(folder: Path) -> Path:
    """Both clips of the demo as cameras and microphones."""
    for name in ("ada", "chris"):
        camera.camera_file(CLIPS / f"{name}.mp4", folder / f"{name}.mjpeg")
        camera.microphone_file(CLIPS / f"{name}.mp4", folder / f"{name}.wav")
    return folder


SMALL = {f"OFFICEHOURS_{name}": value for name, value in {
    "VIDEO_WIDTH": "640", "VIDEO_HEIGHT": "360", "VIDEO_BITRATE": "700000", "VIDEO_PRESET": "ultrafast",
}.items()}  # fmt: skip
"""As an office with a small machine would set it: for journeys about what happens, not about how fine a picture is."""


@contextlib.contextmanager
def open_town(data: Path, films: Path, pictures: Path, **more_settings: str) -> Iterator[Town]:
    """Everything runs until the block is left."""
    environ = environment(data, **more_settings)
    with serving(environ, free_port()) as origin, house_in(environ) as house:
        with chromium(camera=films / "ada.mjpeg", microphone=films / "ada.wav") as browser:
            with more(browser, camera=films / "chris.mjpeg", microphone=films / "chris.wav") as guests:
                yield Town(data, origin, house, browser, guests, Album(pictures))
