"""Two people's cameras: ffmpeg sends a flash and a beep at every full second by WHIP, each person in a colour and pitch.

`Door` is the least WHIP endpoint there can be in front of `Rooms`; `flashes` and `beeps` find in a recording what
was sent.
"""

import asyncio
import contextlib
import io
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import av
import imageio_ffmpeg
import numpy as np
import numpy.typing as npt
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest.archive import Programme
from ingest.live.rooms import OfferRefused, RoomGone, Rooms

Sound = npt.NDArray[np.float32]
RATE = 48_000
HOP = RATE // 500  # 2 ms: a thirtieth of what may be wrong


@dataclass(frozen=True)
class Sender:
    """Somebody with a camera: what their picture and beep look like."""

    person: str
    colour: str
    pitch_hz: int

    def command(self, address: str, size: str = "640x360", rate: int = 30) -> list[str]:
        """ffmpeg's command line; `readrate_catchup` keeps it from playing faster after the connection was made."""
        pictures = f"color=c={self.colour}:s={size}:r={rate},drawbox=c=white:t=fill:enable='lt(mod(t\\,1)\\,0.1)'"
        beep = f"aevalsrc='0.4*sin(2*PI*{self.pitch_hz}*t)*lt(mod(t\\,1)\\,0.1)':s={RATE}"
        pace = ["-re", "-readrate_initial_burst", "0", "-readrate_catchup", "1.0001"]
        encode = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline"]
        encode += ["-pix_fmt", "yuv420p", "-g", str(rate), "-b:v", "800k", "-c:a", "libopus", "-ac", "2", "-b:a", "64k"]
        return [
            imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error",
            *pace, "-f", "lavfi", "-i", pictures, *pace, "-f", "lavfi", "-i", beep,
            *encode, "-f", "whip", "-authorization", self.person, address,
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


def pictures(programme: Programme) -> tuple[npt.NDArray[np.float64], list[npt.NDArray[np.uint8]]]:
    """Times in seconds and small RGB pictures (64 x 36) of a recording."""
    times, small = [], []
    with av.open(file_of(programme, "video")) as container:
        for frame in container.decode(video=0):
            times.append(float(frame.time or 0))
            small.append(frame.reformat(width=64, height=36, format="rgb24").to_ndarray())
    return np.array(times), small


def sound(programme: Programme) -> Sound:
    """A recording's sound, mono."""
    with av.open(file_of(programme, "audio")) as container:
        return sound_of(container)


def sound_of(container: "av.container.InputContainer") -> Sound:
    """All sound of an open file, mono at 48 kHz, silence where its timestamps leave a hole."""
    parts: list[tuple[int, Sound]] = []
    for frame in container.decode(audio=0):
        samples = frame.to_ndarray().astype(np.float32)
        channels = len(frame.layout.channels)
        mono = samples.mean(axis=0) if samples.shape[0] == channels else samples.reshape(-1, channels).mean(axis=1)
        parts.append((round(float(frame.time or 0) * RATE), mono))
    whole = np.zeros(max(at + len(part) for at, part in parts), np.float32)
    for at, part in parts:
        whole[max(at, 0) : at + len(part)] = part[max(-at, 0) :]
    return whole


def beeps(samples: Sound, pitch_hz: int) -> list[float]:
    """When the beeps of this pitch begin, in seconds."""
    turning = np.exp(-2j * np.pi * pitch_hz / RATE * np.arange(len(samples)))
    mixed = samples * turning
    blocks = mixed[: len(mixed) // HOP * HOP].reshape(-1, HOP).mean(axis=1)
    power = np.abs(np.convolve(blocks, np.ones(5) / 5, "same"))
    return _onsets(power > power.max() * 0.4, np.arange(len(power)) * HOP / RATE)


def flashes(
    times: npt.NDArray[np.float64], small: Sequence[npt.NDArray[np.uint8]], region: tuple[slice, slice]
) -> list[float]:
    """When the flashes begin that are seen in this region of the small pictures, in seconds."""
    light = np.array([picture[region].mean() for picture in small])
    return _onsets(light > (light.max() + np.median(light)) / 2, times)


def _onsets(on: npt.NDArray[np.bool_], times: npt.NDArray[np.float64]) -> list[float]:
    """The moments at which `on` begins, at most one in 0.3 s, because a beep is not quite even."""
    starts: list[float] = []
    for index in np.flatnonzero(on[1:] & ~on[:-1]) + 1:
        if not starts or times[index] - starts[-1] > 0.3:
            starts.append(float(times[index]))
    return starts
