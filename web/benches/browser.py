"""A Chromium for benches: found and started, or one clear line that says what is missing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from web.mendable import Mendable

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--autoplay-policy=no-user-gesture-required",
    # A WebRTC address of this machine is a name otherwise, which nobody here answers for.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)


@contextmanager
def chromium() -> Iterator["Browser"]:
    """A running Chromium. Raises Mendable where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
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
