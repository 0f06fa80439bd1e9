"""Our page in Chromium sends what its tile needs: read from the browser's own statistics."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette

from ingest.live.webrtc import hooks
from tests.standins.browser import chromium
from web.benches.loss.listening import Door

SENT = """async () => {
  const reports = [...(await connection.peer.getStats()).values()];
  const video = reports.find((each) => each.type === "outbound-rtp" && each.kind === "video");
  return { at: video.timestamp, bytes: video.bytesSent, width: video.frameWidth, height: video.frameHeight,
           frames: video.framesEncoded };
}"""
ENCODING = """async ([camera, wanted, mobile]) =>
  (await import("/connection.js")).encodingFor(camera, wanted, mobile)"""
PRESSED_MEANWHILE = """async (status) => {
  const { fetchTicket, seat } = await import("/connection.js");
  const claims = [], answers = [];
  window.fetch = (address, { body }) => new Promise((resolve) => {
    claims.push(JSON.parse(body).claim);
    answers.push(resolve);
  });
  const ask = (audience) => fetchTicket(audience, "csrf").catch((error) => error.constructor.name);
  const answered = (code) => answers.shift()(new Response('{"ticket": "fresh"}', { status: code }));
  seat.claim = false;
  const before = ask("whep");
  seat.press();
  answered(status);
  const first = await before;
  const after = ask("whip");
  answered(423);
  return { claims, first, after: await after };
}"""
RECEIVED = """async (reports) => (await import("/connection.js")).received(reports)"""


@pytest.fixture
def origin(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the page is and the studio's receiving half listens, in a thread with a loop of its own."""
    monkeypatch.setattr("aiortc.rtcrtpreceiver.decoder_worker", hooks._no_decoder)
    listening = socket.create_server(("127.0.0.1", 0))
    servers: list[uvicorn.Server] = []

    async def serve() -> None:
        door = Door()
        config = uvicorn.Config(Starlette(routes=door.routes), log_level="warning", ws="none", lifespan="off")
        servers.append(uvicorn.Server(config))
        await servers[0].serve([listening])
        if door.came.done():
            await door.came.result().close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    servers[0].should_exit = True
    thread.join(10)
    listening.close()


def sent(page: Any, seconds: float) -> dict[str, float]:
    """Size, pictures a second and bits a second of what Chromium sent in the last `seconds`."""
    before = page.evaluate(SENT)
    page.wait_for_timeout(1000 * seconds)
    after = page.evaluate(SENT)
    took = (after["at"] - before["at"]) / 1000
    return {
        "width": after["width"],
        "height": after["height"],
        "rate": (after["frames"] - before["frames"]) / took,
        "bits": 8 * (after["bytes"] - before["bytes"]) / took,
    }


@pytest.mark.journey
def test_chromium_sends_what_the_tile_needs_and_more_when_it_grows(origin: str) -> None:
    with chromium() as browser:
        page = browser.page()
        page.goto(f"{origin}/")
        page.wait_for_function("globalThis.connection?.peer?.connectionState === 'connected'", timeout=20_000)
        large = {"width": 1280, "height": 720, "frame_rate": 30, "bits_per_s": 2_000_000}
        small = {"width": 320, "height": 180, "frame_rate": 10, "bits_per_s": 200_000}
        page.evaluate("wanted => connection.fit(wanted)", small)
        page.wait_for_timeout(2000)
        found = sent(page, 3)
        assert (found["width"], found["height"]) == (320, 180)
        assert found["rate"] <= 11
        assert found["bits"] <= 1.2 * 200_000
        page.evaluate("wanted => connection.fit(wanted)", large)
        page.wait_for_timeout(2000)
        found = sent(page, 3)
        assert (found["width"], found["height"]) == (640, 360)  # all the camera has
        assert found["rate"] > 15
        portrait, phone = {"width": 720, "height": 1280}, {"scaleResolutionDownBy": 1280 / 180}
        assert (
            page.evaluate(ENCODING, [portrait, small, False])["scaleResolutionDownBy"] == phone["scaleResolutionDownBy"]
        )
        assert page.evaluate(ENCODING, [portrait, large, True])["maxBitrate"] == 900_000
        whole, way = (
            {"type": kind, "bytesReceived": bytes} for kind, bytes in (("transport", 9), ("candidate-pair", 7))
        )
        assert page.evaluate(RECEIVED, [whole, way, {"type": "codec"}]) == 9
        assert page.evaluate(RECEIVED, [way, {"type": "candidate-pair"}]) == 7  # Firefox has no other report
        browser.assert_stayed_home()


@pytest.mark.journey
def test_an_answer_from_before_the_press_takes_nothing_from_it(origin: str) -> None:
    """Else a page that was just told "another device has the seat" would stay silent after the press that takes it."""
    with chromium() as browser:
        page = browser.page()
        page.goto(f"{origin}/connection.js")
        for status, answer in ((423, "Refused"), (200, "fresh")):
            found = page.evaluate(PRESSED_MEANWHILE, status)
            assert found == {"claims": [False, True], "first": answer, "after": "Moved"}
