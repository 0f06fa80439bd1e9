"""Staff call, talk, send back and send on; nobody is called twice, nobody is lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ingest import commands, events, store
from ingest.database import Database, now
from ingest.live.lobby import guests, notes, reception, waiting
from ingest.live.lobby.guests import Gone, Parent, Way
from ingest.live.lobby.reception import Patience
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role, SeatState
from ingest.store import Overtaken
from tests.ingest.conftest import NOON, guest

PATIENCE = Patience(grace=timedelta(minutes=5), call=timedelta(seconds=90))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def cast(database: Database, hour: OfficeHour) -> list[Person]:
    """Chris, Dana and Eve wait; all were here at noon. The office hour is on air since then."""
    with database.transaction() as connection:
        people = [guest(connection, hour.id, name) for name in ("Chris", "Dana", "Eve")]
        for person in people:
            guests.add(connection, person, since=NOON, seen_at=NOON)
        store.change_office_hour(connection, hour.id, state=State.ON_AIR, began_at=NOON)
    return people


def states(database: Database, people: list[Person]) -> list[str]:
    with database.reading() as connection:
        return [store.seat(connection, person.id).state.value for person in people]


def order(database: Database, hour: OfficeHour) -> list[str]:
    with database.reading() as connection:
        names = {person.id: person.name for person in store.persons_of(connection, hour.id)}
        return [names[seat.person] for seat in waiting.line(store.seats_of(connection, hour.id))]


def do(database: Database, act: Callable[..., object], person: Person, **values: object) -> None:
    with database.transaction() as connection:
        act(connection, person, **values)


def test_the_second_who_calls_the_same_person_is_overtaken(database: Database, cast: list[Person]) -> None:
    do(database, reception.call, cast[0], by="Bo", at=NOON)
    with pytest.raises(Overtaken), database.transaction() as connection:
        reception.call(connection, cast[0], by="Dana", at=NOON)
    with database.reading() as connection:
        assert guests.of(connection, cast[0]).called_by == "Bo"


def test_who_was_called_is_talked_with_let_in_and_sent_back_to_the_same_place(
    database: Database, hour: OfficeHour, cast: list[Person]
) -> None:
    chris = cast[0]
    do(database, reception.call, chris, by="Bo", at=NOON)
    do(database, reception.answer, chris, at=NOON + MINUTE)
    do(database, waiting.admit, chris)
    do(database, reception.send_back, chris)
    assert order(database, hour) == ["Chris", "Dana", "Eve"]
    with database.reading() as connection:
        assert guests.of(connection, chris).answered_at == NOON + MINUTE
        wished = [each.kind for each in commands.waiting(connection, hour.id)]
    assert wished == [commands.Kind.ADMIT, commands.Kind.HOLD]


def test_who_is_set_aside_keeps_the_place_and_can_be_called(
    database: Database, hour: OfficeHour, cast: list[Person]
) -> None:
    do(database, reception.set_aside, cast[0])
    assert (states(database, cast)[0], order(database, hour)[0]) == ("held", "Chris")
    do(database, reception.call, cast[0], by="Bo", at=NOON)
    assert states(database, cast)[0] == "called"


def test_who_gives_no_sign_of_life_after_a_call_is_missed_and_can_be_called_again(
    database: Database, hour: OfficeHour, cast: list[Person]
) -> None:
    chris, called = cast[0], NOON + MINUTE
    do(database, reception.call, chris, by="Bo", at=called)
    with database.transaction() as connection:
        hour = store.office_hour(connection, hour.id)
        assert reception.sweep(connection, hour, called + MINUTE, PATIENCE) == {}
        found = reception.sweep(connection, hour, called + 2 * MINUTE, PATIENCE)
        assert found == {chris.id: SeatState.MISSED}
        reception.call(connection, chris, by="Bo", at=called + 3 * MINUTE)
        assert guests.of(connection, chris).missed == 1
    assert states(database, cast)[0] == "called"


def test_a_slow_joiner_is_never_swept(database: Database, hour: OfficeHour, cast: list[Person]) -> None:
    """Whoever was called and gives signs of life, or was let in and has not connected, stays."""
    chris, dana, _ = cast
    do(database, reception.call, chris, by="Bo", at=NOON)
    do(database, waiting.admit, dana)
    late = NOON + timedelta(minutes=30)
    with database.transaction() as connection:
        guests.seen(connection, chris, late - MINUTE)
        guests.seen(connection, cast[2], late - MINUTE)
        assert reception.sweep(connection, store.office_hour(connection, hour.id), late, PATIENCE) == {}


def test_a_missed_guest_who_comes_waits_again_at_the_same_place(
    database: Database, hour: OfficeHour, cast: list[Person]
) -> None:
    do(database, reception.call, cast[0], by="Bo", at=NOON)
    do(database, reception.missed, cast[0])
    do(database, reception.answer, cast[0], at=NOON + 4 * MINUTE)
    assert (states(database, cast)[0], order(database, hour)[0]) == ("waiting", "Chris")


def test_a_place_is_kept_for_the_time_of_grace_and_no_longer(
    database: Database, hour: OfficeHour, cast: list[Person]
) -> None:
    with database.transaction() as connection:
        on_air = store.office_hour(connection, hour.id)
        for each in store.seats_of(connection, hour.id):
            connection.execute(store.seats.update().values(changed_at=NOON).where(store.seats.c.person == each.person))
        guests.seen(connection, cast[1], NOON + 3 * MINUTE)
        assert reception.sweep(connection, on_air, NOON + 5 * MINUTE, PATIENCE) == {}
        gone = reception.sweep(connection, on_air, NOON + 6 * MINUTE, PATIENCE)
        assert list(gone) == [cast[0].id, cast[2].id]
        assert guests.of(connection, cast[0]).gone is Gone.AWAY
        reception.come_back(connection, cast[0], NOON + 7 * MINUTE)
    assert order(database, hour) == ["Dana", "Chris"]


def test_nobody_loses_a_place_before_it_has_begun(database: Database, cast: list[Person], hour: OfficeHour) -> None:
    with database.transaction() as connection:
        store.change_office_hour(connection, hour.id, state=State.BACKSTAGE, began_at=None)
        backstage = store.office_hour(connection, hour.id)
        assert reception.sweep(connection, backstage, NOON + timedelta(days=3), PATIENCE) == {}


def test_a_restart_of_the_site_costs_nobody_the_place(database: Database, cast: list[Person]) -> None:
    """Dana had left long before; the others were here until the site went, and nobody could be heard for an hour."""
    went, back = NOON + 10 * MINUTE, NOON + 70 * MINUTE
    with database.transaction() as connection:
        guests.seen(connection, cast[0], went)
        guests.seen(connection, cast[2], went - 2 * MINUTE)
        assert guests.forgive(connection, back, PATIENCE.grace) == 2
        assert [guests.of(connection, each).seen_at for each in cast] == [back, NOON, back]


def test_who_is_removed_may_come_again_at_the_end_and_who_is_banned_may_not(
    database: Database, hour: OfficeHour, cast: list[Person]
) -> None:
    do(database, reception.remove, cast[0])
    do(database, reception.ban, cast[1])
    do(database, reception.come_back, cast[0], at=NOON)
    assert order(database, hour) == ["Eve", "Chris"]
    with pytest.raises(Overtaken):
        do(database, reception.come_back, cast[1], at=NOON)


def test_a_ban_holds_for_the_browser_and_for_this_office_hour(database: Database, cast: list[Person]) -> None:
    with database.transaction() as connection:
        guests.change(connection, cast[0], browser="f" * 64)
        reception.ban(connection, cast[0])
        assert reception.is_banned(connection, cast[0].office_hour, "f" * 64)
        assert not reception.is_banned(connection, cast[0].office_hour, "e" * 64)
        assert not reception.is_banned(connection, cast[0].office_hour, "")


def test_who_is_banned_on_air_is_taken_out_of_the_room(
    database: Database, hour: OfficeHour, cast: list[Person]
) -> None:
    do(database, waiting.admit, cast[0])
    do(database, waiting.show, cast[0])
    do(database, reception.ban, cast[0])
    with database.reading() as connection:
        assert commands.waiting(connection, hour.id)[-1].kind is commands.Kind.HOLD


def test_who_is_sent_on_keeps_the_time_waited(database: Database, cast: list[Person]) -> None:
    """Eve waits elsewhere since noon, Frank since ten past; who comes from here since five past stands between."""
    with database.transaction() as connection:
        goal = store.add_office_hour(connection, title="Bauamt", host_name="Gil", starts_at=NOON, state=State.BACKSTAGE)
        for name, since in (("Eve", NOON), ("Frank", NOON + 10 * MINUTE)):
            other = store.add_person(connection, goal.id, name=name, role=Role.GUEST)
            guests.add(connection, other, since=since)
        chris = cast[0]
        guests.change(connection, chris, since=NOON + 5 * MINUTE, parent=Parent.NOTED, browser="b" * 64)
        reception.send_on(connection, chris, goal)
        assert store.seat(connection, chris.id).state is SeatState.WAITING
        newcomer = store.add_person(connection, goal.id, name="Chris", role=Role.GUEST)
        reception.go_on(connection, chris, newcomer)
        there = guests.of(connection, newcomer)
        assert (there.since, there.parent, there.browser) == (NOON + 5 * MINUTE, Parent.NOTED, "b" * 64)
        assert guests.of(connection, chris).gone is Gone.SENT_ON
    assert order(database, goal) == ["Eve", "Chris", "Frank"]


def test_nobody_is_sent_to_where_nobody_can_come(database: Database, cast: list[Person]) -> None:
    with database.transaction() as connection:
        over = store.add_office_hour(connection, title="Bauamt", host_name="Gil", starts_at=NOON, state=State.ENDED)
        with pytest.raises(Overtaken):
            reception.send_on(connection, cast[0], over)


@pytest.mark.parametrize(
    ("way", "word", "seen"),
    [
        (Way.VIDEO, Parent.NOT_NEEDED, True),
        (Way.AUDIO, Parent.NOT_NEEDED, False),
        (Way.VIDEO, Parent.ASKED, False),
        (Way.VIDEO, Parent.AGREED, True),
        (Way.VIDEO, Parent.NOTED, True),
        (Way.VIDEO, Parent.REFUSED, False),
    ],
)
def test_under_18_a_picture_needs_a_parents_word(
    database: Database, cast: list[Person], way: Way, word: Parent, seen: bool
) -> None:
    with database.transaction() as connection:
        guests.change(connection, cast[0], way=way, parent=word)
        assert guests.of(connection, cast[0]).may_be_seen is seen


def test_a_sign_of_life_is_told_only_when_nobody_expected_it(database: Database, cast: list[Person]) -> None:
    with database.transaction() as connection:
        newest = events.newest(connection)
        assert not guests.seen(connection, cast[0], NOON + timedelta(seconds=5))
        assert guests.seen(connection, cast[0], NOON + timedelta(seconds=15))
        assert events.newest(connection) == newest
        assert guests.seen(connection, cast[0], NOON + 3 * MINUTE)
        assert events.newest(connection) > newest


def test_the_turn_goes_to_the_first_who_is_here_and_not_set_aside(
    database: Database, hour: OfficeHour, cast: list[Person]
) -> None:
    chris, dana, eve = cast
    with database.transaction() as connection:
        reception.set_aside(connection, chris)
        guests.seen(connection, eve, NOON + 5 * MINUTE)
        line = waiting.line(store.seats_of(connection, hour.id))
        known = guests.all_of(connection, hour.id, cast)
    turns = [reception.next_up(line, known, at) for at in (NOON, NOON + 5 * MINUTE)]
    assert [turn and turn.person for turn in turns] == [dana.id, eve.id]
    assert reception.next_up(line[:1], known, NOON) == line[0]
    assert reception.next_up([], known, NOON) is None


def test_what_is_known_goes_a_day_after_the_hour(database: Database, hour: OfficeHour, cast: list[Person]) -> None:
    with database.transaction() as connection:
        notes.write(connection, hour.id, None, "Gleich geht es los.", by="Bo", at=NOON)
        day = timedelta(days=1)
        assert reception.forget(connection, NOON + 3 * day) == 0  # it is still on air
        store.change_office_hour(connection, hour.id, state=State.ENDED, ended_at=NOON + day)
        assert reception.forget(connection, NOON + 2 * day) == 0
        assert reception.forget(connection, NOON + 2 * day + MINUTE) == 4
        assert guests.of(connection, cast[0]).since <= now()
