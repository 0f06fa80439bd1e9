"""A person comes in; what the room has to know of their consent goes out, and whether they may be in it at all.

Rows hold what was said (`people.Consent`); the room has no database, so every command that brings somebody into it
carries the scopes that hold, the name that may be shown, and the question that is read where they may not be seen.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from ingest import commands, consent, store
from ingest.commands import Kind
from ingest.officehours import WITH_ROOM
from ingest.people import IN_ROOM, Person, Scope, SeatState
from ingest.store import Overtaken


class NoConsent(Overtaken):
    """The person does not agree to be seen and heard: the host reads their question out."""


def given(connection: Connection, person: Person) -> frozenset[Scope]:
    """What the person agrees to now."""
    return consent.given(store.consents_of(connection, person.id), person.role)


def told(connection: Connection, person: Person) -> dict[str, Any]:
    """What a command that lets somebody in says of their consent. Raises NoConsent."""
    scopes = given(connection, person)
    if Scope.LIVE not in scopes:
        raise NoConsent("this person asked to be read out")
    return {"name": person.shown_name, "scopes": names(scopes), "topic": store.seat(connection, person.id).topic}


def take_back(
    connection: Connection, person: Person, scopes: Collection[Scope], at: datetime, pseudonym: str
) -> frozenset[Scope]:
    """Take scopes back, with all that needs them; the room is told while there is one. Returns what was given up.

    `pseudonym` is shown from now on when the name is among them. Who takes back being live leaves the room.
    """
    before = given(connection, person)
    left = consent.without(before, scopes)
    gone = before - left
    if not store.consents_of(connection, person.id):  # in office and never asked: now they have said it
        version = store.office_hour(connection, person.office_hour).consent_version
        store.answer_consent(connection, person.id, dict.fromkeys(Scope, True), version)
    store.take_consent_back(connection, person.id, gone, at)
    if Scope.NAME in gone and not person.pseudonym:
        store.set_pseudonym(connection, person.id, pseudonym)
    hour = store.office_hour(connection, person.office_hour)
    if gone and hour.state in WITH_ROOM:
        name = store.person(connection, person.id).shown_name
        commands.write(connection, hour.id, Kind.CONSENT, person=person.id, scopes=names(left), name=name)
    if Scope.LIVE in gone:
        _leave(connection, person)
    return gone


def _leave(connection: Connection, person: Person) -> None:
    """Out of the room: the place in the line is kept for guests, who may agree again."""
    state = store.seat(connection, person.id).state
    if state in IN_ROOM:
        store.move_seat(connection, person.id, state, SeatState.HELD)


def names(scopes: Collection[Scope]) -> list[str]:
    """Scopes as commands and the timeline have them."""
    return [scope.value for scope in Scope if scope in scopes]
