"""Glass to glass: a camera that shows the time, a real studio, and our own pages in Chromium reading it back."""

import os
from collections.abc import Iterator
from dataclasses import asdict

import pytest
from playwright.sync_api import Page

from tests.journeys.house import environment
from tests.standins.browser import WatchedBrowser, chromium
from web.benches.glass import Ages
from web.benches.latency import OnAir, begin, by_hls, by_low_latency, by_whep, on_air, until
from web.benches.sync import offset_ms

WHEP_MS, LL_HLS_MS, HLS_MS = 300, 2000, 8000
SYNC_MS = 40  # EBU R 37
BUSY_MS = 1000  # What a machine with more work than cores adds; measured alone it is not needed.


KEEP_PEERS = """window.peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) { super(...given); window.peers.push(this); }
};"""
REPORTS = """async () => {
  const reports = [...(await window.peers.at(-1).getStats()).values()];
  const codec = id => reports.find(each => each.id === id)?.mimeType;
  return ["audio", "video"].map(kind => {
    const found = reports.find(each => each.type === "inbound-rtp" && each.kind === kind);
    return { ...found, mimeType: codec(found.codecId) };
  });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[WatchedBrowser]:
    with chromium() as browser:
        yield browser
        browser.assert_stayed_home()


@pytest.fixture(scope="module")
def hour(browser: WatchedBrowser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnAir]:
    """An office hour on air, with Ada's camera that shows the time."""
    environ = environment(tmp_path_factory.mktemp("latency"), OFFICEHOURS_WHEP_VIEWERS="1")
    with on_air(environ) as it:
        begin(it, browser.page())
        yield it


def within(found: Ages, limit_ms: float) -> bool:
    """Whether it is fast enough, with leave for what else the machine does."""
    print(asdict(found), f"load {os.getloadavg()[0]:.1f}")
    return found.median <= limit_ms + (BUSY_MS if os.getloadavg()[0] > 2 else 0)


def plays(page: Page) -> None:
    """Wait until the player goes on."""
    was = page.evaluate("document.querySelector('#player').currentTime")
    until(lambda: page.evaluate("document.querySelector('#player').currentTime") != was, "it plays", page)


def is_fast(page: Page) -> None:
    """Wait until the picture comes by WebRTC."""
    until(lambda: page.evaluate("document.querySelector('#player').srcObject !== null"), "WHEP connects", page)


def source(page: Page) -> str:
    return str(page.evaluate("document.querySelector('video').currentSrc"))


@pytest.mark.soak
def test_whep_from_camera_to_screen(hour: OnAir, browser: WatchedBrowser) -> None:
    viewer = browser.page()
    viewer.add_init_script(KEEP_PEERS)
    found = by_whep(hour, viewer)
    heard, seen = viewer.evaluate(REPORTS)
    viewer.close()
    assert within(found, WHEP_MS)
    print(heard, seen)
    assert seen["mimeType"] == "video/H264"
    assert heard["mimeType"] == "audio/opus"
    assert heard["concealedSamples"] - heard["silentConcealedSamples"] < 0.05 * heard["totalSamplesReceived"]
    assert heard["jitterBufferDelay"] / heard["jitterBufferEmittedCount"] < 0.25


@pytest.mark.journey
def test_low_latency_hls_from_camera_to_screen(hour: OnAir, browser: WatchedBrowser) -> None:
    viewer, asked = browser.page(), list[str]()
    viewer.on("request", lambda request: asked.append(request.url))
    found = by_low_latency(hour, viewer)
    assert source(viewer).startswith("blob:")
    viewer.close()
    assert within(found, LL_HLS_MS)
    assert any("_HLS_msn=" in each and "_HLS_part=" in each for each in asked)
    assert any("_HLS_skip=YES" in each for each in asked)
    assert any(each.endswith(".1.m4s") for each in asked)


@pytest.mark.soak
def test_hls_without_low_latency(hour: OnAir, browser: WatchedBrowser) -> None:
    viewer = browser.page()
    found = by_hls(hour, viewer)
    viewer.close()
    assert within(found, HLS_MS)


@pytest.mark.journey
def test_the_browsers_own_hls_player_plays_too(hour: OnAir, browser: WatchedBrowser) -> None:
    viewer = browser.page()
    viewer.add_init_script(
        "delete window.MediaSource; delete window.ManagedMediaSource; delete window.WebKitMediaSource"
    )
    viewer.goto(hour.page)
    until(lambda: viewer.evaluate("document.querySelector('#player').currentTime > 3"), "it plays", viewer)
    assert source(viewer).endswith("/index.m3u8")
    viewer.close()


@pytest.mark.journey
def test_who_finds_no_place_watches_on_and_is_not_told(hour: OnAir, browser: WatchedBrowser) -> None:
    first, second = browser.page(), browser.page()
    for viewer in (first, second):
        viewer.goto(hour.page)
        plays(viewer)
    first.locator("#faster").click()
    is_fast(first)
    second.locator("#faster").click()
    until(lambda: second.locator("#faster").is_visible(), "the second falls back", second)
    assert second.evaluate("document.querySelector('#player').srcObject === null")
    plays(second)
    first.locator("#slower").click()
    until(lambda: source(first).startswith("blob:"), "the first goes back", first)
    plays(first)
    second.locator("#faster").click()
    is_fast(second)
    for viewer in (first, second):
        viewer.close()


@pytest.mark.journey
def test_sound_and_picture_of_the_recording_belong_together(hour: OnAir) -> None:
    found = offset_ms(hour.house.archive.room(hour.hour.id).programme())
    print(f"sound behind picture: {found} ms, load {os.getloadavg()[0]:.1f}")
    assert abs(found) <= SYNC_MS
