"""Encoded clips come in; they are sent by WebRTC again and again, at their pace and without encoding, until stdin ends.

    python -m web.benches.replay send CLIP ADDRESS TICKET …     people's cameras, by WHIP; - instead of a clip: a viewer
    python -m web.benches.replay page PORT CLIP …               a page that receives all of them, for a browser

A process of its own, so that what sending costs is nobody's but its own. It prints a line when all are connected.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Coroutine, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.request import Request as Post
from urllib.request import urlopen

import av
import uvicorn
import uvloop
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from ingest.live.webrtc import hooks
from web.benches.clips import PICTURE_TIME, SOUND_TIME, Clip, read

CONNECTED_S = 20.0
VIEWER = "-"


class Replay(MediaStreamTrack):
    """Packets at their pace, from the first again when they are through."""

    def __init__(self, kind: str, packets: Sequence[bytes], step: Fraction, start: float) -> None:
        super().__init__()
        self.kind = kind
        self._packets, self._step, self._start = packets, step, start
        self._count = 0

    async def recv(self) -> "av.Packet[Any]":
        """The next packet when it is due; called by aiortc's sender."""
        if self.readyState != "live":
            raise MediaStreamError
        number, self._count = self._count, self._count + 1
        left = self._start + float(number * self._step) - time.monotonic()
        if left > 0:
            await asyncio.sleep(left)
        packet = av.Packet(self._packets[number % len(self._packets)])
        packet.pts, packet.time_base = number, self._step
        return packet


def send_on(connection: RTCPeerConnection, clip: Clip, start: float) -> None:
    """Add camera and microphone of a clip to a connection that is not negotiated yet."""
    tracks = (
        Replay("video", clip.pictures, PICTURE_TIME, start),
        Replay("audio", clip.sounds, SOUND_TIME, start),
    )
    for track in tracks:
        transceiver = connection.addTransceiver(track, direction="sendonly")
        codecs = RTCRtpSender.getCapabilities(track.kind).codecs
        # H264 and its retransmissions only: nothing else has been encoded.
        transceiver.setCodecPreferences(
            [each for each in codecs if each.mimeType in ("video/H264", "video/rtx", "audio/opus")]
        )


async def connect(connection: RTCPeerConnection, address: str, ticket: str) -> None:
    """Offer a connection at a WHIP or WHEP address and wait until media flows. Raises OSError, TimeoutError."""
    connected = asyncio.Event()

    def changed() -> None:
        if connection.connectionState == "connected":
            connected.set()

    connection.on("connectionstatechange", changed)
    await connection.setLocalDescription(await connection.createOffer())
    answer = await asyncio.to_thread(_ask, address, ticket, connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
    await asyncio.wait_for(connected.wait(), CONNECTED_S)


def _ask(address: str, ticket: str, offer: str) -> str:
    headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {ticket}"}
    with urlopen(Post(address, offer.encode(), headers), timeout=CONNECTED_S) as answer:  # noqa: S310 - our own studio
        text: str = answer.read().decode()
    return text


async def send(places: Sequence[tuple[str, str, str]]) -> None:
    """Everybody of (clip or `-`, address, ticket), until stdin ends."""
    hooks.silence_decoders()  # the viewer only counts
    clips = {path: read(Path(path)) for path, _, _ in places if path != VIEWER}
    connections = []
    start = time.monotonic()
    for number, (path, address, ticket) in enumerate(places):
        connection = RTCPeerConnection()
        connections.append(connection)
        if path == VIEWER:
            connection.addTransceiver("video", direction="recvonly")
            connection.addTransceiver("audio", direction="recvonly")
        else:
            send_on(connection, clips[path], start + number / 97)  # cameras do not click at the same moment
        await connect(connection, address, ticket)
    print("connected", flush=True)
    await _stdin_ended()
    await asyncio.gather(*(connection.close() for connection in connections))


PAGE = """<!doctype html><title>bench</title><style>
body { margin: 0; background: #1e2630; width: 1280px; height: 720px; overflow: hidden; position: relative }
video { position: absolute; object-fit: contain }
</style><script>
const boxes = BOXES;
const watch = async number => {
  const video = document.createElement("video");
  const [x, y, width, height] = boxes[number];
  video.autoplay = true;
  Object.assign(video.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  document.body.append(video);
  const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  const stream = new MediaStream();
  peer.ontrack = event => { stream.addTrack(event.track); video.srcObject = stream; };
  for (const kind of ["video", "audio"]) peer.addTransceiver(kind, { direction: "recvonly" });
  await peer.setLocalDescription();
  await new Promise(done => {
    const look = () => peer.iceGatheringState === "complete" && done();
    peer.onicegatheringstatechange = look;
    look();
  });
  const answer = await fetch(`/whep/${number}`, { method: "POST", body: peer.localDescription.sdp });
  await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  await new Promise(done => video.requestVideoFrameCallback(done));
  return video;
};
onload = async () => {
  const videos = await Promise.all(boxes.map((_, number) => watch(number)));
  const shown = () => videos.map(video => video.getVideoPlaybackQuality().totalVideoFrames);
  await fetch("/shown", { method: "POST", body: "ready" });
  setInterval(() => fetch("/shown", { method: "POST", body: JSON.stringify(shown()) }), 1000);
};
</script>"""


class Page:
    """A page with everybody on it, and the WHEP addresses it asks."""

    def __init__(self, clips: Sequence[Clip], boxes: Sequence[tuple[int, int, int, int]]) -> None:
        self._clips, self._boxes = clips, boxes
        self._connections: list[RTCPeerConnection] = []
        self._start = time.monotonic()

    async def page(self, request: Request) -> Response:
        return HTMLResponse(PAGE.replace("BOXES", json.dumps([list(box) for box in self._boxes])))

    async def whep(self, request: Request) -> Response:
        connection = RTCPeerConnection()
        self._connections.append(connection)
        # Before the offer is set: afterwards preferences have no effect.
        send_on(connection, self._clips[request.path_params["number"]], time.monotonic())
        await connection.setRemoteDescription(RTCSessionDescription((await request.body()).decode(), "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        return PlainTextResponse(connection.localDescription.sdp, media_type="application/sdp")

    async def shown(self, request: Request) -> Response:
        """The page says how many pictures of each it has shown."""
        print((await request.body()).decode(), flush=True)
        return Response(status_code=204)

    async def serve(self, port: int) -> None:
        routes = [
            Route("/", self.page),
            Route("/whep/{number:int}", self.whep, methods=["POST"]),
            Route("/shown", self.shown, methods=["POST"]),
        ]
        config = uvicorn.Config(Starlette(routes=routes), port=port, log_level="warning", ws="none", lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        await _stdin_ended()
        server.should_exit = True
        await asyncio.gather(serving, *(connection.close() for connection in self._connections))


async def _stdin_ended() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


def work(arguments: Sequence[str]) -> Coroutine[Any, Any, None]:
    """What the command line asks for. Raises ValueError when it is not understood."""
    match arguments:
        case ["send", *places] if places and len(places) % 3 == 0:
            return send(list(zip(places[::3], places[1::3], places[2::3], strict=True)))
        case ["page", port, boxes, *paths] if paths:
            return Page([read(Path(path)) for path in paths], json.loads(boxes)).serve(int(port))
    raise ValueError(f"not understood: {arguments}")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(work(sys.argv[1:]))
