"""Somebody who telephones is a waiting person like any other, and is heard only with a noted consent."""

from datetime import timedelta

import pytest

from ingest import attention, commands, store
from ingest.commands import Kind
from ingest.database import Database, now
from ingest.live.lobby import agreement, guests, reception, telephone, waiting
from ingest.live.lobby.guests import Gone, Parent, Way
from ingest.live.lobby.reception import Patience
from ingest.live.lobby.signs import Sign
from ingest.live.lobby.telephone import Words, words_for
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Scope, Seat, SeatState
from tests.ingest.conftest import guest

PATIENCE = Patience(grace=timedelta(minutes=5), call=timedelta(seconds=90))


def caller(database: Database, hour: OfficeHour, **scopes: bool) -> Person:
    """Herr Albers, who agreed to everything but what is said here."""
    said = {scope: scopes.get(scope.value, True) for scope in Scope}
    with database.transaction() as connection:
        at = store.office_hour(connection, hour.id)
        albers = telephone.add(connection, at, name="Herr Albers", topic="Bus", under_18=False, at=now())
        store.answer_consent(connection, albers.id, said, 1, "Bo")
    return albers


@pytest.fixture
def running(database: Database, hour: OfficeHour) -> OfficeHour:
    with database.transaction() as connection:
        for state in (State.OPEN, State.BACKSTAGE):
            if store.office_hour(connection, hour.id).state is not state:
                store.move_office_hour(connection, hour.id, state)
        began = now() - timedelta(hours=1)
        return store.move_office_hour(connection, hour.id, State.ON_AIR, began_at=began)


@pytest.mark.parametrize(
    ("sign", "was", "words"),
    [
        (Sign.NOT_ON_AIR, False, Words.NOT_YET),
        (Sign.ON_AIR, False, Words.ON_AIR),
        (Sign.ON_AIR, True, Words.ON_AIR),
        (Sign.NOT_ON_AIR, True, Words.NO_LONGER),
        (Sign.OVER, False, Words.OVER),
        (Sign.OVER, True, Words.OVER),
    ],
)
def test_each_sign_has_a_sentence_that_is_said(sign: Sign, was: bool, words: Words) -> None:
    assert words_for(sign, was_on_air=was) is words
    assert telephone.all_words(was_on_air=was)[sign] is words


@pytest.mark.parametrize("state", SeatState)
def test_a_voice_is_sent_only_from_the_room_and_with_consent(state: SeatState) -> None:
    seat = Seat(person="p", office_hour="h", state=state, position=1, topic="", changed_at=now())
    inside = state in (SeatState.ADMITTED, SeatState.ON_AIR)
    assert telephone.may_send(seat, frozenset({Scope.LIVE})) is inside
    assert telephone.may_send(seat, frozenset(Scope) - {Scope.LIVE}) is False


def test_a_caller_waits_in_the_one_line_as_a_voice(database: Database, running: OfficeHour) -> None:
    with database.transaction() as connection:
        chris = guest(connection, running.id)
    albers = caller(database, running)
    with database.transaction() as connection:
        eve = guest(connection, running.id, "Eve")
        line = [seat.person for seat in waiting.line(store.seats_of(connection, running.id))]
        known = guests.of(connection, albers)
        assert [each.id for each in telephone.callers(connection, running)] == [albers.id]
        assert (telephone.is_caller(connection, albers), telephone.is_caller(connection, chris)) == (True, False)
    assert line == [chris.id, albers.id, eve.id]
    assert (known.way, known.may_be_seen, known.parent) == (Way.TELEPHONE, False, Parent.NOT_NEEDED)
    assert known.is_here(now()) is False  # noted, but not on the line yet


def test_who_is_under_18_waits_for_a_parents_word_that_staff_note(database: Database, running: OfficeHour) -> None:
    with database.transaction() as connection:
        mia = telephone.add(connection, running, name="Mia", topic="Freibad", under_18=True, at=now())
        assert guests.of(connection, mia).parent is Parent.ASKED
        reception.parent_says(connection, mia, Parent.NOTED)
        assert guests.of(connection, mia).may_be_seen is False  # a voice stays one


def test_nobody_is_noted_while_the_line_is_closed(database: Database, running: OfficeHour) -> None:
    with database.transaction() as connection:
        store.change_office_hour(connection, running.id, queue_closed_at=now())
        shut = store.office_hour(connection, running.id)
        with pytest.raises(store.Overtaken):
            telephone.add(connection, shut, name="Herr Albers", topic="Bus", under_18=False, at=now())


