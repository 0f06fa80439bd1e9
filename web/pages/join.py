"""A citizen takes part: name and topic, consent, then the own place with camera check, waiting and the sign.

The first two steps are plain forms; nothing is asked of the camera before the person knows what it is for.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ingest import store, tickets
from ingest.database import now, random_id
from ingest.live import agreement, waiting
from ingest.officehours import TAKING_QUESTIONS, WITH_ROOM, OfficeHour, State
from ingest.people import IN_ROOM, RIGHTS, Person, Right, Role, Scope, SeatState
from questions import intake
from questions.question import QUESTION_LENGTH, plain
from questions.sources import form as form_source
from questions.sources.form import NAME_LENGTH
from web import consenting
from web.door import sign_in
from web.pages import consent
from web.rendering import N_, house_of, render
from web.rights import taking_part

FIELDS = ("name", "topic", "scope", "no_recording", "outside", "no_name", "pseudonym")
KEPT_AFTER = timedelta(days=1)
"""How long after the planned end a guest's browser still knows them."""
LEFT = frozenset({SeatState.LEFT, SeatState.BANNED, SeatState.MISSED})
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]", "testserver")


def join(request: Request) -> Response:
    hour = _hour(request)
    if request.state.visitor.person_in(hour.id):
        return RedirectResponse(f"/office-hours/{hour.id}/place", 303)
    return _step(request, hour, "name", {}, {})


def next_step(request: Request) -> Response:
    """The form of the first step leads to the second; the second makes the person and their seat."""
    hour, form = _hour(request), request.state.form
    if hour.state not in TAKING_QUESTIONS:
        raise HTTPException(409, N_("One cannot take part just now."))
    if hour.queue_closed_at:
        raise HTTPException(409, N_("Nobody new comes into the waiting room today. You can still ask in writing."))
    values = {name: plain(str(form.get(name, ""))) for name in FIELDS}
    errors = _mistakes(values)
    if errors:
        return _step(request, hour, "name", values, errors, status=422)
    if form.get("step") != "consent":
        return _step(request, hour, "consent", values, {})
    answers = consenting.scopes_of(values, recorded=hour.recorded)
    if answers is None:
        return _step(request, hour, "consent", values, {"scope": N_("Please choose one of the two.")}, status=422)
    with house_of(request).database.transaction() as connection:
        person = _take_seat(request, connection, hour, values, answers)
    sign_in(request, person=person.id, at_least=_end(hour) + KEPT_AFTER)
    return RedirectResponse(f"/office-hours/{hour.id}/place", 303)


def _mistakes(values: dict[str, str]) -> dict[str, str]:
    errors = {}
    if not values["name"]:
        errors["name"] = N_("Please say what we may call you.")
    elif len(values["name"]) > NAME_LENGTH:
        errors["name"] = N_("This is too long.")
    if not values["topic"]:
        errors["topic"] = N_("Please say in one line what it is about.")
    elif len(values["topic"]) > QUESTION_LENGTH:
        errors["topic"] = N_("This is too long.")
    return errors


def _take_seat(
    request: Request, connection: Connection, hour: OfficeHour, values: dict[str, str], answers: consenting.Answers
) -> Person:
    """A person with seat, consent and private address; whoever wants to be read out has asked a question with it."""
    language = request.state.language
    person = store.add_person(
        connection, hour.id, name=values["name"], role=Role.GUEST, language=language, topic=values["topic"]
    )
    consenting.keep(connection, hour, person, answers)
    consent.give_address(request, connection, person)
    if answers.reads_out:
        shown = store.person(connection, person.id).shown_name
        written = {"question": values["topic"], "name": shown, "consent": "yes", "form": random_id()}
        arrival = form_source.read(written, office_hour=hour.id, language=language, at=now())
        intake.take(connection, arrival, house_of(request).safe)
    return person


def place(request: Request) -> Response:
    """The person's own page from the camera check to the end; `?part=seat` is what changes on it."""
    hour = _hour(request)
    person: Person | None = request.state.visitor.person_in(hour.id)
    if person is None:
        return RedirectResponse(f"/office-hours/{hour.id}/join", 303)
    if person.role is Role.HOST:
        return RedirectResponse(f"/office-hours/{hour.id}/host", 303)
    with house_of(request).database.reading() as connection:
        values = seat_values(connection, hour, person) | consent.own_values(request, connection, hour, person)
    part = request.query_params.get("part")
    if part not in (None, "seat"):
        raise HTTPException(404)
    return render(
        request,
        "seat.html" if part else "place.html",
        hour=hour,
        person=person,
        room=room_values(request, hour, person),
        secure=is_secure(request),
        **values,
    )


