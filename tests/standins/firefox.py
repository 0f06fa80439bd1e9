"""Debian's Firefox for journeys, driven by its own WebDriver BiDi: a socket and JSON, no driver and no patched build.

    with firefox() as browser:
        tab = browser.person()
        tab.goto(address)
        tab.press("Weiter")

Each person has a window and cookies of their own; camera and microphone are Firefox's fake ones. Nothing is fetched for
the browser itself (no add-on either: without OpenH264 it has no H.264 in WebRTC, as on the day it was installed).
Skipped, with the command that mends it, where Firefox is missing.
"""

import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

NOWHERE = "http://127.0.0.1:9/"
STARTED_WITHIN_S = 60.0
PATIENCE_S = 30.0
PREFERENCES: dict[str, bool | int | str] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "intl.accept_languages": "de-DE, de",
    # A page of a test is never in front of anybody, and its timers shall not be slowed down for that.
    "dom.min_background_timeout_value": 4,
    "dom.timeout.enable_budget_timer_throttling": False,
    "widget.windows.window_occlusion_tracking.enabled": False,
    # What the browser would fetch for itself.
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.safebrowsing.provider.mozilla.updateURL": "",
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "media.gmp-manager.url": NOWHERE,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": NOWHERE,
    "toolkit.telemetry.server": NOWHERE,
}
LEFT = "was interrupted while the page was loading."
"""What Firefox itself says of a stream of news when its page is left; no script threw anything."""
WORDS = "() => document.body?.innerText"  # a page that is just being loaded has no body yet
SEEN = "e => e.checkVisibility({ visibilityProperty: true })"
ACT = f"""(kind, name, beside) => {{
  if (document.readyState !== "complete") return false;
  const seen = {SEEN};
  const words = (e) => (e.getAttribute("aria-label") ?? e.innerText ?? "").trim();
  const slips = [...document.querySelectorAll(".slip, .order__item, dialog")];
  const scopes = beside ? slips.filter((e) => seen(e) && e.innerText.includes(beside)) : [document];
  const inside = scopes.flatMap((e) => [...e.querySelectorAll(kind)]);
  const found = inside.filter((e) => seen(e) && !e.disabled && words(e).startsWith(name));
  if (!found.length) return false;
  found[0].click();
  return true;
}}"""
FILL = """(label, text) => {
  const named = [...document.querySelectorAll("label")].find((e) => e.innerText.trim().startsWith(label));
  const field = named?.control;
  if (!field) return false;
  if (["checkbox", "radio"].includes(field.type)) field.click();
  else field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}"""


