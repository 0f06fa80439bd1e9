"""The on-air line: begin with a count, call it off, pause, go on, end, take the end back; hide oneself for a moment.

Staff and the host press here; who may do what stands in `ingest.conduct`. A press is sent without leaving the page.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest import commands, store
from ingest.conduct import COUNT_S, Act, allowed, doers, may, start_of
from ingest.database import now
from ingest.live.lobby import turn, waiting
from ingest.officehours import OfficeHour
from ingest.people import IN_ROOM, Role
from ingest.store import Overtaken
from web.pages.office import local_path
from web.rendering import N_, house_of
from web.rights import taking_part
from web.sessions import Visitor
from web.words import say

STAFF = frozenset({Role.STAFF})


def role_words(hour: OfficeHour) -> dict[Role, str]:
    """What a lower third says under a name, in the office hour's language."""
    return {
        Role.HOST: hour.host_role,
        Role.GUEST: say(hour.language, "asks"),
        Role.SPEAKER: say(hour.language, "answers questions"),
        Role.INTERPRETER: say(hour.language, "interprets"),
        Role.STAFF: say(hour.language, "leads through the hour"),
    }


def _start(connection: Connection, hour: OfficeHour, by: str) -> None:
    """The studio moves the state when the first tick was made."""
    if turn.counting(connection, hour, now()) is None:  # pressed twice, it is counted once
        cut_words = say(hour.language, "The broadcast is interrupted. Please stay here, it will go on.")
        if hour.rehearsal_of:
            cut_words = f"{say(hour.language, 'Rehearsal')}: {cut_words}"
        waiting.start(connection, hour.id, role_words(hour), cut_words, count_s=COUNT_S, opening=True)


def _wish(kind: commands.Kind) -> "Doing":
    def wish(connection: Connection, hour: OfficeHour, by: str) -> None:
        commands.write(connection, hour.id, kind)

    return wish


def _end(connection: Connection, hour: OfficeHour, by: str) -> None:
    if turn.closing(connection, hour, now()) is None:
        turn.end(connection, hour)


def _only_while(left: Callable[[Connection, OfficeHour, Any], float | None], do: "Doing") -> "Doing":
    """What can be taken back can be taken back for so long."""

    def doing(connection: Connection, hour: OfficeHour, by: str) -> None:
        if not left(connection, hour, now()):
            raise Overtaken("there is nothing to take back any more")
        do(connection, hour, by)

    return doing


Doing = Callable[[Connection, OfficeHour, str], None]
DOINGS: dict[Act, Doing] = {
    Act.START: _start,
    Act.CALL_OFF: _only_while(turn.counting, lambda connection, hour, by: turn.call_off(connection, hour, by=by)),
    Act.PAUSE: _wish(commands.Kind.PAUSE),
    Act.RESUME: _wish(commands.Kind.RESUME),
    Act.END: _end,
    Act.UNDO_END: _only_while(turn.closing, lambda connection, hour, by: turn.undo_end(connection, hour, by=by)),
}


def roles_of(visitor: Visitor, office_hour: str) -> frozenset[Role]:
    """As what somebody acts here: staff by their account, others as the person they are in this office hour."""
    person = visitor.person_in(office_hour)
    return frozenset({Role.STAFF} if visitor.account else ()) | frozenset({person.role} if person else ())


def check(hour: OfficeHour, act: Act, roles: frozenset[Role], *, alone: bool = False) -> None:
    """Ask the table. Raises HTTPException 403 for who may not, Overtaken when the office hour has moved on."""
    if not doers(act, alone=alone) & roles:
        raise HTTPException(403 if roles else 401)
    if not may(act, roles, hour.state, alone=alone):
        raise Overtaken(f"the office hour is {hour.state.value}")


def done(connection: Connection, hour: OfficeHour, act: Act, visitor: Visitor) -> None:
    """Do it. Raises what `check` raises."""
    check(hour, start_of(hour, now()) if act is Act.START else act, roles_of(visitor, hour.id))
    by = visitor.account.id if visitor.account else visitor.person.id if visitor.person else ""
    DOINGS[act](connection, hour, by)


def line_values(connection: Connection, hour: OfficeHour, roles: frozenset[Role] = STAFF) -> dict[str, Any]:
    """What is being counted, seconds until the programme begins and until the end holds; and `acts`, what may be done.

    `roles`: as what the page's reader acts.
    """
    at = now()
    counts = {"count_left": turn.counting(connection, hour, at), "undo_left": turn.closing(connection, hour, at)}
    return counts | {"acts": {act.value for act in allowed(roles, hour.state)}}


def press(request: Request) -> Response:
    """`do`: one of `DOINGS`."""
    id, form = request.path_params["id"], request.state.form
    acts = {act.value: act for act in DOINGS}
    if (do := str(form.get("do", ""))) not in acts:
        raise HTTPException(400, "there is no such act")
    try:
        with house_of(request).database.transaction() as connection:
            done(connection, store.office_hour(connection, id), acts[do], request.state.visitor)
    except Overtaken as error:
        raise HTTPException(409, N_("The office hour has moved on; the page shows where it stands.")) from error
    return answer(request, f"/office-hours/{id}")


def me(request: Request) -> Response:
    """`do`: hide, back, mute, unmute, camera_off, camera_on; by somebody about themself while they are in the room."""
    id, do = request.path_params["id"], str(request.state.form.get("do", ""))
    person = taking_part(request, id)
    wishes = {"hide": (turn.hide, True), "back": (turn.hide, False), "mute": (turn.mute_me, True)}
    wishes |= {"unmute": (turn.mute_me, False), "camera_off": (turn.switch_camera, False)}
    wishes["camera_on"] = (turn.switch_camera, True)
    if do not in wishes:
        raise HTTPException(400, "there is no such act")
    wish, on = wishes[do]
    with house_of(request).database.transaction() as connection:
        if store.seat(connection, person.id).state not in IN_ROOM:
            raise HTTPException(409, N_("You are not in the room; nobody sees or hears you."))
        try:
            wish(connection, id, person.id, on=on)
        except Overtaken as error:
            raise HTTPException(409, N_("That has changed meanwhile; the page shows how it is.")) from error
    return answer(request, f"/office-hours/{id}/place")


def answer(request: Request, page: str) -> Response:
    """Nothing for a script, the page again for a form."""
    if "application/json" in request.headers.get("accept", ""):
        return Response(status_code=204)
    return RedirectResponse(local_path(str(request.state.form.get("back") or page)), 303)


routes = [
    Route("/office-hours/{id}/line", press, methods=["POST"]),
    Route("/office-hours/{id}/me", me, methods=["POST"]),
]