def seat_values(connection: Connection, hour: OfficeHour, person: Person) -> dict[str, Any]:
    """How things stand with a person: their seat, how many are before them, the sign."""
    seat = store.seat(connection, person.id)
    line = [each for each in waiting.line(store.seats_of(connection, hour.id)) if speaks(connection, each.person)]
    before = [each for each in line if each.position < seat.position]
    return {
        "seat": seat,
        "before": len(before),
        "read_out": person.role is Role.GUEST and not speaks(connection, person.id),
        "may_send": seat.state in IN_ROOM and hour.state in WITH_ROOM,
        "sign": sign_for(hour, seat.state),
        "State": State,
        "SeatState": SeatState,
    }


def speaks(connection: Connection, person: str) -> bool:
    """Whether a guest agreed to be seen and heard; who did not is read out and takes nobody's turn."""
    return Scope.LIVE in agreement.given(connection, store.person(connection, person))


def sign_for(hour: OfficeHour, seat: SeatState) -> str:
    """The one big word of a person's page, as far as rows say; the studio's socket is more exact."""
    if hour.state not in TAKING_QUESTIONS | {State.PLANNED} or seat in LEFT:
        return "over"
    return "on_air" if hour.state is State.ON_AIR and seat is SeatState.ON_AIR else "not_on_air"


def room_values(request: Request, hour: OfficeHour, person: Person) -> dict[str, Any]:
    """What the page's script needs to connect; `iceServers` is always given, so nobody else is asked."""
    return {
        "officeHour": hour.id,
        "person": person.id,
        "share": Right.SHARE in RIGHTS[person.role],
        "iceServers": [{"urls": address} for address in house_of(request).ingest.ice_servers],
        "began": hour.began_at.astimezone(UTC).isoformat() if hour.began_at else None,
    }


def _end(hour: OfficeHour) -> datetime:
    return (hour.began_at or hour.starts_at) + timedelta(minutes=hour.planned_minutes)


def is_secure(request: Request) -> bool:
    """Whether browsers give this page a camera: https, or the machine itself."""
    host = request.headers.get("host", "").rsplit(":", 1)[0]
    return request.url.scheme == "https" or host in LOCAL_NAMES


def leave(request: Request) -> Response:
    """Give the seat up; the person may come back to the end of the line by joining again."""
    hour = _hour(request)
    person = taking_part(request, hour.id)
    with house_of(request).database.transaction() as connection:
        seat = store.seat(connection, person.id)
        if seat.state in IN_ROOM:
            waiting.hold(connection, person)
            seat = store.seat(connection, person.id)
        if seat.state not in LEFT:
            store.move_seat(connection, person.id, seat.state, SeatState.LEFT)
    return RedirectResponse(f"/office-hours/{hour.id}/place", 303)


def come_back(request: Request) -> Response:
    """Wait again after having left."""
    hour = _hour(request)
    person = taking_part(request, hour.id)
    with house_of(request).database.transaction() as connection:
        seat = store.seat(connection, person.id)
        if seat.state in (SeatState.LEFT, SeatState.MISSED):
            store.move_seat(connection, person.id, seat.state, SeatState.WAITING)
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
    if tickets.NEEDS[audience] not in RIGHTS[person.role]:
        raise HTTPException(403)
    sends = audience in (tickets.Audience.WHIP, tickets.Audience.SCREEN)
    with house_of(request).database.transaction() as connection:
        hour = store.office_hour(connection, person.office_hour)
        seat = store.seat(connection, person.id)
        if hour.state not in WITH_ROOM or (sends and seat.state not in IN_ROOM):
            raise HTTPException(409)
        token = tickets.issue(connection, person=person.id, office_hour=hour.id, audience=audience, at=now())
    return JSONResponse({"ticket": token}, headers={"Cache-Control": "no-store"})


def _hour(request: Request) -> OfficeHour:
    with house_of(request).database.reading() as connection:
        return store.office_hour(connection, request.path_params["id"])


def _step(
    request: Request, hour: OfficeHour, step: str, values: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    kept = dict.fromkeys(FIELDS, "") | values
    return render(
        request, "join.html", status=status, hour=hour, step=step, values=kept, errors=errors,
        open=hour.state in TAKING_QUESTIONS and not hour.queue_closed_at, secure=is_secure(request),
        limit=QUESTION_LENGTH,
    )  # fmt: skip


routes = [
    Route("/office-hours/{id}/join", join),
    Route("/office-hours/{id}/join", next_step, methods=["POST"]),
    Route("/office-hours/{id}/place", place),
    Route("/office-hours/{id}/leave", leave, methods=["POST"]),
    Route("/office-hours/{id}/come-back", come_back, methods=["POST"]),
    Route("/tickets", ticket, methods=["POST"]),
]
