"""Nothing comes in; how old the picture is that a viewer sees goes out, by each way, and how sound lies to picture.

`officehours bench latency`: a whole product on a new folder and loopback, Chromium as the camera that shows the time,
and as the viewers who read it back. Milliseconds, the median over some seconds.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from ingest import store, tickets
from ingest.database import now
from ingest.live.lobby import waiting
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role
from web.benches.browser import chromium
from web.benches.glass import Ages, ages, send_clock
from web.benches.sync import offset_ms
from web.house import House, open_house
from web.mendable import Mendable
from web.migrate import upgrade
from web.serve import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENCE_S = 45.0
SETTLE_S = 20.0  # hls.js begins behind its target and comes nearer by a tenth
FAST_SETTLE_S = 5.0
WATCH_S = 6.0
FIRST_RUN = {
    "OFFICEHOURS_OFFICE_NAME": "Bench",
    "OFFICEHOURS_IMPRINT": "-",
    "OFFICEHOURS_PRIVACY": "-",
    "OFFICEHOURS_STAFF_EMAIL": "bench@example.org",
    "OFFICEHOURS_STAFF_PASSWORD": secrets.token_urlsafe(16),
}
ORDINARY = """async ([address, worker]) => {
  const { default: Hls } = await import("/static/packages/hls.mjs");
  document.body.innerHTML = '<video muted autoplay playsinline id="player"></video>';
  const video = document.querySelector("video");
  const hls = new Hls({ workerPath: worker, lowLatencyMode: false });
  hls.loadSource(address);
  hls.attachMedia(video);
  hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
}"""
"""A player that knows nothing of low latency, with the settings hls.js comes with."""


@dataclass(frozen=True)
class OnAir:
    """A running product whose room waits for Ada's camera."""

    house: House
    origin: str
    hour: OfficeHour
    ada: Person

    @property
    def page(self) -> str:
        """Where everybody watches."""
        return f"{self.origin}/office-hours/{self.hour.id}/live"

    def ticket(self) -> str:
        """For Ada's camera."""
        with self.house.database.transaction() as connection:
            audience = tickets.Audience.WHIP
            return tickets.issue(connection, person=self.ada.id, office_hour=self.hour.id, audience=audience, at=now())

    def go_on_air(self) -> None:
        """Begin, and wait until there is something to watch."""
        with self.house.database.transaction() as connection:
            waiting.start(connection, self.hour.id, {})
        until(lambda: self.room().get("on_air") and (self.room()["seconds"] or 0) > 4, "the office hour is on air")

    def room(self) -> dict[str, Any]:
        """What the studio says of the room; {} when it does not answer yet."""
        try:
            state: dict[str, Any] = httpx.get(f"{self.origin}/live/room/{self.hour.id}", timeout=20).json()
        except (httpx.HTTPError, ValueError):
            return {}
        return state


def latency(*, full: bool = False) -> dict[str, Any]:
    """The figures of `officehours bench latency`. Raises Mendable."""
    watch_s = WATCH_S * (5 if full else 1)
    with tempfile.TemporaryDirectory(prefix="officehours-bench-") as folder:
        with chromium() as browser, on_air(os.environ | FIRST_RUN | {"OFFICEHOURS_DATA": folder}) as it:
            begin(it, browser.new_page())
            found = {}
            for name, way in WAYS.items():
                viewer = browser.new_page()
                found[name] = way(it, viewer, watch_s)
                viewer.close()
                print(f"{name}: {found[name]}, load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
            offset = offset_ms(it.house.archive.room(it.hour.id).programme())
    figures = {name: round(each.median) for name, each in found.items()}
    return {"bench": "latency", "cores": os.cpu_count()} | figures | {"av_offset_ms": offset}


@contextmanager
def on_air(environ: Mapping[str, str]) -> Iterator[OnAir]:
    """The whole product in the folder that `environ` names, with a room that is open."""
    house, port = open_house(environ), free_port()
    upgrade(house.database.url)
    with house.database.transaction() as connection:
        hour = store.add_office_hour(connection, title="Sprechstunde", host_name="Ada", starts_at=now())
        ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
        store.move_office_hour(connection, hour.id, State.OPEN)
        store.move_office_hour(connection, hour.id, State.BACKSTAGE)
    command = [sys.executable, "-m", "web", "serve", "--port", str(port)]
    product = subprocess.Popen(command, env=dict(environ), stdin=subprocess.DEVNULL, stdout=sys.stderr)
    try:
        it = OnAir(house, f"http://127.0.0.1:{port}", hour, ada)
        until(lambda: it.room().get("open"), "the room opens")
        yield it
    finally:
        product.terminate()
        product.wait(30)
        house.close()


def begin(it: OnAir, camera: "Page") -> None:
    """Ada's camera is there, and the office hour on air."""
    camera.goto(it.origin + "/")
    send_clock(camera, it.ticket())
    until(lambda: it.room().get("sending"), "the camera sends")
    it.go_on_air()


def by_whep(it: OnAir, viewer: "Page", watch_s: float = WATCH_S) -> Ages:
    """What a viewer sees who has pressed the button for the fastest picture."""
    viewer.goto(it.page)
    viewer.locator("#faster").click()
    until(lambda: viewer.evaluate("document.querySelector('#player').srcObject !== null"), "WHEP connects", viewer)
    return _watched(viewer, FAST_SETTLE_S, watch_s)


def by_low_latency(it: OnAir, viewer: "Page", watch_s: float = WATCH_S) -> Ages:
    """What a viewer sees who has just opened the page."""
    viewer.goto(it.page)
    return _watched(viewer, SETTLE_S, watch_s)


def by_hls(it: OnAir, viewer: "Page", watch_s: float = WATCH_S) -> Ages:
    """What a player sees that knows no low latency."""
    viewer.goto(it.page)
    player = viewer.locator("#player")
    address, worker = player.get_attribute("data-live"), player.get_attribute("data-worker")
    viewer.goto(it.origin + "/")
    viewer.evaluate(ORDINARY, [address, worker])
    return _watched(viewer, FAST_SETTLE_S, watch_s)


WAYS = {"whep_ms": by_whep, "ll_hls_ms": by_low_latency, "hls_ms": by_hls}


def _watched(viewer: "Page", settle_s: float, watch_s: float) -> Ages:
    plays = "document.querySelector('video').currentTime > 0"
    until(lambda: viewer.evaluate(plays), "the picture plays", viewer)
    return ages(viewer, settle_s, watch_s)


def until(true: Callable[[], Any], what: str, page: "Page | None" = None) -> None:
    """Wait for it; a page lives on meanwhile. Raises Mendable."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > end:
            raise Mendable(f"the bench has waited {PATIENCE_S:.0f} s in vain: {what}")
        if page is not None:
            page.wait_for_timeout(100)
        else:
            time.sleep(0.1)
