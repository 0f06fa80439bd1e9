"""A Chromium for benches: found and started, or one clear line that says what is missing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from web.mendable import Mendable

if TYPE_CHECKING:
    from playwright.sync_api import Browser

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page of a program is never in front of anybody, and its timers shall not be slowed down for that.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
)
"""What every Chromium is started with that a program drives."""
FLAGS = (
    *QUIET,
    "--autoplay-policy=no-user-gesture-required",
    # A WebRTC address of this machine is a name otherwise, which nobody here answers for.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)


def found() -> str | None:
    """Where Chromium is, None when it is not installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def chromium() -> Iterator["Browser"]:
    """A running Chromium. Raises Mendable where there is none."""
    program = found()
    if program is None:
        raise Mendable("this bench needs Chromium: `make test-tools` installs it")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise Mendable("this bench needs playwright, which `make setup` installs with the other tools") from error
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