def test_consent_says_who_noted_it(database: Database, running: OfficeHour) -> None:
    albers = caller(database, running, outside=False)
    with database.reading() as connection:
        said = store.consents_of(connection, albers.id)
    assert {each.scope: each.given for each in said} == {scope: scope is not Scope.OUTSIDE for scope in Scope}
    assert {each.noted_by for each in said} == {"Bo"}


@pytest.mark.parametrize("said", [{"live": False}, None])
def test_nobody_is_let_in_without_a_noted_consent_to_being_heard(
    database: Database, running: OfficeHour, said: dict[str, bool] | None
) -> None:
    if said is None:
        with database.transaction() as connection:
            albers = telephone.add(connection, running, name="Herr Albers", topic="Bus", under_18=False, at=now())
    else:
        albers = caller(database, running, **said)
    with pytest.raises(agreement.NoConsent), database.transaction() as connection:
        waiting.admit(connection, albers)
    with database.transaction() as connection:
        store.move_seat(connection, albers.id, SeatState.WAITING, SeatState.ADMITTED)  # however that came to be
    with pytest.raises(agreement.NoConsent), database.transaction() as connection:
        waiting.show(connection, albers)
    with database.reading() as connection:
        assert commands.history(connection, running.id) == []


def test_taking_it_back_on_the_telephone_takes_them_off_air(database: Database, running: OfficeHour) -> None:
    albers = caller(database, running)
    with database.transaction() as connection:
        waiting.admit(connection, albers)
        waiting.show(connection, albers)
        assert telephone.was_on_air(connection, albers) is True
        agreement.take_back(connection, albers, {Scope.LIVE}, now(), "a citizen")
        assert store.seat(connection, albers.id).state is SeatState.HELD
        kinds = [each.kind for each in commands.history(connection, running.id)]
    assert kinds == [Kind.ADMIT, Kind.SHOW, Kind.CONSENT]


def test_taking_up_the_line_answers_a_call(database: Database, running: OfficeHour) -> None:
    albers = caller(database, running)
    with database.transaction() as connection:
        reception.call(connection, albers, by="Bo", at=now())
        assert guests.of(connection, albers).answered_at is None
        telephone.line_is_open(connection, albers, now() + timedelta(seconds=20))
        assert guests.of(connection, albers).answered_at is not None
        assert store.seat(connection, albers.id).state is SeatState.CALLED


def test_hanging_up_ends_it_also_on_air_and_also_twice(database: Database, running: OfficeHour) -> None:
    albers = caller(database, running)
    with database.transaction() as connection:
        waiting.admit(connection, albers)
        waiting.show(connection, albers)
        for _ in range(2):
            telephone.hang_up(connection, albers)
        assert store.seat(connection, albers.id).state is SeatState.LEFT
        assert guests.of(connection, albers).gone is Gone.OWN
        kinds = [each.kind for each in commands.history(connection, running.id)]
    assert kinds == [Kind.ADMIT, Kind.SHOW, Kind.HOLD]


def test_a_caller_to_be_rung_up_keeps_the_place_as_long_as_the_desk_is_there(
    database: Database, running: OfficeHour
) -> None:
    albers = caller(database, running)
    later = now() + timedelta(minutes=30)
    with database.transaction() as connection:
        attention.staff_seen(connection, running.id, later - timedelta(seconds=5))
        assert reception.due(connection, running, later, PATIENCE) == {}
        gone = later + timedelta(minutes=6)  # the desk's page was closed, and nobody came back to it
        assert reception.due(connection, running, gone, PATIENCE) == {albers.id: SeatState.LEFT}


def test_called_without_the_line_being_taken_up_is_missed(database: Database, running: OfficeHour) -> None:
    albers = caller(database, running)
    with database.transaction() as connection:
        reception.call(connection, albers, by="Bo", at=now())
        at = now() + timedelta(minutes=2)
        attention.staff_seen(connection, running.id, at)
        assert reception.due(connection, running, at, PATIENCE) == {albers.id: SeatState.MISSED}


def test_who_rings_up_is_not_sent_on_to_a_line_they_do_not_hang_on(database: Database, running: OfficeHour) -> None:
    albers = caller(database, running)
    with database.transaction() as connection:
        other = store.add_office_hour(connection, title="Zweite", host_name="Emil", starts_at=now(), state=State.OPEN)
        with pytest.raises(store.Overtaken, match="rings up"):
            reception.send_on(connection, albers, other)
        assert guests.of(connection, albers).sent_to is None
