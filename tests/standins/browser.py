"""A headless Chromium for journeys: fake camera and microphone, every request's host noted, axe at hand.

    with chromium(camera=…, microphone=…) as browser:
        page = browser.page()
        page.goto(address)
        assert findings(page) == []
        browser.assert_stayed_home()

The synchronous API of playwright, so a test that uses it is a plain `def`. Skipped, with the command that mends it,
where Chromium is missing. Names other than this machine's are not even looked up (`--host-resolver-rules`).
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Page,
    Request,
    WebSocket,
    sync_playwright,
)

from web.benches.browser import QUIET, found

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
FLAGS = (
    *QUIET,
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE ::1",
    "--autoplay-policy=no-user-gesture-required",
)
ROOT = Path(__file__).resolve().parents[2]
AXE_PLACES = tuple(ROOT / folder / "node_modules" / "axe-core" / "axe.min.js" for folder in (".", "web"))
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@dataclass
class WatchedBrowser:
    """A running Chromium. `hosts` counts requests and WebSockets of all its pages by host."""

    browser: Browser
    hosts: Counter[str] = field(default_factory=Counter)
    messages: list[str] = field(default_factory=list)

    def context(self, **options: Any) -> BrowserContext:
        """A browser profile of its own: no cookies, camera and microphone allowed. `options` as in playwright."""
        given: dict[str, Any] = {"locale": "de-DE", "viewport": {"width": 1366, "height": 768}}
        if options.get("java_script_enabled", True):
            given["permissions"] = ["camera", "microphone"]
        context = self.browser.new_context(**(given | options))
        context.on("request", self._note_request)
        context.on("page", self._watch)
        return context

    def page(self, **options: Any) -> Page:
        """A page in a profile of its own."""
        return self.context(**options).new_page()

    def strangers(self) -> set[str]:
        """Hosts other than this machine that a page asked for, or tried to."""
        return set(self.hosts) - LOOPBACK

    def assert_stayed_home(self) -> None:
        """Fail when any page asked another host for anything."""
        assert not self.strangers(), f"requests left this machine: {sorted(self.strangers())}"

    def _watch(self, page: Page) -> None:
        page.on("websocket", self._note_socket)
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.messages.append(f"error: {error}"))

    def _note_message(self, message: ConsoleMessage) -> None:
        self.messages.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _note_request(self, request: Request) -> None:
        self._note(request.url)

    def _note_socket(self, socket: WebSocket) -> None:
        self._note(socket.url)

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss"):
            self.hosts[parts.hostname or ""] += 1


@contextmanager
def chromium(
    *, camera: Path | None = None, microphone: Path | None = None, flags: tuple[str, ...] = ()
) -> Iterator[WatchedBrowser]:
    """Yield a Chromium. `camera`: .mjpeg or .y4m, `microphone`: .wav (see camera.py); without them fake ones beep.

    One at a time in a test: playwright's synchronous API can be started once. Use `more` for a second browser.
    """
    with sync_playwright() as playwright:
        watched = WatchedBrowser(_launched(playwright.chromium, camera, microphone, flags))
        try:
            yield watched
        finally:
            watched.browser.close()


@contextmanager
def more(
    watched: WatchedBrowser, *, camera: Path | None = None, microphone: Path | None = None
) -> Iterator[WatchedBrowser]:
    """Another Chromium beside the first one, for another person with another camera; it notes the same hosts."""
    browser = _launched(watched.browser.browser_type, camera, microphone, ())
    other = WatchedBrowser(browser, watched.hosts, watched.messages)
    try:
        yield other
    finally:
        other.browser.close()


def _launched(kind: BrowserType, camera: Path | None, microphone: Path | None, flags: tuple[str, ...]) -> Browser:
    program = found()
    if program is None:
        pytest.skip("needs chromium: `make test-tools` installs it")
    devices = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    if camera is not None:
        devices.append(f"--use-file-for-fake-video-capture={camera}")
    if microphone is not None:
        devices.append(f"--use-file-for-fake-audio-capture={microphone}")
    return kind.launch(executable_path=program, args=[*FLAGS, *devices, *flags])


def findings(page: Page, *, tags: tuple[str, ...] = AXE_TAGS, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe finds wrong with the page as it is now, one line per finding; skipped where axe is missing.

    `rules`: ask for these alone. axe is run by the debugger, so that the page's Content-Security-Policy stays as strict
    as it is.
    """
    source = next((path for path in AXE_PLACES if path.is_file()), None)
    if source is None:
        pytest.skip("needs axe-core: `npm ci` (done by `make test`) brings it")
    page.evaluate(source.read_text(encoding="utf-8"))
    # Nothing is wanted but violations, and no style sheet twice: it takes a third of the time.
    options = "{ runOnly: { type, values }, resultTypes: ['violations'], preload: false }"
    asked = ["rule", list(rules)] if rules else ["tag", list(tags)]
    result = page.evaluate(f"([type, values]) => axe.run(document, {options})", asked)
    return [
        f"{violation['id']}: {violation['help']} ({node['html'][:160]})"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
