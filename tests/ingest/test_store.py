"""Rows of office hours, people, commands, tickets and events keep their promises."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from ingest import commands, events, store, tickets
from ingest.accounts import PasswordTooShort, hash_password, password_fits
from ingest.database import Database
from ingest.officehours import MOVES, MoveRefused, OfficeHour, State, Visibility, check_move
from ingest.people import Role, Scope, SeatState
from ingest.tickets import Audience, TicketRefused, TicketUsed
from tests.ingest.conftest import NOON


@pytest.mark.parametrize("start", State)
@pytest.mark.parametrize("goal", State)
def test_only_moves_of_the_table_are_made(start: State, goal: State) -> None:
    if goal in MOVES[start]:
        check_move(start, goal)
    else:
        with pytest.raises(MoveRefused, match=f"from {start.value} to {goal.value}"):
            check_move(start, goal)


def test_every_state_but_the_last_ones_leads_on() -> None:
    assert {state for state, goals in MOVES.items() if not goals} == {State.EXPIRED, State.CANCELLED}


def test_an_office_hour_is_moved_and_everybody_hears(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        heard = events.newest(connection)
        moved = store.move_office_hour(connection, hour.id, State.OPEN)
        assert moved.state is State.OPEN
        assert [(e.topic, e.object) for e in events.after(connection, heard)] == [("office_hour", hour.id)]


def test_a_failed_transaction_leaves_nothing(database: Database, hour: OfficeHour) -> None:
    with pytest.raises(MoveRefused), database.transaction() as connection:
        store.change_office_hour(connection, hour.id, title="changed")
        store.move_office_hour(connection, hour.id, State.ENDED)
    with database.reading() as connection:
        assert store.office_hour(connection, hour.id) == hour


def test_release_and_withdrawal(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        with pytest.raises(MoveRefused):
            store.set_visibility(connection, hour.id, Visibility.WITHDRAWN, NOON)
        store.set_visibility(connection, hour.id, Visibility.RELEASED, NOON)
        store.set_visibility(connection, hour.id, Visibility.WITHDRAWN, NOON)
        found = store.office_hour(connection, hour.id)
    assert (found.visibility, found.released_at) == (Visibility.WITHDRAWN, NOON)


def test_editions_count_and_are_found_by_address(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        store.add_edition(connection, hour.id, address="a" * 32, tick_duration="1/30")
        second = store.add_edition(connection, hour.id, address="b" * 32, tick_duration="1/30")
        store.finish_edition(connection, second.id, 900)
        newest = store.edition_of(connection, hour.id)
        assert newest is not None
        assert (newest.number, newest.duration_ticks) == (2, 900)
        assert store.edition_at(connection, "b" * 32) == newest
        assert store.edition_at(connection, "c" * 32) is None


def test_a_guest_waits_and_a_host_does_not(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
        chris = store.add_person(connection, hour.id, name="Chris", role=Role.GUEST, topic="Radweg")
        states = [(seat.person, seat.state) for seat in store.seats_of(connection, hour.id)]
    assert states == [(ada.id, SeatState.ADMITTED), (chris.id, SeatState.WAITING)]


def test_a_seat_cannot_jump(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        chris = store.add_person(connection, hour.id, name="Chris", role=Role.GUEST)
        with pytest.raises(ValueError, match="from waiting to on_air"):
            store.move_seat(connection, chris.id, SeatState.WAITING, SeatState.ON_AIR)


def test_consent_is_kept_with_its_wording_and_taken_back_once(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        chris = store.add_person(connection, hour.id, name="Chris", role=Role.GUEST)
        answers = {Scope.LIVE: True, Scope.RECORDING: True, Scope.OUTSIDE: False}
        said = store.answer_consent(connection, chris.id, answers, text_version=3)
        assert store.consents_of(connection, chris.id) == said
        assert [(each.scope, each.given, each.text_version) for each in said] == [
            (scope, given, 3) for scope, given in answers.items()
        ]
        assert store.take_consent_back(connection, chris.id, set(Scope), NOON) == [Scope.LIVE, Scope.RECORDING]
        assert store.take_consent_back(connection, chris.id, set(Scope), NOON) == []
        assert [each.taken_back_at for each in store.consents_in(connection, hour.id)[chris.id]] == [NOON, NOON, None]


def test_commands_wait_in_order_and_end_once(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        first = commands.write(connection, hour.id, commands.Kind.START)
        commands.write(connection, hour.id, commands.Kind.END)
        assert [each.kind for each in commands.waiting(connection, hour.id)] == [commands.Kind.START, commands.Kind.END]
        assert commands.finish(connection, first, commands.State.DONE, tick=0)
        assert not commands.finish(connection, first, commands.State.REFUSED, reason="too late")
        assert commands.get(connection, first).state is commands.State.DONE


def test_a_ticket_opens_its_door_once_within_two_minutes(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        chris = store.add_person(connection, hour.id, name="Chris", role=Role.GUEST)

        def issue() -> str:
            return tickets.issue(connection, person=chris.id, office_hour=hour.id, audience=Audience.WHIP, at=NOON)

        token = issue()
        with pytest.raises(TicketRefused, match="does not open this door"):
            tickets.take(connection, token, Audience.WHEP, NOON)
        assert tickets.take(connection, token, Audience.WHIP, NOON).person == chris.id
        with pytest.raises(TicketUsed):
            tickets.take(connection, token, Audience.WHIP, NOON)
        with pytest.raises(TicketRefused, match="expired"):
            tickets.take(connection, issue(), Audience.WHIP, NOON + timedelta(minutes=2, seconds=1))
        with pytest.raises(TicketRefused):
            tickets.take(connection, "no such ticket", Audience.WHIP, NOON)


def test_tickets_are_stored_as_digests_only(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        chris = store.add_person(connection, hour.id, name="Chris", role=Role.GUEST)
        token = tickets.issue(connection, person=chris.id, office_hour=hour.id, audience=Audience.WHIP, at=NOON)
        assert token not in str(connection.execute(sa.select(tickets.tickets)).all())
        assert tickets.forget(connection, NOON + timedelta(hours=2)) == 1


def test_passwords_are_hashed_and_short_ones_refused(database: Database) -> None:
    with database.transaction() as connection:
        bo = store.add_account(
            connection, email="Bo@Lindenau.example ", name="Bo", password_hash=hash_password("lang genug 2026")
        )
        assert store.account_by_email(connection, "bo@lindenau.EXAMPLE") == bo
    assert password_fits(bo, "lang genug 2026")
    assert not password_fits(bo, "falsch")
    assert not password_fits(None, "nobody signs in with this")
    with pytest.raises(PasswordTooShort):
        hash_password("kurz")


def test_what_nobody_resumes_from_is_forgotten(database: Database, hour: OfficeHour) -> None:
    with database.transaction() as connection:
        assert events.forget(connection, NOON + timedelta(days=36500)) == 1
        assert events.after(connection, 0) == []
