"""News for open pages: one stream of server-sent events per page, resumable by Last-Event-ID; and whether staff are
there to see them."""

from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from ingest import attention, store
from ingest.database import now
from ingest.officehours import WITH_ROOM
from web.news import PAGES, News
from web.rendering import house_of
from web.rights import staff


async def events(request: Request) -> Response:
    news: News = request.app.state.news
    if len(news.pages) >= PAGES:
        raise HTTPException(503)
    last = request.headers.get("last-event-id", "")
    office_hour = request.query_params.get("office_hour")
    since = int(last) if last.isdigit() and len(last) < 19 else None
    asked = office_hour is not None and request.state.visitor.account is not None
    stream: AsyncIterator[str] = news.stream(office_hour, since, asked=asked)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


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
