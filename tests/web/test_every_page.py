"""`tests/web/every_page.py` names each page of the routes, or says why an address is none."""

from collections import defaultdict

from starlette.routing import Match, Route

from tests.web.every_page import NO_PAGES, visits
from web.routes import routes

ADDRESSES = [route for route in routes if isinstance(route, Route) and "GET" in (route.methods or ())]


def answering(path: str) -> str:
    """The first address of the list that answers this path."""
    scope = {"type": "http", "method": "GET", "path": path.partition("?")[0]}
    return next((route.path for route in ADDRESSES if route.matches(scope)[0] is Match.FULL), "")


def test_every_page_is_visited_or_it_is_said_why_not() -> None:
    visited = {answering(visit.path) for visit in visits(defaultdict(lambda: "1f"))} - {""}
    assert visited | NO_PAGES.keys() == {route.path for route in ADDRESSES}
    assert visited & NO_PAGES.keys() == set()
