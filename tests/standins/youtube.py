"""YouTube's Data API v3 as a small ASGI app: uploads, videos, captions, thumbnails and playlists, kept in memory.

    youtube = YouTube()
    with serving(youtube.app) as address:
        client = build_from_document(youtube.discovery_document(address), http=…)

Requests are held against the client's own discovery document (discovery.py): a wrong name or value is a 400. Uploads
are resumable ones (resumable.py). The two daily quotas are counted: `uploads` (videos.insert alone) and `units`.
`youtube.faults` takes what shall go wrong next (`Fault`), in order; `youtube.uploads.pause_s` makes the line slow.
POST /token is Google's: a refresh token in exchange for an access token (`token`, if calls are to need one).
"""

import json
import secrets
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.standins import discovery
from tests.standins.discovery import Document
from tests.standins.resumable import Fault, Session, Uploads

# Units by the list of determine_quota_cost as of 2026-06-01; videos.insert has a bucket of its own.
COSTS = {
    "videos.update": 50,
    "videos.delete": 50,
    "videos.list": 1,
    "captions.insert": 400,
    "captions.update": 450,
    "captions.list": 50,
    "captions.delete": 50,
    "thumbnails.set": 50,
    "playlistItems.insert": 50,
    "playlists.insert": 50,
}
TITLE_MOST, DESCRIPTION_MOST_BYTES = 100, 5000


