"""A house comes in, the site goes out: the ASGI app of public, staff and host pages."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from ingest.officehours import MoveRefused
from ingest.store import NotFound, Overtaken
from questions.question import MoveRefused as QuestionMoveRefused
from web import rendering, security, words
from web.door import Door
from web.editors import Editors
from web.keeping import keep
from web.limits import Throttle
from web.lines import Fan
from web.meanwhile import meanwhile
from web.news import News
from web.pages import public_list
from web.pages.access import LINES_A_MINUTE
from web.parts import House
from web.proof import Proofs
from web.pushed import Pushed
from web.routes import routes
from web.shared import Shared
from web.stills import Stills
from web.watchman import watch

TESTS_AN_HOUR = 60
"""Device tests that one address may send: a school before its office hour, but not all ten thousand codes."""


def site(house: House) -> Starlette:
    """The site over `house`; its event loop never touches the database."""
    news = News(house.database, house.settings.events_interval_s)
    pushed = Pushed(news)
    lines = Fan(news, partial(public_list.lines_of, house))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with meanwhile(news.listen()), meanwhile(watch(house)), meanwhile(keep(house)):
            await news.begun.wait()
            yield
            await lines.close()
            await pushed.close()

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[
            Middleware(security.SafeHeaders, public_url=house.settings.public_url),
            Middleware(Door, house=house),
        ],
        exception_handlers={
            HTTPException: answered(lambda error: error.status_code, lambda error: error.detail),
            NotFound: answered(lambda error: 404),
            Overtaken: answered(lambda error: 409),
            MoveRefused: answered(lambda error: 409),
            QuestionMoveRefused: answered(lambda error: 409),
            Exception: broken,
        },
    )
    app.state.house = house
    app.state.news = news
    app.state.lines = lines
    app.state.pushed = pushed
    app.state.shared = Shared()
    app.state.stills = Stills()
    app.state.editors = Editors()
    app.state.logins = Throttle(house.settings.logins_per_minute, 60.0)
    app.state.tested = Throttle(TESTS_AN_HOUR, 3600.0)
    app.state.typed = Throttle(LINES_A_MINUTE, 60.0)
    app.state.asked = Throttle(house.settings.questions_per_hour, 3600.0)
    app.state.unproven = Throttle(house.settings.unproven_per_hour, 3600.0)
    app.state.proofs = Proofs(house.safe)
    app.state.supporters = Throttle(public_list.NEW_SUPPORTERS_AN_HOUR, 3600.0)
    return app


def answered(
    status: Callable[..., int], detail: Callable[..., str] = lambda error: ""
) -> Callable[[Request, Exception], Response]:
    """A handler (Starlette runs it in a thread) that answers an error with a page, or with JSON to a script."""

    def handler(request: Request, error: Exception) -> Response:
        return failure(request, status(error), detail(error))

    return handler


def failure(request: Request, code: int, detail: str) -> Response:
    """The answer to a request that failed with `code`; a stranger on a staff page is sent to sign in."""
    if not hasattr(request.state, "language"):  # /static/ and /health pass the door unlooked at
        return JSONResponse({"error": detail or "failed"}, code)
    if "application/json" in request.headers.get("accept", ""):
        title, advice = rendering.explained(code)
        say = words.translations(request.state.language).gettext
        named = detail if code == 409 and detail and detail != HTTPStatus(code).phrase else ""
        return JSONResponse({"error": say(named) if named else f"{say(title)}. {say(advice)}"}, code)
    if code == 401 and request.method == "GET":
        return RedirectResponse(f"/login?to={request.url.path}", 303)
    return rendering.error_page(request, code, detail)


def broken(request: Request, error: Exception) -> Response:
    """A fault of our own. Starlette logs and raises it further; it answers outside of all middleware."""
    answer = failure(request, 500, "")
    house = rendering.house_of(request)
    answer.headers.update(security.headers(house.settings.public_url, https=request.url.scheme == "https"))
    return answer
