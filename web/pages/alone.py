"""While no staff are there, the host leads alone: the next one, and the end. Cut is theirs at all times.

Looked at anew with each press: as soon as staff are back, these buttons are theirs again.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import attention, store
from ingest.conduct import Act
from ingest.database import now
from ingest.live.lobby import turn
from ingest.officehours import ON_AIR, OfficeHour
from ingest.people import Person, Role
from ingest.store import Overtaken
from questions import change, turns
from questions import store as questions
from questions.question import MoveRefused, shown_text
from questions.rundown import Item
from web.pages import desk
from web.pages.line import answer, check, role_words
from web.rendering import N_, house_of, render
from web.rights import taking_part

BACK_AGAIN = N_("Staff are back and lead on; the buttons are theirs again.")
FASTER = N_("The office hour has moved on; the page shows where it stands.")


def leads_alone(connection: Connection, hour: OfficeHour, person: Person) -> bool:
    """Whether this person has to do what staff do otherwise."""
    running = hour.state in ON_AIR and person.role is Role.HOST
    return running and not attention.staff_there(connection, hour.id, now())


def alone_values(connection: Connection, hour: OfficeHour, person: Person) -> dict[str, Any]:
    """What the part of the host's page shows."""
    if not leads_alone(connection, hour, person):
        return {"alone": False}
    ready = ready_items(connection, hour)
    goes_on = turns.current(connection, hour.id)
    return {
        "alone": True,
        "next": _said(connection, ready[0]) if ready else None,
        "item": ready[0].key if ready else "",
        "goes_on": goes_on.id if goes_on else "",
        "closing": turn.closing(connection, hour, now()),
    }


def ready_items(connection: Connection, hour: OfficeHour) -> list[Item]:
    """What of the running order can go on air without anybody being let in: that stays with staff."""
    return [item for item in desk.order_of(connection, hour) if item.ready]


def _said(connection: Connection, item: Item) -> str:
    """Whom or what the next press puts on air."""
    if item.person:
        return store.person(connection, item.person).name
    return shown_text(questions.get(connection, item.question or ""))


def part(request: Request) -> Response:
    """The buttons, or nothing while staff are there."""
    with house_of(request).database.reading() as connection:
        hour = store.office_hour(connection, request.path_params["id"])
        values = alone_values(connection, hour, taking_part(request, hour.id))
    return render(request, "host_alone.html", hour=hour, **values)


def press(request: Request) -> Response:
    """`do`: next or end. Raises HTTPException 409 when staff are there."""
    id, do = request.path_params["id"], str(request.state.form.get("do", ""))
    person = taking_part(request, id)
    if person.role is not Role.HOST:
        raise HTTPException(403)
    if do not in DOINGS:
        raise HTTPException(400, "there is no such act")
    try:
        with house_of(request).database.transaction() as connection:
            hour = store.office_hour(connection, id)
            if not leads_alone(connection, hour, person):
                raise HTTPException(409, BACK_AGAIN)
            if do == Act.END.value:
                check(hour, Act.END, frozenset({person.role}), alone=True)
            DOINGS[do](connection, hour, person, request.state.form)
    except (Overtaken, MoveRefused, change.NotReady) as error:
        raise HTTPException(409, FASTER) from error
    return answer(request, f"/office-hours/{id}/host")


def _next(connection: Connection, hour: OfficeHour, person: Person, form: Mapping[str, Any]) -> None:
    """What the page showed as next, or nothing more; two presses skip nobody."""
    ready = ready_items(connection, hour)
    item = next((each for each in ready if each.key == form.get("item")), None)
    if item is None and ready:
        raise Overtaken("the running order has changed")
    seen = str(form.get("turn", ""))
    change.next_turn(connection, hour, item, seen=seen, by=person.id, words=role_words(hour), left=max(1, len(ready)))


def _end(connection: Connection, hour: OfficeHour, person: Person, form: Mapping[str, Any]) -> None:
    if turn.closing(connection, hour, now()) is None:
        turn.end(connection, hour)


DOINGS = {"next": _next, "end": _end}
routes = [
    Route("/office-hours/{id}/alone", part),
    Route("/office-hours/{id}/alone", press, methods=["POST"]),
]
