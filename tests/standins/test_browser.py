"""Chromium shows what the fake camera has, notes whom a page asks, and lets axe look at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.standins import browser, camera, media
from tests.standins.serving import serving

pytestmark = [pytest.mark.journey, pytest.mark.beside]

STRICT = "default-src 'none'; img-src *; media-src 'self'; script-src 'self'"
PAGE = """<!doctype html><html lang="de"><head><title>Probe</title></head>
<body><main><h1>Probe</h1>{content}</main></body></html>"""
LOOK = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({video: true, audio: true});
  const video = document.createElement('video');
  video.muted = true; video.srcObject = stream; await video.play();
  await new Promise(done => video.requestVideoFrameCallback(done));
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  const pen = canvas.getContext('2d'); pen.drawImage(video, 0, 0);
  return [...pen.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data].slice(0, 3);
}"""
LISTEN = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  const context = new AudioContext(); await context.resume();
  const analyser = context.createAnalyser(); analyser.fftSize = 8192;
  context.createMediaStreamSource(stream).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  let best = [-200, 0];
  for (let n = 0; n < 60; n++) {
    await new Promise(done => setTimeout(done, 25));
    analyser.getFloatFrequencyData(bins);
    bins.forEach((db, bin) => { if (db > best[0]) best = [db, bin]; });
  }
  return best[1] * context.sampleRate / 8192;
}"""


async def show(request: Request) -> Response:
    content = request.query_params.get("content", "<p>Guten Tag</p>")
    return HTMLResponse(PAGE.format(content=content), headers={"Content-Security-Policy": STRICT})


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(Starlette(routes=[Route("/", show)])) as address:
        yield address


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.WatchedBrowser]:
    folder = tmp_path_factory.mktemp("camera")
    clip = media.write_clip(folder / "bo.mp4", 2.0, media.COLOURS["bo"], hz=1500)
    picture = camera.camera_file(clip, folder / "bo.mjpeg")
    sound = camera.microphone_file(clip, folder / "bo.wav")
    with browser.chromium(camera=picture, microphone=sound) as chromium:
        yield chromium


def test_camera_file_is_what_the_page_sees(chromium: browser.WatchedBrowser, address: str) -> None:
    page = chromium.page()
    page.goto(address)

    red, green, blue = page.evaluate(LOOK)

    assert media.nearest_person((red, green, blue)) == "bo"


def test_microphone_file_is_what_the_page_hears(chromium: browser.WatchedBrowser, address: str) -> None:
    page = chromium.page()
    page.goto(address)

    # The width of one bin of 8192 at 48 kHz is 6 Hz.
    assert page.evaluate(LISTEN) == pytest.approx(1500, abs=12)


def test_second_browser_has_its_own_camera(chromium: browser.WatchedBrowser, address: str, tmp_path: Path) -> None:
    clip = media.write_clip(tmp_path / "chris.mp4", 1.0, media.COLOURS["chris"])
    with browser.more(chromium, camera=camera.camera_file(clip, tmp_path / "chris.mjpeg")) as other:
        page = other.page()
        page.goto(address)
        red, green, blue = page.evaluate(LOOK)

    assert media.nearest_person((red, green, blue)) == "chris"


def test_request_to_another_host_is_noted(chromium: browser.WatchedBrowser, address: str) -> None:
    chromium.hosts.clear()
    page = chromium.page()
    page.goto(address)
    chromium.assert_stayed_home()
    page.goto(f"{address}/?content=<img alt='' src='http://tracker.example/x.png'>")

    assert chromium.strangers() == {"tracker.example"}
    with pytest.raises(AssertionError, match=r"tracker\.example"):
        chromium.assert_stayed_home()


def test_page_works_without_javascript(chromium: browser.WatchedBrowser, address: str) -> None:
    page = chromium.page(java_script_enabled=False)
    page.goto(address)

    assert page.get_by_role("heading").inner_text() == "Probe"


def test_axe_finds_a_picture_without_words_behind_a_strict_policy(
    chromium: browser.WatchedBrowser, address: str
) -> None:
    page = chromium.page()
    page.goto(address)
    assert browser.findings(page) == []
    page.goto(f"{address}/?content=<img src='/x.png'>")

    assert [finding.split(":")[0] for finding in browser.findings(page)] == ["image-alt"]
