"""Google's resumable uploads: a POST opens a session, PUTs bring its bytes, faults come when they are told to.

The protocol: POST answers with a Location; PUTs with `Content-Range: bytes A-B/N` bring chunks, all but the last a
multiple of 256 KiB; 308 with `Range: bytes=0-B` says what has arrived; `bytes */N` only asks; an unknown session is
a 404; a finished one answers 200 with the resource again and again. A POST with `uploadType=media` or `multipart`
is not taken: the product must be able to go on after a crash.
"""

import asyncio
import re
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


class How(Enum):
    """What goes wrong."""

    ERROR = "error"  # a 503 in the middle of a chunk
    DROPPED = "dropped"  # the connection breaks in the middle of a chunk
    LOST = "lost"  # everything arrived, the upload is done, and the connection breaks before the answer
    ANSWER = "answer"  # the next call is answered with an error


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that goes wrong once; made by the functions of this class."""

    how: How
    after_bytes: int = 0
    status: int = 0
    reason: str = ""

    @property
    def answer(self) -> tuple[int, str] | None:
        """Status and reason, when it is any next call that fails and not an upload's bytes."""
        return (self.status, self.reason) if self.how is How.ANSWER else None

    @classmethod
    def error_after(cls, after_bytes: int, status: int = 503) -> "Fault":
        """A 5xx when so many bytes of a chunk have come; whole 256 KiB of them are kept."""
        return cls(how=How.ERROR, after_bytes=after_bytes, status=status)

    @classmethod
    def dropped_after(cls, after_bytes: int) -> "Fault":
        """The connection breaks when so many bytes of a chunk have come; whole 256 KiB of them are kept."""
        return cls(how=How.DROPPED, after_bytes=after_bytes)

    @classmethod
    def answer_lost(cls) -> "Fault":
        """The last chunk arrives, the resource is made, the answer does not come."""
        return cls(how=How.LOST)

    @classmethod
    def quota_exceeded(cls) -> "Fault":
        """The next call (of any method, a new upload among them) is a 403 quotaExceeded."""
        return cls(how=How.ANSWER, status=403, reason="quotaExceeded")

    @classmethod
    def answered(cls, status: int, reason: str) -> "Fault":
        """The next call is answered with this error."""
        return cls(how=How.ANSWER, status=status, reason=reason)


@dataclass
class Session:
    """An upload on its way. `resource` is there when it is done."""

    id: str
    query: dict[str, str]
    body: dict[str, Any]
    done: Callable[["Session"], dict[str, Any]]
    content: bytearray = field(default_factory=bytearray)
    resource: dict[str, Any] | None = None


class Uploads:
    """All sessions of a service. `pause_s` is how long each chunk takes before it counts as arrived."""

    def __init__(self, faults: deque[Fault]) -> None:
        self.sessions: dict[str, Session] = {}
        self._faults = faults
        self.pause_s = 0.0

    def forget(self) -> None:
        """Sessions end after some days: from now on all of them are unknown."""
        self.sessions.clear()

    def begin(self, request: Request, body: dict[str, Any], done: Callable[[Session], dict[str, Any]]) -> Response:
        """Open a session; its address is the Location of the answer."""
        if request.query_params.get("uploadType") != "resumable":
            return _refused(400, "badRequest", "only uploadType=resumable is taken")
        session = Session(secrets.token_urlsafe(24), dict(request.query_params), body, done)
        self.sessions[session.id] = session
        address = request.url.include_query_params(upload_id=session.id)
        return Response(status_code=200, headers={"Location": str(address)})

    async def put(self, request: Request) -> Response:
        """Take a chunk, or say how far the upload is."""
        session = self.sessions.get(request.query_params.get("upload_id", ""))
        if session is None:
            return _refused(404, "notFound", "no such upload session")
        length = int(request.headers.get("content-length", "0"))
        wanted = _RANGE.fullmatch(request.headers.get("content-range", f"bytes 0-{length - 1}/{length}"))
        if wanted is None:
            return _refused(400, "badRequest", "Content-Range cannot be read")
        first, last, total = wanted.groups()
        if first is None or session.resource is not None or int(first) != len(session.content):
            # The body is not read; httplib2's own second try even promises bytes that never come.
            return self._state(session, {"Connection": "close"} if length else {})
        whole = total != "*" and int(last) + 1 == int(total)
        if not whole and (int(last) + 1 - int(first)) % CHUNK:
            return _refused(400, "badRequest", f"a chunk that is not the last must be a multiple of {CHUNK} bytes")
        return await self._take(request, session, whole, expected=int(last) + 1)

    async def _take(self, request: Request, session: Session, whole: bool, expected: int) -> Response:
        if self._faults and self._faults[0].how in (How.ERROR, How.DROPPED):
            return await self._broken(request, session, self._faults.popleft())
        content = await request.body()
        if self.pause_s:
            await asyncio.sleep(self.pause_s)
        session.content += content
        if len(session.content) != expected:
            return _refused(400, "badRequest", f"{expected} bytes were promised, {len(session.content)} came")
        if not whole:
            return self._state(session)
        session.resource = session.done(session)
        if self._faults and self._faults[0].how is How.LOST:
            self._faults.popleft()
            return await cut(request)
        return self._state(session)

    async def _broken(self, request: Request, session: Session, fault: Fault) -> Response:
        came = bytearray()
        async for data in request.stream():
            came += data
            if fault.how is How.DROPPED and len(came) >= fault.after_bytes:
                break
        # What counts is what was written away: whole pieces of 256 KiB.
        session.content += came[: fault.after_bytes // CHUNK * CHUNK]
        return (
            await cut(request) if fault.how is How.DROPPED else _refused(fault.status, "backendError", "told to fail")
        )

    def _state(self, session: Session, headers: Mapping[str, str] | None = None) -> Response:
        if session.resource is not None:
            return JSONResponse(session.resource, headers=headers)
        arrived = {"Range": f"bytes=0-{len(session.content) - 1}"} if session.content else {}
        return Response(status_code=308, headers=arrived | dict(headers or {}))


class Silence(Response):
    """No answer at all; for a connection that is gone."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pass


async def cut(request: Request) -> Response:
    """Break the connection without an answer. Raises ConnectionResetError where there is none to break."""
    transport = request.scope.get("transport")
    if transport is None:
        raise ConnectionResetError("the stand-in was told to drop the connection")
    transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Silence()


def _refused(status: int, reason: str, message: str) -> JSONResponse:
    errors = [{"domain": "global", "reason": reason, "message": message}]
    return JSONResponse({"error": {"code": status, "message": message, "errors": errors}}, status_code=status)
