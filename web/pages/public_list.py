"""The questions of an office hour for everybody: what is on the list, a voice for one's own, what was answered."""

import hmac
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.officehours import OfficeHour
from ingest.secrets import Safe
from questions import lists, support
from questions import store as questions
from questions.question import Channel, Question, State
from web import store as web_store
from web.door import client
from web.lines import PAGES, Fan, Line, Lines
from web.media import may_see
from web.parts import House
from web.rendering import N_, csrf, house_of, render
from web.words import say

COOKIE = "supporter"
A_YEAR_S = 365 * 24 * 3600
NEW_SUPPORTERS_AN_HOUR = 20
"""From one address: a family, a class in school; not a program that wants a hundred voices."""
NAMED = frozenset({Channel.FORM, Channel.GUEST})
"""Whoever came this way chose the name that is shown; of all others not even the first name stands here."""
HIDDEN = N_("The office does not show the list of questions of this office hour.")


def page(request: Request) -> Response:
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
        known = lists.of(connection, hour.id)
        if known.hidden or hour.rehearsal_of:
            raise HTTPException(404, HIDDEN)
        values = list_values(connection, request, hour)
    return render(request, "questions_public.html", hour=hour, public=known, **values)


def list_values(connection: Connection, request: Request, hour: OfficeHour) -> dict[str, Any]:
    """The lines, by what became of them; those that wait in an order by chance."""
    found = {question.id: question for question in questions.of_office_hour(connection, hour.id, lists.SHOWN)}
    waiting = [id for id, question in found.items() if question.state in lists.SUPPORTED]
    token = request.cookies.get(COOKIE, "")
    mine = {question.id for question in support.of(connection, support.digest(token))} if token else set()
    # Before a browser is anybody, its form's own token is what stays the same while it looks.
    seed = token or csrf(request)
    return {
        "waiting": [found[id] for id in support.shuffled(waiting, seed)],
        "on_air": [question for question in found.values() if question.state is State.ON_AIR],
        "answered": [question for question in found.values() if question.state in lists.DONE],
        "open": [question for question in found.values() if question.state is State.NOT_REACHED],
        "asked": {id: count + 1 for id, count in questions.merged_counts(connection, hour.id).items()},
        "support": support.counts_in(connection, hour.id),
        "mine": mine,
        "name": shown_name,
        "outcome": lists.outcome(connection, hour.id),
        "over": hour.state in lists.OVER,
        "film": may_see(request, hour),
        "State": State,
        "private_page": f"/supported/{token}" if mine else "",
    }


def lines_of(house: House, office_hour: str, language: str) -> Lines:
    """The list as it is sent to open pages; empty once it is hidden."""
    with house.database.reading() as connection:
        if lists.of(connection, office_hour).hidden:
            return {}
        found = questions.of_office_hour(connection, office_hour, lists.SHOWN)
        asked = questions.merged_counts(connection, office_hour)
        voices = support.counts_in(connection, office_hour)
    return {
        question.id: Line(
            text=question.text,
            name=shown_name(question),
            asked=say(language, "asked %(count)s times", count=asked[question.id] + 1) if question.id in asked else "",
            support=voices.get(question.id, 0),
            state=question.state.value,
            language=question.language,
        )
        for question in found
    }


async def news(request: Request) -> Response:
    """What changes on the list, to every page that shows it."""
    fan: Fan = request.app.state.lines
    if sum(len(room.pages) for room in fan.rooms.values()) >= PAGES:
        raise HTTPException(503)
    stream = fan.stream(request.path_params["id"], request.state.language)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def shown_name(question: Question) -> str:
    return question.author if question.channel in NAMED else ""


def press(request: Request) -> Response:
    """`do`: support, take_back a question; the first time the browser gets the secret text that makes it one person."""
    id, form = request.path_params["id"], request.state.form
    house = house_of(request)
    token, fresh = request.cookies.get(COOKIE, ""), False
    if not is_ours(token, house.safe):  # one that a program made up would be a voice more
        if not request.app.state.supporters.allows(client(request)):
            raise HTTPException(429)
        token, fresh = new_token(house.safe), True
    with house.database.transaction() as connection:
        question = questions.get(connection, str(form.get("question", "")))
        if question.office_hour != id or lists.of(connection, id).hidden:
            raise HTTPException(404)
        if form.get("do") == "take_back":
            support.take_back(connection, question, support.digest(token))
        elif form.get("do") == "support":
            support.give(connection, question, support.digest(token), now())
        else:
            raise HTTPException(400, "there is no such act")
    quiet = "application/json" in request.headers.get("accept", "")
    back = f"/office-hours/{id}/questions#q-{question.id}"
    answer = Response(status_code=204) if quiet else RedirectResponse(back, 303)
    if fresh:
        answer.set_cookie(
            COOKIE, token, max_age=A_YEAR_S, httponly=True, samesite="lax", secure=request.url.scheme == "https"
        )
    return answer


def new_token(safe: Safe) -> str:
    """A secret text for a browser, by which it is one person."""
    key = web_store.new_key()
    return f"{key}.{_seal(key, safe)}"


def is_ours(token: str, safe: Safe) -> bool:
    key, _, seal = token.rpartition(".")
    return bool(key) and hmac.compare_digest(seal.encode(), _seal(key, safe).encode())


def _seal(key: str, safe: Safe) -> str:
    return safe.fingerprint(f"supporter {key}")[:32]


def supported(request: Request) -> Response:
    """The private page of somebody who supports: what became of it, each voice with "take back"."""
    token = request.path_params["token"]
    with house_of(request).database.reading() as connection:
        found = support.of(connection, support.digest(token))
        if not found:
            raise HTTPException(404, N_("Nobody supports a question with this address, or no longer."))
        hours = {question.id: store.office_hour(connection, question.office_hour or "") for question in found}
        hidden = {id for id, hour in hours.items() if lists.of(connection, hour.id).hidden}
    shown = [question for question in found if question.state in lists.SHOWN and question.id not in hidden]
    return render(request, "supported.html", found=shown, gone=len(found) - len(shown), hours=hours, token=token,
                  State=State, DONE=lists.DONE)  # fmt: skip


def take_back(request: Request) -> Response:
    """One voice, or with `all` every one of this person, is erased."""
    token, form = request.path_params["token"], request.state.form
    with house_of(request).database.transaction() as connection:
        if form.get("all"):
            support.forget(connection, support.digest(token))
            answer = RedirectResponse("/", 303)
            if request.cookies.get(COOKIE) == token:
                answer.delete_cookie(COOKIE)
            return answer
        question = questions.get(connection, str(form.get("question", "")))
        support.take_back(connection, question, support.digest(token))
        left = support.of(connection, support.digest(token))
    return RedirectResponse(f"/supported/{token}" if left else "/", 303)


routes = [
    Route("/office-hours/{id}/questions", page),
    Route("/office-hours/{id}/questions", press, methods=["POST"]),
    Route("/office-hours/{id}/questions/news", news),
    Route("/supported/{token}", supported),
    Route("/supported/{token}", take_back, methods=["POST"]),
]
