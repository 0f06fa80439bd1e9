"""News for open pages: one stream of server-sent events per page, resumable by Last-Event-ID."""

from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from web.news import PAGES, News


async def events(request: Request) -> Response:
    news: News = request.app.state.news
    if len(news.pages) >= PAGES:
        raise HTTPException(503)
    last = request.headers.get("last-event-id", "")
    stream: AsyncIterator[str] = news.stream(
        request.query_params.get("office_hour"), int(last) if last.isdigit() and len(last) < 19 else None
    )
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


routes = [
    Route("/events", events),
]
