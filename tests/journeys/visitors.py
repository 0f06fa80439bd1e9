"""A running installation and browsers come in, people who use its pages go out: Bo, Ada, Chris, and whoever watches.

Everything is done by what a page shows: its labels, buttons and signs, in German. An `Album` keeps a picture of each
page in light and dark, and notes what axe finds on it.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.journeys.house import FIRST_RUN
from tests.standins.browser import WatchedBrowser, findings

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 768}
PATIENCE_MS = 30_000
"""How long a page may take to show something on a busy machine; nothing here waits longer than it must."""
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Album:
    """Pictures of the pages that were visited, and what axe found wrong on them."""

    folder: Path
    wrong: list[str] = field(default_factory=list)

    def look(self, page: Page, name: str, *, schemes: tuple[str, ...] = ("light", "dark"), whole: bool = False) -> None:
        """Take a picture in each scheme and ask axe; findings are kept, so that a journey shows them all at once.

        Of the second scheme only its colours are asked for: the rest is the same page.
        """
        for number, scheme in enumerate(schemes):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
            self.wrong += [
                f"{name} ({scheme}): {finding}"
                for finding in findings(page, rules=("color-contrast",) if number else ())
            ]
            page.screenshot(path=self.folder / f"{name}-{scheme}.png", full_page=whole)
            self.wrong += [f"{name} ({scheme}): wider than its window" for _ in range(is_too_wide(page))]
        page.emulate_media(color_scheme="light", reduced_motion="reduce")


def is_too_wide(page: Page) -> bool:
    """Whether something sticks out at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def complaints(browser: WatchedBrowser) -> list[str]:
    """What consoles said that a person who looks into them would call a fault, a broken policy among them."""
    return [message for message in browser.messages if message.startswith(("error", "warning"))]


class Visitor:
    """Somebody in front of a browser of their own."""

    def __init__(self, browser: WatchedBrowser, origin: str, *, size: dict[str, int], **options: Any) -> None:
        self.origin = origin
        self.page = browser.page(viewport=size, reduced_motion="reduce", **options)
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.set_default_navigation_timeout(PATIENCE_MS)

    def goto(self, path: str) -> None:
        answer = self.page.goto(self.origin + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"

    def press(self, name: str) -> None:
        """The button with this name, whatever key stands beside it."""
        self.page.get_by_role("button", name=re.compile(rf"^{re.escape(name)}\b")).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).first.fill(text)

    def sees(self, text: str, *, limit_ms: int = PATIENCE_MS) -> None:
        expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible(timeout=limit_ms)

    def close(self) -> None:
        self.page.context.close()


class Staff(Visitor):
    """Bo, at a desk."""

    def __init__(self, browser: WatchedBrowser, origin: str) -> None:
        super().__init__(browser, origin, size=DESK)

    def sign_in(self, leads: str = "/staff") -> None:
        self.fill("Mailadresse", FIRST_RUN["OFFICEHOURS_STAFF_EMAIL"])
        self.fill("Passwort", FIRST_RUN["OFFICEHOURS_STAFF_PASSWORD"])
        self.press("Anmelden")
        expect(self.page).to_have_url(f"{self.origin}{leads}")

    def announce(self, title: str) -> str:
        """Fill in the form that announces; returns the office hour's id."""
        begins = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(minutes=5)
        self.fill("Titel", title)
        self.fill("Wer lädt ein", "Ada Lindner")
        self.fill("Amt", "Bürgermeisterin")
        self.fill("Beginn", begins.strftime("%Y-%m-%dT%H:%M"))
        self.fill("Minuten", "30")
        self.page.get_by_label("Von selbst, sobald die Untertitel fertig sind").check()
        self.press("Ankündigen")
        expect(self.page).to_have_url(re.compile(r"/staff/office-hours/[0-9a-f]{32}$"))
        return self.page.url.rsplit("/", 1)[1]

    def host_address(self) -> str:
        """The personal address on the office hour's page."""
        return self.page.locator("input.address").first.input_value()

    def column(self, name: str) -> "Column":
        return Column(self.page, name)


@dataclass(frozen=True)
class Column:
    """One of the board's three columns."""

    page: Page
    name: str

    def press(self, button: str, *, beside: str = "") -> None:
        """The button with this name, on the slip that holds the words `beside`."""
        region = self.page.get_by_role("region", name=self.name, exact=True)
        place = region.locator(".slip", has_text=beside) if beside else region
        place.get_by_role("button", name=re.compile(rf"^{re.escape(button)}\b")).first.click()

    def sees(self, text: str) -> None:
        region = self.page.get_by_role("region", name=self.name, exact=True)
        expect(region.get_by_text(text).first).to_be_visible()


