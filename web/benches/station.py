"""A folder comes in; a programme encoded before goes out at its own pace, by all of a room's public ways.

    python -m web.benches.station FOLDER PORT

What viewers cost cannot be seen beside an encoder that takes a third of a core. So nothing is drawn, decoded or encoded
here but sound; recorder, fan-out and live files are those of the room and the studio.
"""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ingest.archive import Archive
from ingest.live.cmaf.segments import Edge
from ingest.live.mix.audio import AacEncoder
from ingest.live.mix.pace import Epoch, RealClock
from ingest.live.mix.source import BLOCK_SAMPLES, SAMPLE_RATE
from ingest.live.mix.video import Canvas, Encoder, planes_of
from ingest.live.output.recorder import Recorder
from ingest.live.room.viewers import Viewers
from ingest.live.webrtc import hooks
from web.live_files import LiveFiles, ShortWay

WIDTH, HEIGHT, RATE, BITRATE = 1280, 720, 30, 2_500_000
LOOP = 120  # frames, of which one in sixty is a keyframe
HOUR = "0" * 32


class Reel(threading.Thread):
    """A programme to everybody who would take part in one: frames made before, over and over, and a quiet hiss."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.encoder = Encoder(width=WIDTH, height=HEIGHT, frame_rate=RATE, bitrate=BITRATE, preset="superfast")
        self.frames = list(_noise(self.encoder))
        self.sinks: tuple[list[Any], list[Any]] = ([], [])
        self.recorder: Recorder | None = None
        self._aac = AacEncoder(0)

    def add_packet_sink(self, sink: Any) -> None:
        self.sinks[0].append(sink)

    def add_sound_sink(self, sink: Any) -> None:
        self.sinks[1].append(sink)

    add_public_packet_sink, add_public_sound_sink = add_packet_sink, add_sound_sink

    def request_keyframe(self) -> None:
        """The next one comes within two seconds."""

    def record(self, recorder: Recorder) -> None:
        """Write it to the disk, as the room does."""
        recorder.begin(self.encoder.parameter_sets, self._aac.config)
        self.recorder = recorder

    def run(self) -> None:
        epoch, hiss = Epoch(RealClock()), np.random.default_rng(0).normal(0, 0.05, BLOCK_SAMPLES).astype(np.float32)
        frame = block = 0
        while True:
            picture_s, sound_s = frame / RATE, block * BLOCK_SAMPLES / SAMPLE_RATE
            epoch.clock.wait_until(epoch.due(min(picture_s, sound_s)))
            if sound_s <= picture_s:
                self._hear(hiss)
                block += 1
            else:
                self._show(frame)
                frame += 1

    def _show(self, frame: int) -> None:
        data, keyframe = self.frames[frame % LOOP]
        for sink in self.sinks[0]:
            sink(data, frame, keyframe)
        if self.recorder is not None:
            self.recorder.picture(data, keyframe, RealClock().wall())

    def _hear(self, block: Any) -> None:
        for sink in self.sinks[1]:
            sink(block)
        if self.recorder is not None:
            for _, data in self._aac.encode(block):
                self.recorder.sound(data)


def _noise(encoder: Encoder) -> Any:
    """Frames that take all the bits there are, as a camera's noise does."""
    dice, canvas = np.random.default_rng(1), Canvas(WIDTH, HEIGHT)
    for number in range(LOOP):
        coarse = dice.integers(60, 180, (HEIGHT // 8, WIDTH // 8), np.uint8)
        planes_of(canvas.frame)[0][:] = coarse.repeat(8, 0).repeat(8, 1)
        keyframe = number % (2 * RATE) == 0
        yield encoder.encode(canvas.frame, keyframe), keyframe


def station(folder: Path) -> ASGIApp:
    """Everything there is to watch: /live/whep/… and /live/hls/…, at any address, as at the studio."""
    archive, reel = Archive(folder), Reel()

    async def here(address: str) -> str:
        return HOUR

    files = LiveFiles(archive, here)
    viewers: list[Viewers] = []

    async def watch(request: Request) -> Response:
        _, answer = await viewers[0].watch((await request.body()).decode())
        return Response(answer, 201, media_type="application/sdp")

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        io = asyncio.get_running_loop()
        viewers.append(Viewers(reel, picture=(WIDTH, HEIGHT, RATE), most=1000))  # type: ignore[arg-type]
        settings = {"width": WIDTH, "height": HEIGHT, "frame_rate": RATE, "bitrate": BITRATE}

        def told(edge: Edge) -> None:
            io.call_soon_threadsafe(files.told, HOUR, edge)

        reel.record(Recorder.reopen(archive.room(HOUR).programme(), **settings, on_edge=told))
        reel.start()
        yield

    routes = [
        Route("/live/whep/{address}", watch, methods=["POST"]),
        Route("/live/hls/{address}/{path:path}", files.answer),
    ]
    return ShortWay(Starlette(routes=routes, lifespan=lifespan), files)


if __name__ == "__main__":
    hooks.check()
    config = uvicorn.Config(station(Path(sys.argv[1])), port=int(sys.argv[2]), access_log=False, log_level="warning")
    uvicorn.Server(config).run()
