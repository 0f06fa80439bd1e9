"""What staff do to waiting people: call, talk, send back, set aside, send on, write to, remove, ban; one press each."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.live.lobby import guests, notes, reception
from ingest.live.lobby.guests import Parent, Way
from ingest.officehours import TAKING_QUESTIONS, OfficeHour
from ingest.people import Person, Right, Role, SeatState
from ingest.store import Overtaken
from web import words
from web.pages.decisions import back
from web.rendering import N_, house_of
from web.rights import named, need
from web.stills import Stills

Form = Mapping[str, Any]
Act = Callable[[Connection, Person, Form, str], object]
TAKEN = N_("Somebody else has moved %(name)s already. Nothing was changed; the list shows where everybody is.")
CALLED = N_("%(by)s has called %(name)s already. Nothing was changed.")
WORDS = N_("A line to people who wait has between 1 and 400 characters.")


def _send_on(connection: Connection, person: Person, form: Form, by: str) -> None:
    reception.send_on(connection, person, store.office_hour(connection, str(form.get("goal", ""))))


def _write(connection: Connection, person: Person, form: Form, by: str) -> None:
    notes.write(connection, person.office_hour, person.id, str(form.get("text", "")), by=by, at=now())


ACTS: dict[str, Act] = {
    "call": lambda connection, person, form, by: reception.call(connection, person, by=by, at=now()),
    "missed": lambda connection, person, form, by: reception.missed(connection, person),
    "send_back": lambda connection, person, form, by: reception.send_back(connection, person),
    "set_aside": lambda connection, person, form, by: reception.set_aside(connection, person),
    "send_on": _send_on,
    "write": _write,
    "remove": lambda connection, person, form, by: reception.remove(connection, person),
    "ban": lambda connection, person, form, by: reception.ban(connection, person),
    "parent": lambda connection, person, form, by: reception.parent_says(connection, person, Parent.NOTED),
}


def act(request: Request) -> Response:
    """POST `do` to `person`. Whoever comes second reads so, and nothing is changed."""
    form = request.state.form
    by = _by(request)
    do = ACTS.get(str(form.get("do", "")))
    if do is None:
        raise HTTPException(400, "there is no such act")
    house = house_of(request)
    with house.database.reading() as connection:
        person = named(request, connection)
    if person.role is not Role.GUEST:
        raise HTTPException(404)
    try:
        with house.database.transaction() as connection:
            do(connection, person, form, by)
    except Overtaken as error:
        raise HTTPException(409, _calm(request, person)) from error
    except ValueError as error:
        raise HTTPException(409, WORDS) from error
    return back(request)


def _calm(request: Request, person: Person) -> str:
    """Why nothing was changed, in the words of the reader's language."""
    with house_of(request).database.reading() as connection:
        called = store.seat(connection, person.id).state is SeatState.CALLED
        by = guests.of(connection, person).called_by if called else ""
    return words.say(request.state.language, CALLED if by else TAKEN, name=person.name, by=by)


def write_all(request: Request) -> Response:
    """POST `text`: a line to everybody who waits now."""
    by, text = _by(request), str(request.state.form.get("text", ""))
    try:
        with house_of(request).database.transaction() as connection:
            notes.write(connection, request.path_params["id"], None, text, by=by, at=now())
    except ValueError as error:
        raise HTTPException(409, WORDS) from error
    return back(request)


def still(request: Request) -> Response:
    """The newest small picture of a waiting guest; 204 when there is none. Kept by nobody."""
    id, person = request.path_params["id"], request.path_params["person"]
    need(request, Right.RUN_ROOM, id)
    with house_of(request).database.reading() as connection:
        if store.person(connection, person).office_hour != id:
            raise HTTPException(404)
    stills: Stills = request.app.state.stills
    picture = stills.get(person)
    if picture is None:
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def values(connection: Connection, hour: OfficeHour) -> dict[str, Any]:
    """What the board's list of waiting people shows besides seats and names."""
    people = store.persons_of(connection, hour.id)
    seats = store.seats_of(connection, hour.id)
    others = store.office_hours_in(connection, TAKING_QUESTIONS)
    known = guests.all_of(connection, hour.id, people)
    return {
        "guests": known,
        "next_up": lambda line: reception.next_up(line, known, now()),
        "missed": [seat for seat in seats if seat.state is SeatState.MISSED],
        "gone": [seat for seat in seats if seat.state is SeatState.LEFT],
        "elsewhere": [each for each in others if each.id != hour.id],
        "guest_notes": notes.of_office_hour(connection, hour.id),
        "Way": Way,
        "Parent": Parent,
        "ALLOWED": guests.ALLOWED,
    }


def _by(request: Request) -> str:
    """The name an act is signed with."""
    visitor = need(request, Right.RUN_ROOM, request.path_params["id"])
    return visitor.account.name if visitor.account else ""


routes = [
    Route("/staff/office-hours/{id}/waiting", act, methods=["POST"]),
    Route("/staff/office-hours/{id}/waiting/all", write_all, methods=["POST"]),
    Route("/staff/office-hours/{id}/waiting/{person}/still", still),
]
