"""A request comes in; it goes on with its visitor, language and checked form in `request.state`, or is refused.

Every form passes here: its size before a byte of it is kept (413), how often (429), where it comes from and its
token (403). So no page can forget to look. Endpoints are plain functions that Starlette runs in threads.
"""

import json
import logging
from collections.abc import AsyncGenerator, Mapping
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.database import now
from web import bell, rendering, sessions, store, words
from web.limits import Throttle
from web.parts import House
from web.security import same_origin

log = logging.getLogger(__name__)

LANGUAGE_COOKIE = "language"
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf"
FREE_PATHS = ("/static/", "/health")


class Door:
    """Stands between the server and the pages."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app = app
        self.house = house
        self.limit = house.settings.form_limit_kb * 1024
        self.posts = Throttle(house.settings.posts_per_minute, 60.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(FREE_PATHS):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        state = request.state
        state.visitor, state.form = sessions.NOBODY, {}
        state.new_key, state.key_age_s, state.drop_key = None, None, False
        state.language = words.choose(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language", ""))
        try:
            state.visitor, kept = await run_in_threadpool(self._visitor, request.cookies.get(sessions.COOKIE))
            if kept is not None:
                state.new_key, state.key_age_s = state.visitor.key, int(sessions.KEPT.total_seconds())
            if request.method not in ("GET", "HEAD", "OPTIONS"):
                state.form = await self._form(request)
        except HTTPException as refused:
            log.warning(
                "%s %s refused with %s: %s", request.method, request.url.path, refused.status_code, refused.detail
            )
            answer = await run_in_threadpool(rendering.error_page, request, refused.status_code, refused.detail)
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        except ClientDisconnect:
            return
        await self.app(scope, receive, self._with_cookie(request, send))
        if request.method == "POST":
            bell.ring(self.house.settings.studio_port)  # it may have wished something of a room
            if "app" in scope:
                scope["app"].state.news.ring()

    def _visitor(self, key: str | None) -> tuple[sessions.Visitor, datetime | None]:
        """Who it is, and until when their session was made to last because they are on air."""
        if not key:
            return sessions.NOBODY, None
        at = now()
        with self.house.database.reading() as connection:
            visitor = sessions.visitor(connection, key, at)
            kept = sessions.kept_until(connection, visitor, at)
        if kept is not None:
            with self.house.database.transaction() as connection:
                store.extend_session(connection, key, kept)
        return visitor, kept

    async def _form(self, request: Request) -> Mapping[str, Any]:
        """The fields of a form that may be acted on. Raises HTTPException 400, 403, 413, 429."""
        if request.method == "PATCH":
            self._check(request, request.headers.get(CSRF_HEADER, ""))
            return {}  # a piece of a file, not a form: its page reads it as it comes, and knows how long it may be
        if not self.posts.allows(sender(request)):
            raise HTTPException(429)
        body = await self._body(request)
        fields = await parse(request, body)
        self._check(request, request.headers.get(CSRF_HEADER) or str(fields.get(CSRF_FIELD, "")))
        return fields

    def _check(self, request: Request, token: str) -> None:
        """Where a form comes from, and whether it is one of ours. Raises HTTPException 403."""
        if not same_origin(request.headers, request.url.scheme, self.house.settings.public_url):
            raise HTTPException(403, "the form came from another site")
        if not sessions.token_fits(request.state.visitor.key, token):
            raise HTTPException(403, "the form's token does not fit")

    async def _body(self, request: Request) -> bytes:
        declared = request.headers.get("content-length", "0")
        if not declared.isdigit():
            raise HTTPException(400, "the length of the form is no number")
        if int(declared) > self.limit:
            raise HTTPException(413)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self.limit:
                raise HTTPException(413)
        return bytes(body)

    def _with_cookie(self, request: Request, send: Send) -> Send:
        """Sets or deletes the session's cookie when the page asked for it."""

        async def wrapped(message: Message) -> None:
            if message["type"] == "http.response.start" and (cookie := _cookie(request)):
                message.setdefault("headers", []).append((b"set-cookie", cookie.encode()))
            await send(message)

        return wrapped


def _cookie(request: Request) -> str:
    key = "" if request.state.drop_key else request.state.new_key
    if key is None:
        return ""
    jar: SimpleCookie = SimpleCookie()
    jar[sessions.COOKIE] = key
    jar[sessions.COOKIE]["path"] = "/"
    jar[sessions.COOKIE]["httponly"] = True
    jar[sessions.COOKIE]["samesite"] = "Lax"
    if request.state.drop_key:
        jar[sessions.COOKIE]["max-age"] = 0
    elif request.state.key_age_s is not None:
        jar[sessions.COOKIE]["max-age"] = request.state.key_age_s
    if request.url.scheme == "https":
        jar[sessions.COOKIE]["secure"] = True
    return jar.output(header="").strip()


async def parse(request: Request, body: bytes) -> Mapping[str, Any]:
    """A body's fields: of a form, or of a JSON object. Raises HTTPException 400."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        if kind == "application/json":
            found = json.loads(body)
            if not isinstance(found, dict):
                raise HTTPException(400, "the JSON is no object")
            return found
        if kind == "multipart/form-data":
            form = await MultiPartParser(request.headers, whole(), max_files=4, max_fields=100).parse()
        else:
            form = await FormParser(request.headers, whole()).parse()
    except (ValueError, MultiPartException, KeyError) as error:
        raise HTTPException(400, "the form cannot be read") from error
    return {name: value for name, value in form.items() if not isinstance(value, UploadFile)}


def client(request: Request) -> str:
    """The address that a request came from; `serve` and proxies hand it on, uvicorn reads it."""
    return request.client.host if request.client else "unknown"


def sender(request: Request) -> str:
    """Whose forms are counted: somebody known by their session, so that a whole town hall behind one address is
    not stopped because of one of them; strangers by their address."""
    visitor: sessions.Visitor = request.state.visitor
    return f"session {visitor.key}" if visitor.account or visitor.person else client(request)


def sign_in(
    request: Request, *, account: str | None = None, person: str | None = None, at_least: datetime | None = None
) -> None:
    """Give the browser a fresh session as `account` or `person`; what it was besides, it stays.

    A guest's lasts until their office hour is over (`at_least`): who registers days before keeps the place.
    """
    house: House = request.app.state.house
    before: sessions.Visitor = request.state.visitor
    account = account or (before.account.id if before.account else None)
    person = person or (before.person.id if before.person else None)
    until = max(now() + timedelta(hours=house.settings.session_hours), at_least or now())
    request.state.key_age_s = int((until - now()).total_seconds())
    with house.database.transaction() as connection:
        if before.key:
            store.close_session(connection, before.key)
        request.state.new_key = store.open_session(connection, account=account, person=person, expires_at=until)