class Participant(Visitor):
    """Ada or Chris: somebody with a camera, a connection and the big sign."""

    def start_camera(self) -> None:
        self.press("Kamera und Mikrofon starten")
        expect(self.page.locator("#own-none")).to_be_hidden()
        self.plays("#own")

    def is_connected(self) -> None:
        expect(self.page.locator("#link-state")).to_have_attribute("data-state", "connected")

    def sees_sign(self, sign: str) -> None:
        """One of not_on_air, on_air, over; and only its word is to be seen."""
        expect(self.page.locator("#sign")).to_have_attribute("data-sign", sign)
        expect(self.page.locator("#sign .sign__word:visible")).to_have_count(1)
        expect(self.page.locator(f'#sign .sign__word[data-when="{sign}"]')).to_be_visible()
        expect(self.page.locator(f'.seat[data-sign="{sign}"]')).to_be_visible()  # and the words beside it agree

    def letters_px(self, what: str) -> float:
        """How large a text is."""
        return float(self.page.locator(what).evaluate("element => parseFloat(getComputedStyle(element).fontSize)"))

    def plays(self, video: str, *, seconds: float = 0.5) -> None:
        plays(self.page, video, seconds=seconds)


LOOK = """name => {
  const video = document.querySelector(name);
  const { ended, paused, seeking, currentTime, duration, readyState, currentSrc, videoWidth, error } = video;
  const buffered = [...Array(video.buffered.length).keys()].map(n => [video.buffered.start(n), video.buffered.end(n)]);
  return { ended, paused, seeking, currentTime, left: duration - currentTime, readyState, currentSrc, videoWidth,
           buffered, error: error?.message };
}"""


def video_state(page: Page, video: str) -> dict[str, Any]:
    """What a video does at this moment."""
    state: dict[str, Any] = page.evaluate(LOOK, video)
    return state


def until_video(page: Page, video: str, holds: Callable[[dict[str, Any]], bool], limit_s: float) -> None:
    """Wait until it holds for the video; what it does instead is said."""
    end = time.monotonic() + limit_s
    while not holds(seen := video_state(page, video)):
        assert time.monotonic() < end, f"waited {limit_s} s in vain for {video}: {seen}"
        page.wait_for_timeout(200)


def plays(page: Page, video: str = "#player", *, seconds: float = 2.0, limit_s: float = 45.0) -> None:
    """Wait until a video has gone on by so many seconds and shows a picture."""
    begun = video_state(page, video)["currentTime"]
    until_video(page, video, lambda seen: seen["currentTime"] >= begun + seconds and seen["videoWidth"] > 0, limit_s)


def press_play(page: Page) -> None:
    """Begin to play without sound, once our own player has come."""
    until_video(page, "#player", lambda seen: str(seen["currentSrc"]).startswith("blob:"), 45.0)
    page.locator("#player").evaluate("video => { video.muted = true; return video.play(); }")


def plays_out(page: Page, *, limit_s: float = 45.0) -> None:
    """Wait until a video has been played to its end; a second may be missing where sound is shorter than picture."""
    until_video(page, "#player", lambda seen: seen["ended"] or (seen["left"] is not None and seen["left"] < 1), limit_s)


def stands_within(page: Page, from_s: float, to_s: float) -> None:
    """Wait until the player's time is between these two."""
    page.wait_for_function(
        "([from, to]) => { const { currentTime, seeking } = document.querySelector('#player');"
        " return !seeking && from <= currentTime && currentTime <= to; }",
        arg=[from_s, to_s],
    )


def room_state(origin: str, office_hour: str) -> dict[str, Any]:
    """What the studio says of a room to anybody: open, on_air, over, seconds, sending."""
    with urlopen(f"{origin}/live/room/{office_hour}", timeout=20) as response:
        state: dict[str, Any] = json.load(response)
        return state


def processes(data: Path, *words: str) -> Iterator[int]:
    """Process ids of the product on this data folder whose command line holds all of `words`."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes().split(b"\0")
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # It has ended meanwhile, or belongs to somebody else.
        if f"OFFICEHOURS_DATA={data}".encode() in variables and all(word.encode() in command for word in words):
            yield int(entry.name)
