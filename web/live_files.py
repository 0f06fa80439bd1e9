"""Requests below /live/hls/ come in; playlists, parts and segments of what is on air go out, for players and caches.

Every player asks for the same few addresses at the same moment and is answered from memory; a cache in front of the
studio may keep them for as long as `CACHE_S`, so that what is over is gone everywhere within five seconds.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.archive import Archive, Programme
from ingest.live.cmaf import lowlatency
from ingest.live.cmaf.lowlatency import BadDirective
from ingest.live.cmaf.segments import Edge
from ingest.live.output.viewing import PATIENCE_S, TooFar, Viewing, window

PREFIX = "/live/hls/"
LIVE_FILE = re.compile(r"index\.m3u8|(video|audio)/(index\.m3u8|init\.mp4|\d{8}(\.\d{1,2})?\.m4s)")
MEDIA_TYPES = {".m3u8": "application/vnd.apple.mpegurl", ".m4s": "video/iso.segment", ".mp4": "video/mp4"}
VIEWINGS = 100
"""Recordings that are remembered; more than one machine can have on air at a time."""
CACHE_S = 4
"""Answers never change, but addresses end: within 5 s after the end of a broadcast (see ingest/live/README.md)."""
LASTING = f"public, max-age=60, s-maxage={CACHE_S}, immutable"
BLOCKED = f"public, max-age={CACHE_S}"
UNASKED = "public, max-age=1"
"""Half a target duration: a player without low latency looks again after two seconds."""
REFUSED = "no-store"

SHARED = re.compile(r"(video|audio)/(index\.m3u8|\d{8}\.\d{1,2}\.m4s)")
"""What everybody asks for at the same moment, again and again."""
SHARED_S = 0.3
SHARED_ANSWERS = 256

HourAt = Callable[[str], Awaitable[str | None]]


class Shared:
    """An answer that is being made, and for how long afterwards it is given to others."""

    def __init__(self, task: "asyncio.Task[Response]", now: float) -> None:
        self.task = task
        self.until = now + PATIENCE_S + SHARED_S
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[Response]") -> None:
        failed = task.cancelled() or task.exception() is not None
        self.until = 0.0 if failed else asyncio.get_running_loop().time() + SHARED_S


class LiveFiles:
    """The live files of all office hours. `hour_at` knows which one may be watched at an address, if any."""

    def __init__(
        self,
        archive: Archive,
        hour_at: HourAt,
        rewind_minutes: int = 5,
        ending: Callable[[str], bool] = lambda address: False,
    ) -> None:
        """`rewind_minutes`: how far viewers can go back while it is live; `ending`: an address that is about to end."""
        self._archive, self._hour_at, self._ending = archive, hour_at, ending
        self._segments = window(rewind_minutes)
        self._viewings: dict[str, Viewing] = {}
        self._shared: OrderedDict[tuple[str, str, bytes], Shared] = OrderedDict()

    def told(self, office_hour: str, edge: Edge) -> None:
        """A part of a recording is on the disk."""
        self._viewing(office_hour).told(edge)

    async def answer(self, request: Request) -> Response:
        """A playlist, part or segment; 410 when it is over. Raises HTTPException."""
        return await self.at(**request.path_params, query=request.scope["query_string"])

    async def at(self, address: str, path: str, query: bytes) -> Response:
        """As `answer`. Who asks for the same at the same time is given the same."""
        answer = await self._at(address, path, query)
        if self._ending(address):
            answer.headers["Cache-Control"] = REFUSED  # A cache in front must not keep it beyond its time.
        return answer

    async def _at(self, address: str, path: str, query: bytes) -> Response:
        if not LIVE_FILE.fullmatch(path):
            raise HTTPException(404, "there is no such file")
        office_hour = await self._hour_at(address)
        if office_hour is None:
            raise HTTPException(410, "this broadcast is over")
        if not SHARED.fullmatch(path):
            return await self._answer(office_hour, path, query)
        key, now = (office_hour, path, query), asyncio.get_running_loop().time()
        found = self._shared.get(key)
        if found is None or found.until < now:
            found = self._shared[key] = Shared(asyncio.create_task(self._answer(office_hour, path, query)), now)
            while len(self._shared) > SHARED_ANSWERS:
                self._shared.popitem(last=False)
        return found.task.result() if found.task.done() else await asyncio.shield(found.task)

    async def _answer(self, office_hour: str, path: str, query: bytes) -> Response:
        programme, viewing = self._archive.room(office_hour).programme(), self._viewing(office_hour)
        kind, _, name = path.rpartition("/")
        try:
            if kind and name == "index.m3u8":
                return await _playlist(viewing, kind, QueryParams(query))
            if part := lowlatency.PART_ADDRESS.fullmatch(name):
                data = await viewing.part(kind, int(part[1]), int(part[2]))
                return Response(data, headers={"Cache-Control": LASTING}, media_type=MEDIA_TYPES[".m4s"])
            return await _file(programme, viewing, path)
        except FileNotFoundError as error:
            raise HTTPException(404, "there is no such file", {"Cache-Control": UNASKED}) from error
        except TimeoutError as error:
            headers = {"Cache-Control": REFUSED, "Retry-After": "1"}
            raise HTTPException(503, "the programme has not come so far; try again", headers) from error

    def _viewing(self, office_hour: str) -> Viewing:
        if office_hour not in self._viewings:
            while len(self._viewings) >= VIEWINGS:
                del self._viewings[next(iter(self._viewings))]
            self._viewings[office_hour] = Viewing(self._archive.room(office_hour).programme(), self._segments)
        return self._viewings[office_hour]


class ShortWay:
    """Stands before the studio and answers for `PREFIX`: the layers behind it cost half of what a viewer costs."""

    def __init__(self, app: ASGIApp, files: LiveFiles) -> None:
        self._app, self._files = app, files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX) or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        address, _, path = scope["path"][len(PREFIX) :].partition("/")
        try:
            answer = await self._files.at(address, path, scope["query_string"])
        except HTTPException as refusal:
            answer = PlainTextResponse(refusal.detail + "\n", refusal.status_code, refusal.headers)
        await answer(scope, receive, send)


async def _playlist(viewing: Viewing, kind: str, query: QueryParams) -> Response:
    try:
        asked = lowlatency.requested(query)
        text = await viewing.playlist(kind, asked)
    except (BadDirective, TooFar) as error:
        raise HTTPException(400, str(error), {"Cache-Control": REFUSED}) from error
    lasting = UNASKED if asked.number is None else BLOCKED
    return Response(text, headers={"Cache-Control": lasting}, media_type=MEDIA_TYPES[".m3u8"])


async def _file(programme: Programme, viewing: Viewing, path: str) -> Response:
    """A whole segment, or what comes before all of them."""
    file = programme.root / path
    if file.suffix == ".m4s" and not await viewing.has_segment(int(file.stem)):
        raise FileNotFoundError(path)  # half of it would be kept by caches
    if not await run_in_threadpool(file.is_file):
        raise FileNotFoundError(path)
    lasting = LASTING if file.suffix == ".m4s" else UNASKED
    return FileResponse(file, headers={"Cache-Control": lasting}, media_type=MEDIA_TYPES[file.suffix])
