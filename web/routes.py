"""Every address of the site, area by area; each area's own list stands at the end of its module."""

from starlette.routing import Route

from web import assets, media
from web.pages import (
    access,
    account,
    alone,
    announce,
    ask,
    board,
    by_hand,
    checklist,
    consent,
    cut,
    devicetest,
    enrol,
    heard,
    host,
    join,
    letters,
    line,
    mine,
    need,
    office,
    parent,
    people,
    phone,
    preflight,
    reception,
    rehearse,
    rules,
    staff,
    start,
    talk,
    tell,
    unseal,
    uploads,
    waiting_guest,
    watch,
    youtube,
)

routes = [
    *start.routes,
    *watch.routes,
    *ask.routes,
    *mine.routes,
    *rules.routes,
    *enrol.routes,
    *join.routes,
    *phone.routes,
    *consent.routes,
    *waiting_guest.routes,
    *access.routes,
    *parent.routes,
    *host.routes,
    *alone.routes,
    *account.routes,
    *announce.routes,
    *tell.routes,
    *people.routes,
    *need.routes,
    *staff.routes,
    *youtube.routes,
    *uploads.routes,
    *board.routes,
    *reception.routes,
    *cut.routes,
    *line.routes,
    *talk.routes,
    *by_hand.routes,
    *letters.routes,
    *unseal.routes,
    *preflight.routes,
    *rehearse.routes,
    *devicetest.routes,
    *checklist.routes,
    *office.routes,
    *heard.routes,
    *media.routes,
    Route("/static/{name:path}", assets.serve),
]


def all_routes() -> list[str]:
    """Paths of site and studio, each once, top to bottom."""
    from web.studio import Studio
    from web.studio import routes as studio_routes

    studio = Studio.__new__(Studio)  # its routes are bound methods; nothing of it is run
    return list(dict.fromkeys(route.path for route in [*routes, *studio_routes(studio)]))
