"""What the room is told of somebody's consent, and who may not be in it."""

import pytest

from ingest import commands, store
from ingest.commands import Kind
from ingest.consent import ALL
from ingest.database import Database
from ingest.live.lobby import agreement, waiting
from ingest.live.lobby.agreement import NoConsent
from ingest.officehours import OfficeHour, State
from ingest.people import Role, Scope, SeatState
from tests.ingest.conftest import NOON, guest

WITHOUT_LIVE = frozenset({Scope.NAME})


def last(database: Database, hour: OfficeHour) -> commands.Command:
    with database.reading() as connection:
        return commands.waiting(connection, hour.id)[-1]


def test_who_lets_somebody_in_says_what_they_agree_to_and_how_they_are_called(
    database: Database, hour: OfficeHour
) -> None:
    with database.transaction() as connection:
        chris = guest(connection, hour.id, agrees=frozenset({Scope.LIVE}))
        store.set_pseudonym(connection, chris.id, "Bürgerin oder Bürger")
        waiting.admit(connection, store.person(connection, chris.id))
    told = last(database, hour).payload
    assert (told["name"], told["scopes"]) == ("Bürgerin oder Bürger", ["live"])


@pytest.mark.parametrize("asked", [True, False])
def test_nobody_comes_in_who_does_not_agree_to_be_seen(database: Database, hour: OfficeHour, asked: bool) -> None:
    with database.transaction() as connection:
        if asked:
            erika = guest(connection, hour.id, "Erika", WITHOUT_LIVE)
        else:
            erika = store.add_person(connection, hour.id, name="Erika", role=Role.GUEST)
    with pytest.raises(NoConsent), database.transaction() as connection:
        waiting.admit(connection, erika)
    with database.reading() as connection:
        assert store.seat(connection, erika.id).state is SeatState.WAITING
        assert commands.waiting(connection, hour.id) == []


def test_taking_back_on_air_sends_the_person_out_and_tells_the_room(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        for goal in (State.OPEN, State.BACKSTAGE, State.ON_AIR):
            store.move_office_hour(connection, hour.id, goal)
        chris = guest(connection, hour.id)
        waiting.admit(connection, chris)
        waiting.show(connection, chris)
        gone = agreement.take_back(connection, chris, {Scope.LIVE}, NOON, "jemand")
        assert gone == ALL - {Scope.NAME}
        assert store.seat(connection, chris.id).state is SeatState.HELD
        assert agreement.given(connection, chris) == {Scope.NAME}
        assert agreement.take_back(connection, chris, {Scope.LIVE}, NOON, "jemand") == frozenset()
    wish = last(database, hour)
    assert (wish.kind, wish.payload) == (Kind.CONSENT, {"person": chris.id, "scopes": ["name"], "name": "Chris"})
    with pytest.raises(NoConsent), database.transaction() as connection:
        waiting.admit(connection, chris)


def test_a_name_taken_back_is_a_pseudonym_from_then_on(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        chris = guest(connection, hour.id)
        agreement.take_back(connection, chris, {Scope.NAME}, NOON, "Bürgerin oder Bürger")
        assert store.person(connection, chris.id).shown_name == "Bürgerin oder Bürger"
        assert agreement.given(connection, chris) == ALL - {Scope.NAME}
        assert commands.waiting(connection, hour.id) == []  # there is no room yet


def test_who_acts_in_office_and_was_never_asked_can_take_back_as_well(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
        assert agreement.given(connection, ada) == ALL
        agreement.take_back(connection, ada, {Scope.OUTSIDE}, NOON, "")
        assert agreement.given(connection, ada) == ALL - {Scope.OUTSIDE}
