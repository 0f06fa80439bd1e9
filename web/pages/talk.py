"""Staff go backstage: a press makes them a person of the room, with a page of their own beside the board.

With a guest they speak alone first, if they like: nobody else hears the two until one of them presses, or the guest
goes on air.
"""

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import store
from ingest.accounts import Account
from ingest.live.lobby import agreement, turn, waiting
from ingest.officehours import WITH_ROOM, OfficeHour
from ingest.people import IN_ROOM, Person, Right, Role, SeatState
from ingest.store import Overtaken
from web import store as web_store
from web.pages.line import answer, role_words
from web.rendering import N_, house_of
from web.rights import need

MOVED = N_("This person has been moved already. The board shows where they are.")


def talk(request: Request) -> Response:
    """Into the room, heard by those backstage; nobody outside hears staff unless they are put on air.

    With `guest` they speak with this one alone, who is let in for it; `do` together: with everybody again.
    """
    id, form = request.path_params["id"], request.state.form
    visitor = need(request, Right.RUN_ROOM, id)
    if visitor.account is None or visitor.key is None:
        raise HTTPException(403)
    with house_of(request).database.transaction() as connection:
        hour = store.office_hour(connection, id)
        if hour.state not in WITH_ROOM:
            raise HTTPException(409, N_("The room is not open yet."))
        if form.get("do") == "together":
            _together(connection, hour, str(form.get("person", "")))
            return answer(request, f"/office-hours/{id}/place")
        try:
            person = person_of(connection, hour, visitor.account)
            if form.get("guest"):
                _alone(connection, hour, person, store.person(connection, str(form["guest"])))
        except (Overtaken, agreement.NoConsent) as error:
            raise HTTPException(409, MOVED) from error
        web_store.take_part(connection, visitor.key, person.id)
    return RedirectResponse(f"/office-hours/{id}/place", 303)


def _alone(connection: Connection, hour: OfficeHour, person: Person, guest: Person) -> None:
    """The room hears of it before the guest comes in: not a word of theirs is heard by anybody else."""
    if guest.office_hour != hour.id or guest.role is not Role.GUEST:
        raise HTTPException(404)
    state = store.seat(connection, guest.id).state
    if state is SeatState.ON_AIR:
        raise Overtaken("whoever is on air is heard by everybody")
    turn.speak_alone(connection, hour.id, person.id, guest.id)
    if state is not SeatState.ADMITTED:
        waiting.admit(connection, guest, role_words(hour)[Role.GUEST])


def _together(connection: Connection, hour: OfficeHour, person: str) -> None:
    if person in turn.alone(connection, hour.id):
        turn.speak_alone(connection, hour.id, person, None)


def person_of(connection: Connection, hour: OfficeHour, account: Account) -> Person:
    """Who a member of staff is in this office hour, in the room; made when they come for the first time."""
    known = store.persons_of(connection, hour.id)
    person = next((each for each in known if each.role is Role.STAFF and each.name == account.name), None)
    if person is None:
        return store.add_person(connection, hour.id, name=account.name, role=Role.STAFF, language=hour.language)
    if (seat := store.seat(connection, person.id)).state not in IN_ROOM:
        if seat.state is SeatState.LEFT:
            store.move_seat(connection, person.id, SeatState.LEFT, SeatState.WAITING)
        waiting.admit(connection, person)
    return person


routes = [Route("/staff/office-hours/{id}/talk", talk, methods=["POST"])]
