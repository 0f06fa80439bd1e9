"""A person's own place: camera check, waiting, the sign; leaving, coming back, and tickets for connections.

How a citizen comes here is in `enrol`, what they do while they wait in `waiting_guest`.
"""

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ingest import commands, store, tickets
from ingest.database import now
from ingest.live.lobby import agreement, guests, notes, patience, reception, turn, waiting
from ingest.live.lobby.guests import ALLOWED, Gone, Guest, Parent, Way
from ingest.live.lobby.patience import Wait
from ingest.live.lobby.signs import Sign
from ingest.officehours import TAKING_QUESTIONS, WITH_ROOM, OfficeHour, State, has_room
from ingest.people import IN_ROOM, RIGHTS, Person, Role, Scope, Seat, SeatState, may_share
from web import consenting, handover
from web.codes import code_for
from web.pages import access, consent
from web.pages.line import line_values
from web.rendering import house_of, parts_asked, render, render_parts
from web.rights import taking_part

LEFT = frozenset({SeatState.LEFT, SeatState.BANNED})
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]", "testserver")
PARTS = {"seat": "seat.html", "notes": "notes.html"}


def place(request: Request) -> Response:
    """The person's own page from the camera check to the end; `?part=` is what changes on it."""
    hour = _hour(request)
    person: Person | None = request.state.visitor.person_in(hour.id)
    if person is None:
        return RedirectResponse(f"/office-hours/{hour.id}/join", 303)
    if person.role is Role.HOST:
        return RedirectResponse(f"/office-hours/{hour.id}/host", 303)
    with house_of(request).database.reading() as connection:
        values = seat_values(connection, hour, person) | consent.own_values(request, connection, hour, person)
        values |= access.own_values(connection, hour, person)
        if person.role is Role.GUEST:
            values |= guest_values(request, connection, hour, person, values)
    values |= {"hour": hour, "person": person, "room": room_values(request, hour, person), "secure": is_secure(request)}
    if parts := parts_asked(request, PARTS):
        return render_parts(request, {part: PARTS[part] for part in parts}, **values)
    return render(request, "place.html", **values)


def seat_values(connection: Connection, hour: OfficeHour, person: Person) -> dict[str, Any]:
    """How things stand with a person: their seat, how many are before them, the sign."""
    seat = store.seat(connection, person.id)
    away = turn.hidden(connection, hour.id).get(person.id) if seat.state is SeatState.ON_AIR else None
    guest = guests.of(connection, person) if person.role is Role.GUEST else None
    return {
        "seat": seat,
        "before": _before(connection, seat),
        "guest": guest,
        "notes": (),
        "wait": None,
        "read_out": person.role is Role.GUEST and not speaks(connection, person.id),
        "may_send": seat.state in IN_ROOM and has_room(hour, now()),
        "may_share": may_share(person.role, seat),
        "sign": sign_for(connection, hour, seat.state, away=away is not None),
        "away": away,
        "Hidden": turn.Hidden,
        "alone_with": _alone_with(connection, hour, person, seat),
        "afterwards": hour.state not in WITH_ROOM and seat.state in IN_ROOM and has_room(hour, now()),
        **line_values(connection, hour, frozenset({person.role})),
        "State": State,
        "SeatState": SeatState,
        "Gone": Gone,
        "Way": Way,
    }


def _alone_with(connection: Connection, hour: OfficeHour, person: Person, seat: Seat) -> Person | None:
    """Whom alone somebody backstage hears, and who alone hears them."""
    if seat.state is not SeatState.ADMITTED or hour.state not in WITH_ROOM:
        return None
    other = turn.alone(connection, hour.id).get(person.id)
    return store.person(connection, other) if other else None


def _before(connection: Connection, seat: Seat) -> int:
    """How many are before somebody who waits; looked up for nobody else, since a hundred pages ask at once."""
    if seat.state is not SeatState.WAITING:
        return 0
    line, speaking = waiting.line(store.seats_of(connection, seat.office_hour)), speakers(connection, seat.office_hour)
    return sum(1 for each in line if each.position < seat.position and each.person in speaking)


def guest_values(
    request: Request, connection: Connection, hour: OfficeHour, person: Person, values: dict[str, Any]
) -> dict[str, Any]:
    """What only a waiting guest is shown: how long it may take, lines of the staff, what a parent has to do."""
    guest: Guest = values["guest"]
    seat: Seat = values["seat"]
    found: dict[str, Any] = {"notes": notes.for_person(connection, person), "Parent": Parent, "parent_link": None}
    found["goal"] = store.office_hour(connection, guest.sent_to) if guest.sent_to else None
    found["code_for"] = code_for
    if guest.parent_sealed and guest.parent not in ALLOWED:
        found["parent_link"] = f"/parent/{house_of(request).safe.open(guest.parent_sealed)}"
    if seat.state is SeatState.WAITING and not values["read_out"]:
        found["wait"] = _wait(connection, hour, values["before"])
    return found


def _wait(connection: Connection, hour: OfficeHour, before: int) -> Wait:
    people = store.persons_of(connection, hour.id)
    speaking = frozenset(each.id for each in people if each.role is Role.GUEST)
    turns, running = patience.turns(commands.history(connection, hour.id), speaking)
    backstage = sum(
        1
        for seat in store.seats_of(connection, hour.id)
        if seat.person in speaking and seat.state is SeatState.ADMITTED
    )
    end = hour.began_at + timedelta(minutes=hour.planned_minutes) if hour.began_at else None
    left_s = (end - now()).total_seconds() if end else None
    running_s = (now() - running).total_seconds() if running else None
    return patience.expected(turns, before + backstage, left_s, running_s)


