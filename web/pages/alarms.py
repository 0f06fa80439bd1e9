"""What is wrong in a room, as sentences with names for the attention list; and who leads on when the host is lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import attention, store
from ingest.attention import Alarm
from ingest.database import now
from ingest.faults import Fault
from ingest.live.lobby import telephone, waiting
from ingest.officehours import ON_AIR, WITH_ROOM, OfficeHour
from ingest.people import IN_ROOM, Person, Right, Role, SeatState
from web.pages.decisions import back
from web.pages.line import role_words
from web.rendering import N_, house_of
from web.rights import named, need

Line = tuple[str, str, dict[str, Any]]
CHOOSE_AFTER_S = 30
"""How long the host is lost before staff are asked how it goes on; many are back sooner."""
FIRST_S, STEP_S = 5, 30
"""What is read out of a length: after the first seconds each half minute, since the list is read anew each time."""
SENTENCES: dict[Fault, tuple[str, str]] = {
    Fault.GONE: ("danger", N_("%(name)s is gone: nothing has come for %(seconds)s s.")),
    Fault.SILENT: ("danger", N_("The microphone of %(name)s has been silent for %(seconds)s s.")),
    Fault.QUIET: ("danger", N_("The microphone of %(name)s has hardly been heard for %(seconds)s s.")),
    Fault.NOBODY: ("danger", N_("Nobody has been heard for %(seconds)s s.")),
    Fault.ECHO: ("warning", N_("Echo from %(name)s: ask them to wear headphones, or mute them.")),
    Fault.CLIPPED: ("warning", N_("%(name)s is too loud for the microphone: the voice is distorted.")),
    Fault.FROZEN: ("warning", N_("Picture of %(name)s frozen for %(seconds)s s.")),
    Fault.DARK: ("warning", N_("Picture of %(name)s black for %(seconds)s s.")),
    Fault.LINE: ("warning", N_("Bad line to %(name)s: words are lost.")),
    Fault.DISK: ("warning", N_("Disk for %(minutes)s minutes.")),
}
BY_TELEPHONE: dict[Fault, str] = {
    Fault.GONE: N_("%(name)s is gone: connect the telephone again, nothing has come for %(seconds)s s."),
    Fault.ECHO: N_("Echo from %(name)s: turn down what is played into the telephone, or mute them."),
}
"""What mends it where the caller has no page, and the line is ours."""
_COUNTED = Markup('<span aria-hidden="true" data-counted="{}">{}</span><span class="kern-sr-only">{}</span>')
FEW_MINUTES = 15
"""Of disk, below which it is urgent: time to end well, or to have room made."""


@dataclass(frozen=True, kw_only=True)
class Lost:
    """A host of whom nothing comes, since when, and who could lead on."""

    host: Person
    since: datetime
    deputies: tuple[Person, ...]
    asked: bool  # whether it has lasted long enough to choose


def lines(connection: Connection, hour: OfficeHour) -> list[Line]:
    """What is wrong now, the urgent first: kind of alert, message, its values. `seconds` go on counting in the page."""
    if hour.state not in WITH_ROOM:
        return []
    names = {person.id: person.name for person in store.persons_of(connection, hour.id)}
    alarms = attention.of_office_hour(connection, hour.id)
    callers = {person.id for person in telephone.callers(connection, hour)} if alarms else set()
    found = [_line(alarm, names, by_telephone=alarm.person in callers) for alarm in alarms]
    return sorted(found, key=lambda line: line[0] != "danger")


def _line(alarm: Alarm, names: dict[str, str], *, by_telephone: bool) -> Line:
    kind, sentence = SENTENCES[alarm.fault]
    if by_telephone:
        sentence = BY_TELEPHONE.get(alarm.fault, sentence)
    if alarm.minutes is not None and alarm.minutes < FEW_MINUTES:
        kind = "danger"
    values = {"name": names.get(alarm.person, ""), "minutes": alarm.minutes, "seconds": counting(alarm.since)}
    return kind, sentence, values


def counting(since: datetime) -> Markup:
    """The seconds since then: the page's script counts them, who has it read out hears of each half minute."""
    seconds = int((now() - since).total_seconds()) // STEP_S * STEP_S or FIRST_S
    return _COUNTED.format(since.isoformat(), seconds, seconds)


def lost_host(connection: Connection, hour: OfficeHour) -> Lost | None:
    """Whom staff have to find a way without; None while somebody leads, or nothing goes out."""
    if hour.state not in ON_AIR:
        return None
    people = {person.id: person for person in store.persons_of(connection, hour.id)}
    gone = {each.person: each for each in attention.of_office_hour(connection, hour.id) if each.fault is Fault.GONE}
    hosts = [people[each] for each in gone if each in people and people[each].role is Role.HOST]
    seats = {seat.person: seat.state for seat in store.seats_of(connection, hour.id)}
    deputy = waiting.deputy(connection, hour.id)
    if not hosts or (deputy not in gone and seats.get(deputy or "") is SeatState.ON_AIR):
        return None
    inside = [person for person, state in seats.items() if state in IN_ROOM]
    able = [people[each] for each in inside if each not in gone and people[each].role is not Role.INTERPRETER]
    since = gone[hosts[0].id].since
    asked = (now() - since).total_seconds() >= CHOOSE_AFTER_S
    return Lost(host=hosts[0], since=since, deputies=tuple(able), asked=asked)


def deputise(request: Request) -> Response:
    """Somebody else leads on: on air if they are not yet, and first in the scene."""
    id = request.path_params["id"]
    need(request, Right.RUN_ROOM, id)
    with house_of(request).database.transaction() as connection:
        hour = store.office_hour(connection, id)
        person = named(request, connection)
        if store.seat(connection, person.id).state not in IN_ROOM:
            raise HTTPException(409, N_("This person has been moved already. The board shows where they are."))
        waiting.deputise(connection, person, role_words(hour)[person.role])
    return back(request)


routes = [Route("/staff/office-hours/{id}/deputy", deputise, methods=["POST"])]
