"""Who signs, who writes instead of speaking, whom an interpreter speaks for: their own presses, and the staff's.

A line that was written is read by staff first and shown by one press, below the picture under the writer's name.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import store
from ingest.database import now
from ingest.live.lobby import guests, signing, typed, voices
from ingest.live.lobby.guests import Way
from ingest.officehours import TAKING_QUESTIONS, OfficeHour
from ingest.people import Person, Right, Role, SeatState
from ingest.store import Overtaken
from web.pages.decisions import back
from web.pages.line import answer
from web.rendering import N_, house_of
from web.rights import named, need, taking_part
from web.words import say

LINES_A_MINUTE = 10
"""Of one person: more than anybody writes, and no more than staff can read beside everything else."""
SHOWN_LINES = 2
"""Of one person on the desk: the newest, and what it goes on from."""
WRITES = frozenset({Role.GUEST, Role.SPEAKER})
GONE = frozenset({SeatState.LEFT, SeatState.BANNED, SeatState.MISSED})
WORDS = N_("A line has between 1 and 200 characters.")
LATE = N_("This person is not on air any more; nothing was changed.")
NOT_NOW = N_("One cannot write just now.")
MANY = N_("That was a lot at once. Please wait a moment and send it again.")


def signs(request: Request) -> Response:
    """POST `on`: somebody says of themself whether they use sign language."""
    person = _writer(request)
    with house_of(request).database.transaction() as connection:
        signing.say(connection, person, on=request.state.form.get("on") == "yes")
    return answer(request, f"/office-hours/{person.office_hour}/place")


def write(request: Request) -> Response:
    """POST `text`: a line for staff, who may show it."""
    person, text = _writer(request), str(request.state.form.get("text", ""))
    if not request.app.state.typed.allows(person.id):
        raise HTTPException(429, MANY)
    with house_of(request).database.transaction() as connection:
        hour, seat = store.office_hour(connection, person.office_hour), store.seat(connection, person.id)
        if (
            hour.state not in TAKING_QUESTIONS
            or seat.state in GONE
            or guests.of(connection, person).way is Way.READ_OUT
        ):
            raise HTTPException(409, NOT_NOW)
        try:
            typed.write(connection, person, text, now())
        except ValueError as error:
            raise HTTPException(422, WORDS) from error
    return answer(request, f"/office-hours/{person.office_hour}/place")


def _writer(request: Request) -> Person:
    person = taking_part(request, request.path_params["id"])
    if person.role not in WRITES:
        raise HTTPException(403)
    return person


def own_values(connection: Connection, hour: OfficeHour, person: Person) -> dict[str, Any]:
    """What a person's own page shows of it; nothing for who does not write."""
    if person.role not in WRITES:
        return {"writes": False, "lines": (), "line_on_show": None}
    return {
        "writes": True,
        "signs": guests.of(connection, person).signs,
        "lines": typed.of_person(connection, person),
        "line_on_show": typed.on_show(connection, hour.id),
        "line_length": typed.LENGTH,
    }


# What staff press

Form = Mapping[str, Any]
Act = Callable[[Connection, OfficeHour, Person, Form], None]


def _speaks_for(connection: Connection, hour: OfficeHour, person: Person, form: Form) -> None:
    whom = str(form.get("whom", "")) or None
    if person.role is not Role.INTERPRETER or (whom and store.person(connection, whom).office_hour != hour.id):
        raise HTTPException(404)
    for each in (person.id, whom):
        if each and store.seat(connection, each).state is not SeatState.ON_AIR:
            raise Overtaken("both have to be on air")
    voices.choose(connection, hour.id, person.id, whom)


def _show(connection: Connection, hour: OfficeHour, person: Person, form: Form) -> None:
    line = typed.get(connection, str(form.get("line", "")))
    if line.person != person.id:
        raise HTTPException(404)
    typed.show(connection, line, say(hour.language, "writes"))


ACTS: dict[str, Act] = {
    "signs": lambda connection, hour, person, form: signing.say(connection, person, on=True),
    "signs_not": lambda connection, hour, person, form: signing.say(connection, person, on=False),
    "speaks_for": _speaks_for,
    "show_line": _show,
    "take_off": lambda connection, hour, person, form: typed.take_off(connection, person),
}


def act(request: Request) -> Response:
    """POST `do` to `person`; what came too late changes nothing."""
    id, form = request.path_params["id"], request.state.form
    need(request, Right.RUN_ROOM, id)
    do = ACTS.get(str(form.get("do", "")))
    if do is None:
        raise HTTPException(400, "there is no such act")
    try:
        with house_of(request).database.transaction() as connection:
            person = named(request, connection)
            do(connection, store.office_hour(connection, id), person, form)
    except Overtaken as error:
        raise HTTPException(409, LATE) from error
    return back(request)


def board_values(connection: Connection, hour: OfficeHour, people: dict[str, Person]) -> dict[str, Any]:
    """What the board's room shows: for whom interpreters speak, who signs, the newest lines of each."""
    lines: dict[str, list[typed.Line]] = {}
    for line in typed.of_office_hour(connection, hour.id):
        lines.setdefault(line.person, []).append(line)
    return {
        "voices": voices.of_office_hour(connection, hour.id, people),
        "lines_of": {person: found[-SHOWN_LINES:] for person, found in lines.items()},
        "line_on_show": typed.on_show(connection, hour.id),
    }


routes = [
    Route("/office-hours/{id}/signs", signs, methods=["POST"]),
    Route("/office-hours/{id}/write", write, methods=["POST"]),
    Route("/staff/office-hours/{id}/access", act, methods=["POST"]),
]