@dataclass
class Firefox:
    """A running Firefox. `faults`: errors that its pages' scripts threw."""

    socket: ClientConnection
    faults: list[str] = field(default_factory=list)
    _number: int = 0

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its answer; what the pages say meanwhile is noted."""
        self._number += 1
        self.socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            answer: dict[str, Any] = json.loads(self.socket.recv(timeout=2 * PATIENCE_S))
            if answer.get("method") == "log.entryAdded":
                self._note(answer["params"])
            elif answer.get("id") == self._number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['error']}: {answer['message']}")
                result: dict[str, Any] = answer["result"]
                return result

    def plays_h264(self) -> bool:
        """Whether it finds libavcodec, from which it has H.264 and AAC."""
        types = "MediaSource.isTypeSupported('video/mp4; codecs=\"avc1.42e01f,mp4a.40.2\"')"
        return bool(self.person().run(f"() => {types}"))

    def _note(self, entry: dict[str, Any]) -> None:
        text = str(entry["text"])
        if entry["type"] == "javascript" and entry["level"] == "error" and not text.endswith(LEFT):
            self.faults.append(text)

    def person(self, *, width: int = 1366, height: int = 768) -> "Tab":
        """A window with cookies of its own."""
        user = self.ask("browser.createUserContext")["userContext"]
        context = self.ask("browsingContext.create", type="window", userContext=user)["context"]
        self.ask("browsingContext.setViewport", context=context, viewport={"width": width, "height": height})
        return Tab(self, context)


@dataclass
class Tab:
    """One person's window."""

    browser: Firefox
    context: str

    def goto(self, address: str) -> None:
        self.browser.ask("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def run(self, function: str, *arguments: str) -> Any:
        """What a function of JavaScript returns for these texts: a text, a number, true, false or nothing."""
        answer = self.browser.ask(
            "script.callFunction",
            functionDeclaration=function,
            arguments=[{"type": "string", "value": each} for each in arguments],
            target={"context": self.context},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise AssertionError(answer["exceptionDetails"]["text"])
        return answer["result"].get("value")

    def until(self, function: str, *arguments: str, limit_s: float = PATIENCE_S) -> Any:
        """Wait until the function returns something; a test that waits in vain fails with the words of the page."""
        end = time.monotonic() + limit_s
        while not (found := self._try(function, *arguments)):
            assert time.monotonic() < end, f"waited {limit_s} s in vain for {arguments or function}: {self.run(WORDS)}"
            time.sleep(0.1)
        return found

    def _try(self, function: str, *arguments: str) -> Any:
        try:
            return self.run(function, *arguments)
        except RuntimeError:  # the page is just being left
            return None

    def press(self, name: str, *, beside: str = "") -> None:
        """The button that begins with these words, on the slip that holds the words `beside`."""
        self.until(ACT, "button", name, beside)

    def follow(self, name: str) -> None:
        self.until(ACT, "a[href]", name, "")

    def fill(self, label: str, text: str = "") -> None:
        """The field with this label; without a text it is ticked."""
        self.until(FILL, label, text)

    def sees(self, text: str) -> None:
        self.until(f"text => ({WORDS})()?.includes(text)", text)

    def has(self, selector: str) -> None:
        """Wait until something that fits is to be seen."""
        self.until(f"one => [...document.querySelectorAll(one)].some({SEEN})", selector)

    def plays(self, video: str, *, seconds: float = 1.0) -> None:
        """Wait until a video has gone on by so many seconds."""
        at = self.until("one => document.querySelector(one)?.currentTime?.toString()", video)
        self.until(
            "(one, to) => { const v = document.querySelector(one);"
            " return v.currentTime >= Number(to) && v.videoWidth > 0; }",
            video,
            str(float(at) + seconds),
        )

    def hears(self, video: str) -> None:
        """Wait until sound comes for a video; without a sound card its time stands still."""
        self.until(
            "one => document.querySelector(one)?.srcObject?.getAudioTracks()"
            ".some(({ readyState, muted }) => readyState === 'live' && !muted)",
            video,
        )

    def picture(self, path: Path) -> None:
        """What the window shows."""
        shot = self.browser.ask("browsingContext.captureScreenshot", context=self.context)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def firefox() -> Iterator[Firefox]:
    """Yield a Firefox without a window on the screen."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        pytest.skip("needs firefox-esr: `make test-tools` installs it")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        (Path(folder) / "user.js").write_text("\n".join(lines))
        command = [program, "--headless", "--no-remote", "--profile", folder, "--remote-debugging-port", "0"]
        log = Path(folder) / "said.log"
        with log.open("w") as said:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        try:
            with connect(f"{_address(process, log)}/session", max_size=None) as socket:
                browser = Firefox(socket)
                browser.ask("session.new", capabilities={})
                browser.ask("session.subscribe", events=["log.entryAdded"])
                yield browser
        finally:
            process.terminate()
            process.wait(20)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    end = time.monotonic() + STARTED_WITHIN_S
    while not (found := re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text())):
        assert process.poll() is None, f"firefox has ended: {log.read_text()}"
        assert time.monotonic() < end, f"firefox does not listen: {log.read_text()}"
        time.sleep(0.1)
    return found[1]
