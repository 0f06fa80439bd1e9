"""Two people's cameras: ffmpeg sends a flash and a beep every second by WHIP, each person in a colour and pitch.

`Door` is the least WHIP endpoint there can be in front of `Rooms`. What arrives is found with `tests.standins.media`.
"""

import asyncio
import contextlib
import io
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import imageio_ffmpeg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest.archive import Programme
from ingest.live.studio.rooms import OfferRefused, RoomGone, Rooms
from tests.standins.media import BEEP_S, COLOURS, FLASH_FRAMES, SAMPLE_RATE


@dataclass(frozen=True)
class Sender:
    """Somebody of the cast with a camera: their colour, and the pitch of their beep. `id`: where they have a row."""

    person: str
    pitch_hz: int
    id: str = ""

    def command(self, address: str, size: str = "640x360", rate: int = 30) -> list[str]:
        """ffmpeg's command line; `readrate_catchup` keeps it from playing faster after the connection was made."""
        red, green, blue = COLOURS[self.person]
        flash = f"drawbox=c=white:t=fill:enable='lt(mod(n\\,{rate})\\,{FLASH_FRAMES})'"
        pictures = f"color=c=#{red:02x}{green:02x}{blue:02x}:s={size}:r={rate},{flash}"
        beep = f"aevalsrc='0.2*sin(2*PI*{self.pitch_hz}*t)*lt(mod(t\\,1)\\,{BEEP_S})':s={SAMPLE_RATE}"
        pace = ["-re", "-readrate_initial_burst", "0", "-readrate_catchup", "1.0001"]
        encode = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline"]
        encode += ["-pix_fmt", "yuv420p", "-g", str(rate), "-b:v", "800k", "-c:a", "libopus", "-ac", "2", "-b:a", "64k"]
        return [
            imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error",
            *pace, "-f", "lavfi", "-i", pictures, *pace, "-f", "lavfi", "-i", beep,
            *encode, "-f", "whip", "-authorization", self.id or self.person, address,
        ]  # fmt: skip


class Door:
    """The bearer token is the person; there are no other rights."""

    def __init__(self, rooms: Rooms, office_hour: str) -> None:
        self.rooms, self.office_hour = rooms, office_hour
        self.resources: list[str] = []

    async def whip(self, request: Request) -> Response:
        person = request.headers["authorization"].removeprefix("Bearer ")
        try:
            resource, answer = await self.rooms.whip(self.office_hour, person, (await request.body()).decode())
        except OfferRefused as error:
            return Response(str(error), 400)
        except RoomGone as error:
            return Response(str(error), 503)
        self.resources.append(resource)
        return Response(answer, 201, {"Location": f"/resource/{resource}"}, "application/sdp")

    async def gone(self, request: Request) -> Response:
        await self.rooms.delete(request.path_params["resource"])
        return Response(status_code=200)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The address to send to."""
        routes = [
            Route("/whip", self.whip, methods=["POST"]),
            Route("/resource/{resource}", self.gone, methods=["DELETE"]),
        ]
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(Starlette(routes=routes), log_level="warning", ws="none", lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/whip"
        finally:
            server.should_exit = True
            await serving
            listening.close()


@contextlib.asynccontextmanager
async def sending(senders: Sequence[Sender], address: str) -> AsyncIterator[None]:
    """Let them send until the end of the block."""
    running = [await asyncio.create_subprocess_exec(*sender.command(address)) for sender in senders]
    try:
        yield
    finally:
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        for process in running:
            await process.wait()


def file_of(programme: Programme, kind: str) -> io.BytesIO:
    """One kind of a recording as a file: its init segment and all segments."""
    parts = [programme.init(kind), *programme.segments(kind)]
    return io.BytesIO(b"".join(part.read_bytes() for part in parts))
