"""News for open pages: one stream of server-sent events per page, resumable by Last-Event-ID; and whether staff are
there to see them."""

import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from ingest import attention, store
from ingest.database import now
from ingest.officehours import WITH_ROOM
from ingest.people import Right
from web import sessions
from web.news import PAGES, News
from web.pages import moderation
from web.pushed import Pushed
from web.rendering import FORM_TOKEN, csrf, house_of
from web.rights import staff

LOOKED_AGAIN_S = 15.0
"""A list is sent as long as its reader may see it; who was signed out sees none of it after so long."""


async def events(request: Request) -> Response:
    """News of `?office_hour=`; to a page of its questions also its list, as the address `&list=` narrows it."""
    news: News = request.app.state.news
    if len(news.pages) >= PAGES:
        raise HTTPException(503)
    last = request.headers.get("last-event-id", "")
    office_hour = request.query_params.get("office_hour")
    since = int(last) if last.isdigit() and len(last) < 19 else None
    asked = office_hour is not None and request.state.visitor.account is not None
    narrowed = request.query_params.get("list")
    if office_hour is None or narrowed is None or Right.MODERATE not in request.state.visitor.rights(office_hour):
        stream: AsyncIterator[str] = news.stream(office_hour, since, asked=asked)
    else:
        key, make = moderation.list_of(request, office_hour, narrowed)
        pushed: Pushed = request.app.state.pushed
        follow = partial(pushed.to, key=key, office_hour=office_hour, make=make)
        stream = _while_allowed(request, office_hour, news.stream(office_hour, since, asked=asked, follow=follow))
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _while_allowed(request: Request, office_hour: str, stream: AsyncGenerator[str, None]) -> AsyncIterator[str]:
    """The stream with the reader's own token in its forms; it ends when they may not moderate any more."""
    token, looked_at = csrf(request), time.monotonic()
    async with contextlib.aclosing(stream):
        async for text in stream:
            if time.monotonic() - looked_at >= LOOKED_AGAIN_S:
                looked_at = time.monotonic()
                if not await run_in_threadpool(_may_moderate, request, office_hour):
                    return
            yield text.replace(FORM_TOKEN, token)


def _may_moderate(request: Request, office_hour: str) -> bool:
    with house_of(request).database.reading() as connection:
        visitor = sessions.visitor(connection, request.state.visitor.key, now())
    return Right.MODERATE in visitor.rights(office_hour)


def here(request: Request) -> Response:
    """A page of staff says that somebody is there; counted while the office hour has a room."""
    id = request.path_params["id"]
    staff(request)
    with house_of(request).database.transaction() as connection:
        if store.office_hour(connection, id).state in WITH_ROOM:
            attention.staff_seen(connection, id, now())
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


routes = [
    Route("/staff/office-hours/{id}/here", here),
    Route("/events", events),
]
