"""Every address of the site, area by area; each area's own list stands at the end of its module."""

from starlette.routing import Route

from web import assets
from web.pages import account, ask, heard, office, start

routes = [
    *start.routes,
    *ask.routes,
    *account.routes,
    *office.routes,
    *heard.routes,
    Route("/static/{name:path}", assets.serve, name="static"),
]
