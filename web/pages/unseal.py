"""Staff see what was cut from a broadcast: who looked, and why; they look themselves, keep a stretch, or erase it."""

import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import sealed, store
from ingest.archive import Room
from ingest.database import now
from ingest.people import Right
from ingest.sealed import Stretch
from ingest.secrets import SecretError
from questions.question import one_line, plain
from web import unsealing
from web.rendering import N_, house_of, render
from web.rights import need

REASON_LENGTH = 200
WHY = N_("Please say why: it is noted beside your name.")
UNREADABLE = N_("The keys of this installation do not open this stretch.")
ACTS = frozenset({"open", "keep", "release", "erase"})


def page(request: Request) -> Response:
    """The list; a stretch that one has just opened plays on it."""
    return _page(request, _by(request))


def act(request: Request) -> Response:
    """POST `do` to stretch `number`: open and keep (with `why-<do>-<number>`), release to its time again, erase."""
    by, form, house = _by(request), request.state.form, house_of(request)
    do, number = str(form.get("do", "")), str(form.get("number", ""))
    if do not in ACTS:
        raise HTTPException(400, "there is no such act")
    room, stretch = _one(request, number)
    why = one_line(plain(str(form.get(f"why-{do}-{number}", ""))), REASON_LENGTH)
    if do in ("open", "keep") and not why:
        return _page(request, by, wrong=stretch.number)
    try:
        if do == "open":
            sealed.open_stretch(room, stretch.number, house.safe, by=by, why=why, at=now())
        elif do == "erase":
            sealed.erase([stretch], now(), by=by)
        else:
            sealed.keep(room, stretch.number, by=by, reason=why if do == "keep" else "")
    except SecretError as error:
        raise HTTPException(409, UNREADABLE) from error
    return RedirectResponse(f"{request.url.path}#cut-{stretch.number}", 303)


def film(request: Request) -> Response:
    """What was cut, for whoever has just said why; the last bytes of it are kept by nobody."""
    by, house = _by(request), house_of(request)
    room, stretch = _one(request, request.path_params["number"])
    if not unsealing.looking(stretch, by, now()):
        raise HTTPException(403)
    try:
        content = unsealing.film(room, stretch.number, house)
    except SecretError as error:
        raise HTTPException(409, UNREADABLE) from error
    return _part_of(content, request.headers.get("range", ""))


def _part_of(content: bytes, wanted: str) -> Response:
    """All of it, or the one range that players ask for."""
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "no-store"}
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted)
    if found is None:
        return Response(content, headers=headers, media_type="video/mp4")
    first, last = int(found[1]), min(int(found[2] or len(content)), len(content) - 1)
    if first > last:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(content)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], 206, headers=headers, media_type="video/mp4")


def _page(request: Request, by: str, wrong: int | None = None) -> Response:
    house, id, at = house_of(request), request.path_params["id"], now()
    with house.database.reading() as connection:
        hour = store.office_hour(connection, id)
    room = house.archive.room(id)
    found = sealed.stretches(room)
    values: dict[str, Any] = {
        "found": found,
        "gone": [each for each in sealed.gone(room) if each.number not in {left.number for left in found}],
        "looking": {each.number for each in found if unsealing.looking(each, by, at)},
        "withdrawn": unsealing.withdrawn(house, id) if found else frozenset(),
        "days": house.ingest.sealed_kept_days,
        "wrong": wrong,
        "why": WHY,
    }
    return render(request, "unseal.html", hour=hour, status=200 if wrong is None else 422, **values)


def _by(request: Request) -> str:
    """Who looks, as it is noted. Raises HTTPException 401, 403."""
    visitor = need(request, Right.UNSEAL, request.path_params["id"])
    if visitor.account is None:
        raise HTTPException(403)
    return visitor.account.email


def _one(request: Request, number: str) -> tuple[Room, Stretch]:
    """Raises HTTPException 404, also for one that has been erased."""
    room = house_of(request).archive.room(request.path_params["id"])
    stretch = next((each for each in sealed.stretches(room) if str(each.number) == number), None)
    if stretch is None:
        raise HTTPException(404, N_("This stretch has been erased."))
    return room, stretch


routes = [
    Route("/staff/office-hours/{id}/sealed", page),
    Route("/staff/office-hours/{id}/sealed", act, methods=["POST"]),
    Route("/staff/office-hours/{id}/sealed/{number}.mp4", film),
]