class Refused(Exception):
    """An answer of the service that is an error, as Google words it."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message

    def response(self) -> JSONResponse:
        one = {"domain": "youtube", "reason": self.reason, "message": self.message}
        return JSONResponse(
            {"error": {"code": self.status, "message": self.message, "errors": [one]}}, status_code=self.status
        )


@dataclass
class YouTube:
    """The service's state, for tests to look at and to change."""

    uploads_a_day: int = 100
    units_a_day: int = 10_000
    lists_until_processed: int = 1
    token: str | None = None
    videos: dict[str, Document] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    captions: dict[str, Document] = field(default_factory=dict)
    thumbnails: dict[str, bytes] = field(default_factory=dict)
    playlists: dict[str, Document] = field(default_factory=dict)
    playlist_items: list[Document] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    calls: list[str] = field(default_factory=list)
    uploads_used: int = 0
    units_used: int = 0
    _looked: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._document = discovery.document("http://stand-in")
        self.uploads = Uploads(self.faults)
        self.app: ASGIApp = _WithTransport(Starlette(routes=self._routes()))

    def discovery_document(self, base_url: str) -> Document:
        """For `googleapiclient.discovery.build_from_document`; `base_url` may be plain http."""
        return discovery.document(base_url)

    def midnight(self) -> None:
        """A new day at the Pacific: both quotas are full again."""
        self.uploads_used = self.units_used = 0

    def _routes(self) -> list[Route]:
        api = "/youtube/v3"
        return [
            Route("/token", self._give_token, methods=["POST"]),
            *self._upload_routes(f"{api}/videos", "videos.insert", "Video", self._video_uploaded),
            *self._upload_routes(f"{api}/captions", "captions.update", "Caption", self._captions_replaced, "PUT"),
            *self._upload_routes(f"{api}/captions", "captions.insert", "Caption", self._captions_uploaded),
            *self._upload_routes(f"{api}/thumbnails/set", "thumbnails.set", None, self._thumbnail_uploaded),
            Route(f"{api}/videos", self._method("videos.list", None, self._list_videos), methods=["GET"]),
            Route(f"{api}/videos", self._method("videos.update", "Video", self._update_video), methods=["PUT"]),
            Route(f"{api}/videos", self._method("videos.delete", None, self._delete_video), methods=["DELETE"]),
            Route(f"{api}/captions", self._method("captions.list", None, self._list_captions), methods=["GET"]),
            Route(f"{api}/captions", self._method("captions.delete", None, self._delete_captions), methods=["DELETE"]),
            Route(
                f"{api}/playlists",
                self._method("playlists.insert", "Playlist", self._insert_playlist),
                methods=["POST"],
            ),
            Route(
                f"{api}/playlistItems",
                self._method("playlistItems.insert", "PlaylistItem", self._insert_item),
                methods=["POST"],
            ),
        ]

    def _inserts(self, path: str, id: str, schema: str, act: Callable[[Request, Document], Document]) -> Route:
        return Route(path, self._method(id, schema, act), methods=["POST"])

    def _upload_routes(
        self, path: str, id: str, schema: str | None, done: Callable[[Session], Document], opened_by: str = "POST"
    ) -> list[Route]:
        """A request opens a session, PUTs that name it bring its bytes."""
        begin = self._begins(id, schema, done)

        async def put(request: Request) -> Response:
            there = opened_by == "POST" or "upload_id" in request.query_params
            return await (self._put if there else begin)(request)

        paths = [f"/upload{path}", f"/resumable/upload{path}"]
        begins = [Route(each, begin, methods=["POST"]) for each in paths if opened_by == "POST"]
        return begins + [Route(each, put, methods=["PUT"]) for each in paths]

    def _begins(
        self, id: str, schema: str | None, done: Callable[[Session], Document]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def begin(request: Request) -> Response:
            try:
                body = await self._checked(request, id, schema)
                self._spend(id)
                return self.uploads.begin(request, body, done)
            except Refused as refused:
                return refused.response()

        return begin

    async def _put(self, request: Request) -> Response:
        try:
            return await self.uploads.put(request)
        except Refused as refused:
            return refused.response()

    def _method(
        self, id: str, schema: str | None, act: Callable[[Request, Document], Document | None]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                body = await self._checked(request, id, schema)
                self._spend(id)
                answer = act(request, body)
            except Refused as refused:
                return refused.response()
            return Response(status_code=204) if answer is None else JSONResponse(answer)

        return endpoint

    async def _checked(self, request: Request, id: str, schema: str | None) -> Document:
        """The body, when caller, query and body are right; every call that gets here is noted in `calls`."""
        self.calls.append(id)
        if self.token is not None and request.headers.get("authorization") != f"Bearer {self.token}":
            raise Refused(401, "authError", "Invalid Credentials")
        self._fail_as_wished()
        query = {name: value for name, value in request.query_params.items() if name != "uploadType"}
        faults = discovery.faults_of_query(self._document, id, query)
        body: Document = {}
        if schema is not None:
            try:
                body = json.loads(await request.body())
            except ValueError:
                raise Refused(400, "parseError", "the body is not JSON") from None
            faults += discovery.faults_of_body(self._document, schema, body)
            parts = set(request.query_params.get("part", "").split(","))
            faults += [f"part {each!r} is not in the body" for each in sorted(parts - set(body) - {"id", ""})]
        if faults:
            raise Refused(400, "invalidParameter", "; ".join(faults))
        return body

    async def _give_token(self, request: Request) -> Response:
        asked = dict(parse_qsl((await request.body()).decode()))
        named = all(asked.get(name) for name in ("client_id", "client_secret", "refresh_token"))
        if asked.get("grant_type") != "refresh_token" or not named:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        answer = {"access_token": self.token or "anybody", "expires_in": 3599, "token_type": "Bearer"}
        return JSONResponse(answer)

    def _fail_as_wished(self) -> None:
        if self.faults and (answer := self.faults[0].answer):
            self.faults.popleft()
            raise Refused(answer[0], answer[1], f"the stand-in was told to fail: {answer[1]}")

    def _spend(self, id: str) -> None:
        if id == "videos.insert":
            if self.uploads_used >= self.uploads_a_day:
                message = "Quota exceeded for quota metric 'Video Uploads' and limit 'Video Uploads per day'"
                raise Refused(429, "rateLimitExceeded", message)
            self.uploads_used += 1
        elif self.units_used + COSTS[id] > self.units_a_day:
            raise Refused(403, "quotaExceeded", "The request cannot be completed because you have exceeded your quota.")
        else:
            self.units_used += COSTS[id]

    def _video_uploaded(self, session: Session) -> Document:
        body = session.body
        _check_snippet(body.get("snippet", {}))
        # Nothing said about who may see it means that everyone may.
        status = {"privacyStatus": "public"} | body.get("status", {}) | {"uploadStatus": "uploaded"}
        video = body | {"kind": "youtube#video", "id": secrets.token_urlsafe(8)[:11], "status": status}
        video["snippet"] = body.get("snippet", {}) | {"publishedAt": datetime.now(UTC).isoformat()}
        self.videos[video["id"]] = video
        self.files[video["id"]] = bytes(session.content)
        return video

    def _captions_uploaded(self, session: Session) -> Document:
        snippet = session.body["snippet"]
        self._video(snippet["videoId"])
        named = [(each["snippet"]["videoId"], each["snippet"]["language"]) for each in self.captions.values()]
        if (snippet["videoId"], snippet["language"]) in named:
            raise Refused(409, "captionExists", "A caption track with the given name and language exists already.")
        captions = session.body | {"kind": "youtube#caption", "id": secrets.token_urlsafe(12)}
        self.captions[captions["id"]] = captions
        self.files[captions["id"]] = bytes(session.content)
        return captions

    def _captions_replaced(self, session: Session) -> Document:
        id = str(session.body.get("id", ""))
        if id not in self.captions:
            raise Refused(404, "captionNotFound", "The caption track could not be found.")
        self.files[id] = bytes(session.content)
        return self.captions[id]

    def _thumbnail_uploaded(self, session: Session) -> Document:
        id = session.query["videoId"]
        self._video(id)
        self.thumbnails[id] = bytes(session.content)
        return {
            "kind": "youtube#thumbnailSetResponse",
            "items": [{"default": {"url": f"https://i.ytimg.com/vi/{id}/default.jpg"}}],
        }

    def _list_videos(self, request: Request, body: Document) -> Document:
        found = [self.videos[id] for id in request.query_params.get("id", "").split(",") if id in self.videos]
        for video in found:
            self._looked[video["id"]] += 1
            if self._looked[video["id"]] > self.lists_until_processed and video["status"]["uploadStatus"] == "uploaded":
                video["status"]["uploadStatus"] = "processed"
        kept = {"kind", "id", *request.query_params["part"].split(",")}
        items = [{name: each for name, each in video.items() if name in kept} for video in found]
        return {"kind": "youtube#videoListResponse", "items": items}

    def _update_video(self, request: Request, body: Document) -> Document:
        video = self._video(str(body.get("id", "")))
        for part in request.query_params["part"].split(","):
            if part == "snippet":
                _check_snippet(body[part])
            # A part is replaced whole: what the body leaves out is gone. What only the service knows, stays.
            own = {"uploadStatus": video["status"]["uploadStatus"]} if part == "status" else {}
            video[part] = body[part] | own
        return video

    def _delete_video(self, request: Request, body: Document) -> None:
        self._video(request.query_params["id"])
        del self.videos[request.query_params["id"]]

    def _list_captions(self, request: Request, body: Document) -> Document:
        id = request.query_params["videoId"]
        items = [each for each in self.captions.values() if each["snippet"]["videoId"] == id]
        return {"kind": "youtube#captionListResponse", "items": items}

    def _delete_captions(self, request: Request, body: Document) -> None:
        if self.captions.pop(request.query_params["id"], None) is None:
            raise Refused(404, "captionNotFound", "The caption track could not be found.")

    def _insert_playlist(self, request: Request, body: Document) -> Document:
        playlist = body | {"kind": "youtube#playlist", "id": f"PL{secrets.token_hex(8)}"}
        self.playlists[playlist["id"]] = playlist
        return playlist

    def _insert_item(self, request: Request, body: Document) -> Document:
        self._video(body.get("snippet", {}).get("resourceId", {}).get("videoId", ""))
        item = body | {"kind": "youtube#playlistItem", "id": secrets.token_hex(8)}
        self.playlist_items.append(item)
        return item

    def _video(self, id: str) -> Document:
        if id not in self.videos:
            raise Refused(404, "videoNotFound", f"The video {id!r} could not be found.")
        return self.videos[id]


def _check_snippet(snippet: dict[str, Any]) -> None:
    title, description = snippet.get("title", ""), snippet.get("description", "")
    if not title or len(title) > TITLE_MOST or set(title) & set("<>"):
        raise Refused(400, "invalidTitle", "The request metadata specifies an invalid or empty video title.")
    if len(description.encode()) > DESCRIPTION_MOST_BYTES or set(description) & set("<>"):
        raise Refused(400, "invalidDescription", "The request metadata specifies an invalid video description.")


class _WithTransport:
    """Lets the app cut its connection: uvicorn's transport, when there is one, is put into the scope."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        await self._app(scope, receive, send)