def speaks(connection: Connection, person: str) -> bool:
    """Whether a guest agreed to be seen and heard; who did not is read out and takes nobody's turn."""
    return Scope.LIVE in agreement.given(connection, store.person(connection, person))


def speakers(connection: Connection, office_hour: str) -> frozenset[str]:
    """Everybody of an office hour who did."""
    return frozenset(id for id, scopes in consenting.agreed(connection, office_hour).items() if Scope.LIVE in scopes)


def sign_for(connection: Connection, hour: OfficeHour, seat: SeatState, *, away: bool = False) -> str:
    """The one big word of a person's page, as far as rows say; the studio's socket is more exact.

    Whoever is in the room when the hour ends stays there for some minutes: it is over for them when they go.
    """
    afterwards = seat in IN_ROOM and has_room(hour, now())
    if seat in LEFT or not (hour.state in TAKING_QUESTIONS | {State.PLANNED} or afterwards):
        return Sign.OVER.value
    if hour.state is not State.ON_AIR or seat is not SeatState.ON_AIR or away:
        return Sign.NOT_ON_AIR.value
    kept_in = turn.closing(connection, hour, now()) is not None or turn.is_cut(connection, hour.id)
    return Sign.NOT_ON_AIR.value if kept_in else Sign.ON_AIR.value


def room_values(request: Request, hour: OfficeHour, person: Person) -> dict[str, Any]:
    """What the page's script needs to connect; `iceServers` is always given, so nobody else is asked."""
    return {
        "officeHour": hour.id,
        "person": person.id,
        "iceServers": [{"urls": address} for address in house_of(request).ingest.ice_servers],
        "began": hour.began_at.astimezone(UTC).isoformat() if hour.began_at else None,
    }


def is_secure(request: Request) -> bool:
    """Whether browsers give this page a camera: https, or the machine itself."""
    host = request.headers.get("host", "").rsplit(":", 1)[0]
    return request.url.scheme == "https" or host in LOCAL_NAMES


def leave(request: Request) -> Response:
    """Give the seat up; the person may come back to the end of the line."""
    hour = _hour(request)
    person = taking_part(request, hour.id)
    with house_of(request).database.transaction() as connection:
        if store.seat(connection, person.id).state not in LEFT:
            reception.leave(connection, person)
    return RedirectResponse(f"/office-hours/{hour.id}/place", 303)


def come_back(request: Request) -> Response:
    """Wait again after having left, at the end of the line; missed, at the place that was kept."""
    hour = _hour(request)
    person = taking_part(request, hour.id)
    with house_of(request).database.transaction() as connection:
        state = store.seat(connection, person.id).state
        if state is SeatState.LEFT:
            reception.come_back(connection, person, now())
        elif state is SeatState.MISSED:
            reception.answer(connection, person, now())
    return RedirectResponse(f"/office-hours/{hour.id}/place", 303)


def ticket(request: Request) -> Response:
    """A fresh ticket for one connection of the person of this browser; JSON in and out."""
    person: Person | None = request.state.visitor.person
    if person is None:
        raise HTTPException(401)
    try:
        audience = tickets.Audience(request.state.form.get("audience"))
    except ValueError as error:
        raise HTTPException(400, "there is no such audience") from error
    if audience is not tickets.Audience.SCREEN and tickets.NEEDS[audience] not in RIGHTS[person.role]:
        raise HTTPException(403)
    with house_of(request).database.transaction() as connection:
        token = ticket_for(connection, person, audience, request.state.form)
    return JSONResponse({"ticket": token}, headers={"Cache-Control": "no-store"})


def ticket_for(connection: Connection, person: Person, audience: tickets.Audience, form: Mapping[str, Any]) -> str:
    """A ticket for one connection, if the seat allows it and this page holds it. Raises HTTPException."""
    hour, seat = store.office_hour(connection, person.office_hour), store.seat(connection, person.id)
    if audience is tickets.Audience.SCREEN and not may_share(person.role, seat):
        raise HTTPException(403)
    sends = audience in (tickets.Audience.WHIP, tickets.Audience.SCREEN)
    if not has_room(hour, now()) or (sends and seat.state not in IN_ROOM):
        raise HTTPException(409)
    if audience in (tickets.Audience.WHIP, tickets.Audience.WHEP):
        _hold(connection, person, form)
    return tickets.issue(connection, person=person.id, office_hour=hour.id, audience=audience, at=now())


def _hold(connection: Connection, person: Person, form: Mapping[str, Any]) -> None:
    """The seat is where the camera was started last. Raises HTTPException 423 for a page that it has left."""
    try:
        handover.hold(connection, person, str(form.get("page") or ""), claim=bool(form.get("claim")))
    except handover.Elsewhere as error:
        raise HTTPException(423) from error


def _hour(request: Request) -> OfficeHour:
    with house_of(request).database.reading() as connection:
        return store.office_hour(connection, request.path_params["id"])


routes = [
    Route("/office-hours/{id}/place", place),
    Route("/office-hours/{id}/leave", leave, methods=["POST"]),
    Route("/office-hours/{id}/come-back", come_back, methods=["POST"]),
    Route("/tickets", ticket, methods=["POST"]),
]
