"""What is wished of somebody's turn, and of the line itself, comes in; rows move and the room is told.

All of it in one transaction. Who may do what stands in `ingest.conduct` and `ingest.people`; pages ask there.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from sqlalchemy.engine import Connection

from ingest import commands, store
from ingest.commands import Kind, State
from ingest.conduct import UNDO_S
from ingest.live.lobby import private
from ingest.officehours import ON_AIR, OfficeHour
from ingest.officehours import State as HourState
from ingest.people import IN_ROOM
from ingest.store import Overtaken


def call_off(connection: Connection, hour: OfficeHour, *, by: str) -> None:
    """Take the count before the start back."""
    commands.write(connection, hour.id, Kind.CALL_OFF, by=by)


def end(connection: Connection, hour: OfficeHour) -> None:
    """The slide at once; the end when nobody takes it back."""
    commands.write(connection, hour.id, Kind.END, undo_s=UNDO_S)


def undo_end(connection: Connection, hour: OfficeHour, *, by: str) -> None:
    """On air again, as before."""
    commands.write(connection, hour.id, Kind.UNDO_END, by=by)


def counting(connection: Connection, hour: OfficeHour, at: datetime) -> float | None:
    """Seconds until the programme begins, None while nothing is counted. As far as rows say: the room knows better."""
    start = commands.newest(connection, hour.id, {Kind.START, Kind.CALL_OFF})
    if hour.state is not HourState.BACKSTAGE or start is None or start.kind is not Kind.START:
        return None
    left_s = float(start.payload.get("count_s") or 0) - (at - start.created_at).total_seconds()
    return max(0.0, left_s) if start.state is State.NEW and start.payload.get("count_s") else None


def closing(connection: Connection, hour: OfficeHour, at: datetime) -> float | None:
    """Seconds in which the end can still be taken back, None while it was not asked for. As far as rows say."""
    asked = commands.newest(connection, hour.id, {Kind.END, Kind.UNDO_END})
    if hour.state not in ON_AIR or asked is None or asked.kind is not Kind.END or not asked.payload.get("undo_s"):
        return None
    since = asked.applied_at or asked.created_at
    return max(0.0, float(asked.payload["undo_s"]) - (at - since).total_seconds())


class Hidden(Enum):
    """Who hid somebody: they come back by the same hand."""

    SELF = "self"
    STAFF = "staff"


def hide(connection: Connection, office_hour: str, person: str, *, on: bool, by: Hidden = Hidden.SELF) -> None:
    """A name card and silence instead of the person, until they are back.

    Raises Overtaken for what was done already, and for what somebody else did: staff show nobody who hid themself.
    """
    if hidden(connection, office_hour).get(person) is not (None if on else by):
        raise Overtaken("somebody else hid this person, or it has changed meanwhile")
    commands.write(connection, office_hour, Kind.AWAY, person=person, on=on, by=by.value)


def hidden(connection: Connection, office_hour: str) -> dict[str, Hidden]:
    """Who is hidden and by whom. As far as rows say; going off air ends it."""
    found: dict[str, Hidden | None] = {}
    for last in commands.of_kinds(connection, office_hour, {Kind.AWAY, Kind.HIDE, Kind.HOLD}):
        away = last.kind is Kind.AWAY and last.payload["on"]
        found.setdefault(last.payload["person"], Hidden(last.payload.get("by", "self")) if away else None)
    return {person: by for person, by in found.items() if by is not None}


def speak_alone(connection: Connection, office_hour: str, person: str, whom: str | None) -> None:
    """From now on a member of staff and a guest hear each other alone; `whom` None: everybody in the room again."""
    commands.write(connection, office_hour, Kind.ASIDE, person=person, whom=whom)


def alone(connection: Connection, office_hour: str) -> private.Pairs:
    """Who speaks with whom alone, as far as rows say."""
    done = commands.of_kinds(connection, office_hour, {Kind.ASIDE, *private.ENDS})
    return private.of((each.kind, each.payload) for each in reversed(done))


def is_cut(connection: Connection, office_hour: str) -> bool:
    """Whether the public sees the slide of a cut."""
    last = commands.newest(connection, office_hour, {Kind.CUT, Kind.GO_ON})
    return last is not None and last.kind is Kind.CUT


def mute_me(connection: Connection, office_hour: str, person: str, *, on: bool) -> None:
    """By themself: it does not take back what staff muted. Nothing is written for what is so already."""
    if (person in off_by_themselves(connection, office_hour, Kind.MUTE)) is not on:
        commands.write(connection, office_hour, Kind.MUTE, person=person, on=on, own=True)


def switch_camera(connection: Connection, office_hour: str, person: str, *, on: bool) -> None:
    """By themself: while it is off their name card is shown. Nothing is written for what is so already."""
    if (person in off_by_themselves(connection, office_hour, Kind.CAMERA)) is on:
        commands.write(connection, office_hour, Kind.CAMERA, person=person, on=on)


def off_by_themselves(connection: Connection, office_hour: str, kind: Kind) -> frozenset[str]:
    """Who has switched their microphone (MUTE) or camera (CAMERA) off."""
    wishes = commands.of_kinds(connection, office_hour, {kind})
    if kind is Kind.CAMERA:
        return _last(wishes, on=False)
    return _last([each for each in wishes if each.payload.get("own")], on=True)


def muted_by_staff(connection: Connection, office_hour: str) -> frozenset[str]:
    """Whom staff have muted, as far as the room did not refuse."""
    wishes = commands.of_kinds(connection, office_hour, {Kind.MUTE})
    return _last([each for each in wishes if not each.payload.get("own")], on=True)


def _last(wishes: Sequence[commands.Command], *, on: bool) -> frozenset[str]:
    """Of whom the last of these wishes, the newest first, was this."""
    last: dict[str, bool] = {}
    for wish in wishes:
        last.setdefault(str(wish.payload["person"]), bool(wish.payload.get("on", True)))
    return frozenset(person for person, value in last.items() if value is on)


def give_screen(connection: Connection, office_hour: str, person: str) -> None:
    """Somebody who is in the room may share a screen until they have been on air. Raises Overtaken."""
    if store.seat(connection, person).state not in IN_ROOM:
        raise Overtaken("only somebody who is in the room can share a screen")
    store.set_sharing(connection, person, on=True)


def take_screen(connection: Connection, office_hour: str, person: str) -> None:
    """They may not any more, and what they share is closed."""
    store.set_sharing(connection, person, on=False)
    commands.write(connection, office_hour, Kind.UNSHARE, person=person)
