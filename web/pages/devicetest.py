"""Anybody tries camera, microphone, loudspeaker and line; staff look up by a code what was found."""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingest.database import now
from web.devicetest import store
from web.devicetest.verdict import GOOD, PARTLY, SENTENCES, family, is_in_app, read, verdict
from web.door import client
from web.pages.join import is_secure
from web.rendering import house_of, render
from web.rights import staff
from web.words import say


def page(request: Request) -> Response:
    settings = house_of(request).ingest
    return render(
        request,
        "devicetest.html",
        ice_servers=[{"urls": address} for address in settings.ice_servers],
        secure=is_secure(request),
        in_app=is_in_app(request.headers.get("user-agent", "")),
    )


def take(request: Request) -> Response:
    """What a page measured, as JSON; the answer is the sentence and the code."""
    if not request.app.state.tested.allows(client(request)):
        raise HTTPException(429)
    user_agent = request.headers.get("user-agent", "")
    facts = read(request.state.form, user_agent)
    found = verdict(facts)
    with house_of(request).database.transaction() as connection:
        test = store.keep(connection, found, facts, family(user_agent), now())
    kind = "success" if found in GOOD else "warning" if found in PARTLY else "danger"
    return JSONResponse({"code": test.code, "sentence": say(request.state.language, SENTENCES[found]), "kind": kind})


def look_up(request: Request) -> Response:
    """The page for staff; `?code=` is what somebody read to them."""
    staff(request)
    code = re.sub(r"\D", "", request.query_params.get("code", ""))[:4]
    test = None
    if code:
        with house_of(request).database.reading() as connection:
            test = store.find(connection, code, now())
    return render(request, "devicetest_code.html", code=code, test=test, sentences=SENTENCES, good=GOOD, partly=PARTLY)


routes = [
    Route("/test", page),
    Route("/test", take, methods=["POST"]),
    Route("/staff/tests", look_up),
]
