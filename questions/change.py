"""*Next*: who and what is on air goes off, the next guest or question goes on, in one transaction with its commands.

The page says which turn and which item it showed; when either is no longer so, nothing happens (`Overtaken`), so two
presses never skip anybody. A change can be taken back for ten seconds: everything stands as before, and the stretch
is counted for nobody.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Connection

from ingest import commands
from ingest import store as ingest_store
from ingest.database import now, random_id
from ingest.live.lobby import waiting
from ingest.officehours import ON_AIR, OfficeHour
from ingest.people import Person, Role, SeatState
from ingest.store import Overtaken
from questions import queue, rundown, store, turns
from questions.question import Channel, MoveRefused, Question, State
from questions.rundown import Item
from questions.turns import Kind, Turn

OPENING = "opening"
"""Stands for a question's id in commands and timeline while the opening card is shown."""
TO_COME = frozenset({State.APPROVED, State.QUEUED})
Words = Mapping[Role, str]


class NotReady(RuntimeError):
    """The next guest is not in the room yet; the text is their name."""


def open_with(connection: Connection, hour: OfficeHour, text: str, author: str, *, by: str) -> None:
    """Show the opening card when the office hour goes on air. Twice is fine."""
    if turns.current(connection, hour.id) is not None:
        return
    card = {"question": OPENING, "text": text, "author": author}
    commands.write(connection, hour.id, commands.Kind.ON_AIR, **card)
    _begin(connection, hour, Kind.OPENING, by, budget_s=0, before={})


def next_turn(
    connection: Connection, hour: OfficeHour, item: Item | None, *, seen: str, by: str, words: Words, left: int = 1
) -> Turn:
    """The whole change. `seen` is the id of the turn that the page showed ("" for none); `left` counts items to come.

    Raises Overtaken, NotReady, MoveRefused.
    """
    if hour.state not in ON_AIR:
        raise MoveRefused(f"the office hour is {hour.state.value}: nothing can be put on air")
    turn = turns.current(connection, hour.id)
    if (turn.id if turn else "") != seen:
        raise Overtaken("somebody has pressed already")
    guest = _ready(connection, item)
    asked = _asked_by(connection, hour, guest, by) if guest else _question(connection, item)
    before = _clear(connection, hour, turn, asked, by)
    if guest:
        waiting.show(connection, guest, words.get(guest.role, ""))
    if asked:
        before["position"] = asked.position
        queue.put_on_air(connection, asked, by=by)
    if turn:
        turns.end(connection, turn)
    kind = Kind.GUEST if guest else Kind.QUESTION if asked else Kind.NOTHING
    seconds = (hour.ends_at - now()).total_seconds()
    return _begin(
        connection, hour, kind, by, before=before, budget_s=turns.budget_s(seconds, left),
        person=guest.id if guest else None, question=asked.id if asked else None,
    )  # fmt: skip


def _ready(connection: Connection, item: Item | None) -> Person | None:
    if item is None or item.person is None:
        return None
    person = ingest_store.person(connection, item.person)
    if ingest_store.seat(connection, person.id).state is not SeatState.ADMITTED:
        raise NotReady(person.name)
    return person


def _question(connection: Connection, item: Item | None) -> Question | None:
    return store.get(connection, item.question) if item and item.question else None


def _asked_by(connection: Connection, hour: OfficeHour, guest: Person, by: str) -> Question | None:
    """What a guest comes to ask as a question of its own, so that it has a card, a chapter and an address."""
    known = _linked(connection, hour, guest)
    if known is not None:
        return known
    topic = ingest_store.seat(connection, guest.id).topic.strip()
    if not topic:
        return None
    at = now()
    question = Question(
        id=random_id(), office_hour=hour.id, state=State.APPROVED, channel=Channel.GUEST, message=guest.id,
        subject="", text=topic, original_text=topic, background="", author=guest.shown_name, language=guest.language,
        unreadable=False, reason=None, position=None, asked_at=at, changed_at=at,
    )  # fmt: skip
    if not store.add(connection, question, by=by):  # they wait for the second time: it is asked anew
        question = replace(question, message=f"{guest.id} {question.id}"[:64])
        store.add(connection, question, by=by)
    rundown.belongs(connection, hour.id, guest.id, question.id)
    return question


def _linked(connection: Connection, hour: OfficeHour, guest: Person) -> Question | None:
    """What they sent before, or the question that speaks for it; nothing when it has been dealt with meanwhile."""
    id = rundown.question_of(connection, hour.id, guest.id)
    known = store.get(connection, id) if id else None
    if known is not None and known.state is State.MERGED and known.merged_into:
        known = store.get(connection, known.merged_into)
    return known if known is not None and known.state in TO_COME else None


def _clear(
    connection: Connection, hour: OfficeHour, turn: Turn | None, asked: Question | None, by: str
) -> dict[str, Any]:
    """Guests off, the question answered. Returns what to give back."""
    people = {person.id: person for person in ingest_store.persons_of(connection, hour.id)}
    guests = [
        people[seat.person]
        for seat in ingest_store.seats_of(connection, hour.id)
        if seat.state is SeatState.ON_AIR and people[seat.person].role is Role.GUEST
    ]
    for person in guests:
        waiting.hide(connection, person)
    shown = queue.on_air(connection, hour.id)
    if shown and shown != asked:
        queue.answered(connection, shown, by=by)
    elif turn and turn.kind is Kind.OPENING:
        commands.write(connection, hour.id, commands.Kind.ANSWERED, question=OPENING)
    return {
        "turn": turn.id if turn else None,
        "people": [person.id for person in guests],
        "question": shown.id if shown else None,
    }


def _begin(connection: Connection, hour: OfficeHour, kind: Kind, by: str, **values: Any) -> Turn:
    turn = Turn(id=random_id(), office_hour=hour.id, kind=kind, by=by, began_at=now(), **values)
    turns.begin(connection, turn)
    return turn


def undo(connection: Connection, hour: OfficeHour, turn_id: str, *, by: str, words: Words) -> None:
    """Give everything back that a change took. Raises Overtaken when its seconds are over or it is not the newest."""
    turn = turns.current(connection, hour.id)
    if turn is None or turn.id != turn_id or not turn.can_be_undone(now()) or hour.state not in ON_AIR:
        raise Overtaken("this change cannot be taken back any more")
    _hide(connection, turn.person)
    if turn.question:
        wrong = store.get(connection, turn.question)
        place = turn.before.get("position") or store.last_position(connection, hour.id) + 1
        store.take_back(connection, wrong, by=by, position=place)
    again = turn.before["question"]
    if again:
        store.take_back(connection, store.get(connection, again), by=by)
    turns.end(connection, turn, undone_at=now())
    if turn.before["turn"]:
        turns.reopen(connection, turn.before["turn"])
    reopened = turns.current(connection, hour.id)
    opening = reopened is not None and reopened.kind is Kind.OPENING
    card = OPENING if opening else again
    commands.write(connection, hour.id, commands.Kind.TAKE_BACK, question=turn.question, again=card)
    for person in turn.before["people"]:
        _show_again(connection, person, words)


def _hide(connection: Connection, person: str | None) -> None:
    if person and ingest_store.seat(connection, person).state is SeatState.ON_AIR:
        waiting.hide(connection, ingest_store.person(connection, person))


def _show_again(connection: Connection, person: str, words: Words) -> None:
    """Who was on air is so again, unless they have left meanwhile."""
    if ingest_store.seat(connection, person).state is SeatState.ADMITTED:
        guest = ingest_store.person(connection, person)
        waiting.show(connection, guest, words.get(guest.role, ""))
