"""A sender on the far side of a bad line comes in, what a mixer would have heard and seen of it goes out as figures.

    ip netns exec … python -m web.benches.loss.listening '{"address": "10.77.0.2", "bad": [100, 120], "after_s": 15}'

Run on the studio's side of `line`: it takes one WHIP offer on port 8080, from ffmpeg or from the page it serves, asks
for sound every 20 ms and for a picture every 33 ms as the programme does, and prints one line of JSON after the line
has been calm, bad (between two times of the monotonic clock) and calm again.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from ingest.live.webrtc import hooks
from ingest.live.webrtc.receive import Peer, PersonSource

HERE = Path(__file__).resolve().parent
STRETCHES = ("calm", "bad", "after")


@dataclass
class Stretch:
    """What was heard and seen in one stretch of time."""

    seconds: float = 0.0
    freeze_ms: float = 0.0
    freezes: int = 0  # of more than 0.2 s
    made_up_ms: int = 0
    jumps: int = 0
    lost: int = 0
    delay_ms: int = 0  # at its end
    delay_most_ms: int = 0


@dataclass
class Listener:
    """Somebody who looks and listens all the time, like the mixer."""

    source: PersonSource
    stretch: Stretch = field(default_factory=Stretch)
    _shown: int = 0
    _since: float = 0.0

    def look(self, now: float) -> None:
        """A tick: is it another picture than the last?"""
        picture = self.source.picture()
        changed = picture is not None and id(picture) != self._shown
        self._since = self._since or now
        still_ms = 1000 * (now - self._since)
        if changed:
            self.stretch.freezes += still_ms > 200
            self._shown, self._since = id(picture), now
        self.stretch.freeze_ms = max(self.stretch.freeze_ms, round(still_ms))


async def listen(order: dict[str, Any]) -> dict[str, Any]:
    """Wait for the sender, then take figures of the three stretches."""
    door = Door()
    config = uvicorn.Config(Starlette(routes=door.routes), host=order["address"], port=8080, log_level="warning")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    print("listening", flush=True)
    peer = await asyncio.wait_for(door.came, 40)
    source = PersonSource("chris")
    source.peer = peer
    peer.watch(True)
    while peer.seen["video"] < 0:  # noqa: ASYNC110 - a look at a clock
        await asyncio.sleep(0.02)
    listener, found = Listener(source), {}
    ends = (*order["bad"], order["bad"][1] + order["after_s"])
    for name, end in zip(STRETCHES, ends, strict=True):
        found[name] = asdict(await _stretch(listener, peer, end))
    server.should_exit = True
    await peer.close()
    await serving
    return found


async def _stretch(listener: Listener, peer: Peer, end: float) -> Stretch:
    before, began = peer.figures(), time.monotonic()
    listener.stretch = stretch = Stretch()
    pulled, looked = began, began
    while (now := time.monotonic()) < end:
        while pulled <= now:
            listener.source.sound(960)
            pulled += 0.02
        if looked <= now:
            listener.look(now)
            looked += 1 / 30
        stretch.delay_most_ms = max(stretch.delay_most_ms, peer.figures()["delay_ms"])
        await asyncio.sleep(0.005)
    after = peer.figures()
    stretch.seconds, stretch.delay_ms = round(end - began, 1), after["delay_ms"]
    stretch.made_up_ms = after["made_up_ms"] - before["made_up_ms"]
    stretch.jumps, stretch.lost = after["jumps"] - before["jumps"], after["lost"] - before["lost"]
    return stretch


class Door:
    """The studio as one sender sees it: tickets are given to everybody, the first offer is the one that counts."""

    def __init__(self) -> None:
        self.came: asyncio.Future[Peer] = asyncio.get_running_loop().create_future()

    async def whip(self, request: Request) -> Response:
        peer = Peer("chris", on_frame=lambda *_: None, on_gap=lambda *_: None, on_gone=lambda _: None)
        answer = await peer.answer((await request.body()).decode())
        if not self.came.done():
            self.came.set_result(peer)
        return Response(answer, 201, {"Location": "/live/resource/1"}, "application/sdp")

    async def ticket(self, request: Request) -> Response:
        return JSONResponse({"ticket": "bench"})

    async def gone(self, request: Request) -> Response:
        return Response()

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/", lambda _: FileResponse(HERE / "page.html")),
            Route("/connection.js", lambda _: FileResponse(HERE.parents[1] / "static" / "connection.js")),
            Route("/tickets", self.ticket, methods=["POST"]),
            Route("/live/whip", self.whip, methods=["POST"]),
            Route("/live/resource/1", self.gone, methods=["DELETE"]),
        ]


if __name__ == "__main__":
    hooks.check()
    hooks.silence_decoders()
    print(json.dumps(asyncio.run(listen(json.loads(sys.argv[1])))))
