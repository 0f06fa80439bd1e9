"""A host's page on the far side of a line that goes dead for a while: what the studio's side sees of it, as JSON.

    ip netns exec … python -m tests.web.benches.loss.cut_off '{"address": "10.77.0.2", "until": 160.0}'

Everybody is Ada and on air. Prints one line when it listens, and at the time `until` of the monotonic clock what
happened: [seconds, "offer" | "gap" | "back"], and how many connections there are at the end.
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from ingest.archive import Room
from ingest.live.room.house import House
from ingest.live.room.programme import Programme
from ingest.live.webrtc import hooks
from web.benches.loss.listening import Door


class HostsDoor(Door):
    """Every offer is Ada's."""

    def __init__(self, house: House, happened: list[tuple[float, str]]) -> None:
        super().__init__()
        self.house, self.happened = house, happened

    async def whip(self, request: Request) -> Response:
        _, answer = await self.house.whip("ada", (await request.body()).decode())
        self.happened.append((time.monotonic(), "offer"))
        return Response(answer, 201, {"Location": "/live/resource/1"}, "application/sdp")


async def main(order: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Serve until the end of the order."""
    happened: list[tuple[float, str]] = []
    programme = Programme(
        width=640, height=360, frame_rate=30, bitrate=500_000, preset="ultrafast", cards=folder / "cards"
    )
    house = House(
        Room(folder),
        programme,
        frame_rate=30,
        ice_servers=(),
        on_gap=lambda _, on: happened.append((time.monotonic(), "gap" if on else "back")),
    )
    house.pictures.set_on_air(["ada"])
    door = HostsDoor(house, happened)
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=door.routes), order["address"], 8080, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    print("listening", flush=True)
    await asyncio.sleep(order["until"] - time.monotonic())
    ada = house.presence("ada")
    found = {"happened": list(happened), "connections": len(ada.resources), "connected": house.state()[0]["connected"]}
    server.should_exit = True
    await house.close()
    await serving
    return found


if __name__ == "__main__":
    hooks.check()
    hooks.silence_decoders()
    with tempfile.TemporaryDirectory() as made:
        print(json.dumps(asyncio.run(main(json.loads(sys.argv[1]), Path(made)))))
