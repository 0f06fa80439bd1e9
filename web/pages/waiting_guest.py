"""What a guest does while they wait: signs of life and stills, answering a call, another way, going to another hour."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.live.lobby import guests, reception
from ingest.live.lobby.guests import CHOSEN, Way
from ingest.officehours import OfficeHour
from ingest.people import IN_ROOM, Person, Role, SeatState
from web import consenting
from web.pages import enrol, line
from web.rendering import N_, house_of, render
from web.rights import taking_part
from web.stills import LARGEST, Stills

LOOKED_AT = frozenset({SeatState.WAITING, SeatState.CALLED, SeatState.HELD, SeatState.MISSED})


async def here(request: Request) -> Response:
    """PATCH: the page is open. Its body is a small JPEG of the guest, or empty."""
    picture = await _body(request)
    await run_in_threadpool(_seen, request, picture)
    return Response(status_code=204)


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                raise HTTPException(413)
    except ClientDisconnect as error:
        raise HTTPException(400) from error
    return bytes(body)


def _seen(request: Request, picture: bytes) -> None:
    person = _guest(request)
    stills: Stills = request.app.state.stills
    with house_of(request).database.reading() as connection:
        guest, seat = guests.of(connection, person), store.seat(connection, person.id)
    if now() - guest.seen_at >= guests.NOTED_EACH:
        with house_of(request).database.transaction() as connection:
            guests.seen(connection, person, now())
    if picture and guest.may_be_seen and seat.state in LOOKED_AT:
        stills.put(person.id, picture)
    else:
        stills.drop(person.id)


def answer(request: Request) -> Response:
    """The guest says: I am here."""
    person = _guest(request)
    with house_of(request).database.transaction() as connection:
        reception.answer(connection, person, now())
    return line.answer(request, _place(request))


def way(request: Request) -> Response:
    """Another way to take part. Whoever wants to be read out leaves the line; the question goes to the others."""
    person, wished = _guest(request), str(request.state.form.get("way", ""))
    if wished not in {each.value for each in CHOSEN}:
        raise HTTPException(400, "there is no such way")
    with house_of(request).database.transaction() as connection:
        guest, seat = guests.of(connection, person), store.seat(connection, person.id)
        if guest.way is Way.READ_OUT or seat.state in IN_ROOM:
            raise HTTPException(409, N_("This cannot be changed any more. Please speak to the staff."))
        reception.choose(connection, person, Way(wished))
        if Way(wished) is Way.READ_OUT:
            consenting.reads_out(connection, store.office_hour(connection, person.office_hour), person)
            enrol.ask(request, connection, person, seat.topic)
    return _back(request)


def go(request: Request) -> Response:
    """The office hour that staff propose: what it is, and what one agrees to there."""
    person, goal = _sent_on(request)
    with house_of(request).database.reading() as connection:
        guest = guests.of(connection, person)
    return render(request, "go.html", hour=goal, person=person, guest=guest, Way=Way)


def gone(request: Request) -> Response:
    """POST `do`: go there, with consent, at the place of the time waited; or stay."""
    person, goal = _sent_on(request)
    with house_of(request).database.transaction() as connection:
        if request.state.form.get("do") != "go":
            reception.stay(connection, person)
            return _back(request)
        seat, guest = store.seat(connection, person.id), guests.of(connection, person)
        values = {"name": person.name, "topic": seat.topic, "under_18": guest.parent_digest or ""}
        newcomer = enrol.take_seat(request, connection, goal, values, guest.way)
        reception.go_on(connection, person, newcomer)
    return enrol.seated(request, goal, newcomer)


def _sent_on(request: Request) -> tuple[Person, OfficeHour]:
    person = _guest(request)
    with house_of(request).database.reading() as connection:
        goal = guests.of(connection, person).sent_to
        if goal is None:
            raise HTTPException(404)
        return person, store.office_hour(connection, goal)


def _guest(request: Request) -> Person:
    person = taking_part(request, request.path_params["id"])
    if person.role is not Role.GUEST:
        raise HTTPException(403)
    return person


def _back(request: Request) -> Response:
    return RedirectResponse(_place(request), 303)


def _place(request: Request) -> str:
    return f"/office-hours/{request.path_params['id']}/place"


routes = [
    Route("/office-hours/{id}/here", here, methods=["PATCH"]),
    Route("/office-hours/{id}/answer", answer, methods=["POST"]),
    Route("/office-hours/{id}/way", way, methods=["POST"]),
    Route("/office-hours/{id}/go", go),
    Route("/office-hours/{id}/go", gone, methods=["POST"]),
]
