"""Pages about the office itself: imprint and privacy (texts of the office), the language, a sign of life."""

from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ingest import events, store
from web import words
from web.door import LANGUAGE_COOKIE
from web.rendering import house_of, render

A_YEAR_S = 365 * 24 * 3600


def imprint(request: Request) -> Response:
    return _text(request, "imprint")


def privacy(request: Request) -> Response:
    return _text(request, "privacy")


def _text(request: Request, name: str) -> Response:
    with house_of(request).database.reading() as connection:
        text = store.office_setting(connection, name)
    kept = house_of(request).questions
    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    return render(
        request,
        "text.html",
        name=name,
        paragraphs=paragraphs,
        originals_days=kept.originals_days,
        askers_days=kept.askers_days,
    )


def language(request: Request) -> Response:
    """Remember the reader's language and go back to the page they came from."""
    chosen = request.path_params["code"]
    if chosen not in words.LANGUAGES:
        raise HTTPException(404)
    answer = RedirectResponse(local_path(request.query_params.get("to", "/")), 303)
    answer.set_cookie(
        LANGUAGE_COOKIE, chosen, max_age=A_YEAR_S, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    return answer


def local_path(text: str) -> str:
    """A path on this site, or the start page: nobody is sent elsewhere by a crafted address."""
    parts = urlsplit(text)
    fine = not parts.scheme and not parts.netloc and text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if fine and text.isprintable() else "/"


def health(request: Request) -> Response:
    """200 while the database answers; asked by supervisors and monitoring."""
    with house_of(request).database.reading() as connection:
        return JSONResponse({"status": "well", "newest_event": events.newest(connection)})


routes = [
    Route("/imprint", imprint),
    Route("/privacy", privacy),
    Route("/language/{code}", language),
    Route("/health", health),
]
