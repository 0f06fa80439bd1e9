"""What staff and host need to know of now and next: rows come in, the turn, what follows and the time go out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from ingest import intercom, marks, store
from ingest.database import now
from ingest.officehours import ON_AIR, OfficeHour
from ingest.people import Role, Seat, SeatState
from questions import queue, rundown, turns
from questions import store as questions
from questions.question import shown_text
from questions.rundown import Item
from questions.turns import Turn
from web.pages.join import speakers

MARK_OPEN = timedelta(seconds=90)
"""How long after a mark the field for its reason stands on the desk."""
NOTES_SHOWN = 4


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the running order as people read it."""

    item: Item
    who: str
    text: str
    since: datetime | None = None

    @property
    def key(self) -> str:
        return self.item.key


def guests_of(connection: Connection, hour: OfficeHour) -> list[Seat]:
    """Seats of the guests who speak themselves, in the order of the waiting room."""
    guests = {person.id for person in store.persons_of(connection, hour.id) if person.role is Role.GUEST}
    speaking = guests & speakers(connection, hour.id)
    return [seat for seat in store.seats_of(connection, hour.id) if seat.person in speaking]


def order_of(connection: Connection, hour: OfficeHour) -> list[Item]:
    """The running order: what is still to come."""
    return rundown.coming(connection, hour.id, guests_of(connection, hour))


def lines_of(connection: Connection, hour: OfficeHour, order: list[Item]) -> list[Line]:
    """The running order in words."""
    people = {person.id: person for person in store.persons_of(connection, hour.id)}
    seats = {seat.person: seat for seat in store.seats_of(connection, hour.id)}
    asked = questions.by_ids(connection, [item.question for item in order if item.question])
    found = []
    for item in order:
        question = asked.get(item.question or "")
        if item.person:
            seat = seats[item.person]
            words = shown_text(question) if question else seat.topic
            found.append(Line(item=item, who=people[item.person].shown_name, text=words, since=seat.changed_at))
        elif question:
            found.append(Line(item=item, who=question.author, text=shown_text(question)))
    return found


def now_values(connection: Connection, hour: OfficeHour) -> dict[str, Any]:
    """Whose turn it is, who and what is on air, and what follows."""
    people = {person.id: person for person in store.persons_of(connection, hour.id)}
    seats = store.seats_of(connection, hour.id)
    lines = [] if hour.ended_at else lines_of(connection, hour, order_of(connection, hour))
    turn = turns.current(connection, hour.id) if hour.state in ON_AIR else None
    return {
        "people": people,
        "turn": turn,
        "undo_turn": turn if turn and turn.can_be_undone(now()) and now() < _until(turn) else None,
        "undo_until": _until(turn) if turn else None,
        "guests_on_air": [
            people[seat.person]
            for seat in seats
            if seat.state is SeatState.ON_AIR and people[seat.person].role is Role.GUEST
        ],
        "on_air": queue.on_air(connection, hour.id),
        "lines": lines,
        "next_line": lines[0] if lines else None,
        "planned_end": hour.ends_at,
        "TurnKind": turns.Kind,
        "ItemKind": rundown.Kind,
        "shown_text": shown_text,
    }


def _until(turn: Turn) -> datetime:
    """So long the page offers to take it back; a press in the last second still counts."""
    return turn.began_at + timedelta(seconds=turns.UNDO_S)


def desk_values(connection: Connection, hour: OfficeHour) -> dict[str, Any]:
    """What only staff see: the newest mark, the line to the host, how many were answered."""
    found = marks.of_office_hour(connection, hour.id)
    fresh = found and now() - found[0].at < MARK_OPEN and not found[0].reason
    return {
        "fresh_mark": found[0] if fresh else None,
        "marks": found,
        "notes": intercom.newest(connection, hour.id, NOTES_SHOWN)[::-1],
        "note_length": intercom.LENGTH,
        "reason_length": marks.REASON_LENGTH,
        "done": len([turn for turn in turns.of_office_hour(connection, hour.id) if turn.ended_at and _is_talk(turn)]),
    }


def _is_talk(turn: Turn) -> bool:
    return turn.kind in (turns.Kind.GUEST, turns.Kind.QUESTION)
