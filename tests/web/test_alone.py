"""Ada leads alone while nobody of the staff is there, and no longer than that."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from ingest import attention, commands, store
from ingest.database import now
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role, Scope, SeatState
from tests.web.conftest import Browser, SmallHouse
from web import store as web_store
from web.sessions import COOKIE

pytestmark = pytest.mark.hour(State.ON_AIR)


def person(house: SmallHouse, hour: OfficeHour, name: str, role: Role, *states: SeatState) -> Person:
    with house.database.transaction() as connection:
        made = store.add_person(connection, hour.id, name=name, role=role)
        store.answer_consent(connection, made.id, dict.fromkeys(Scope, True), 1)
        for state in states:
            store.move_seat(connection, made.id, store.seat(connection, made.id).state, state)
    return made


def browser_of(app: Starlette, house: SmallHouse, person: Person) -> Browser:
    with house.database.transaction() as connection:
        until = now() + timedelta(hours=1)
        key = web_store.open_session(connection, account=None, person=person.id, expires_at=until)
    return Browser(app, cookies={COOKIE: key})


@pytest.fixture
def ada(app: Starlette, house: SmallHouse, hour: OfficeHour) -> Browser:
    return browser_of(app, house, person(house, hour, "Ada", Role.HOST, SeatState.ON_AIR))


def wished(house: SmallHouse, hour: OfficeHour) -> list[str]:
    with house.database.reading() as connection:
        return [each.kind.value for each in commands.waiting(connection, hour.id)]


def press(ada: Browser, hour: OfficeHour, **fields: str) -> int:
    return int(ada.fill("/login", f"/office-hours/{hour.id}/alone", **fields).status_code)


def staff_seen(house: SmallHouse, hour: OfficeHour, seconds_ago: int) -> None:
    with house.database.transaction() as connection:
        attention.staff_seen(connection, hour.id, now() - timedelta(seconds=seconds_ago))


def test_the_hosts_page_grows_next_and_end_twenty_seconds_after_the_last_of_staff(
    ada: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    page = f"/office-hours/{hour.id}/host"
    staff_seen(house, hour, 19)
    assert "Sie leiten gerade allein" not in ada.get(page).text
    staff_seen(house, hour, 21)
    text = ada.get(page).text
    assert all(
        words in text for words in ("Sie leiten gerade allein", "Weiter: nichts mehr", "Beenden", "Unterbrechen")
    )


def test_next_puts_the_next_guest_on_air_who_is_in_the_room(ada: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    person(house, hour, "Dana", Role.GUEST)  # still waits: only staff let somebody in
    chris = person(house, hour, "Chris", Role.GUEST, SeatState.ADMITTED)
    assert "Weiter: Chris" in ada.get(f"/office-hours/{hour.id}/alone").text
    assert press(ada, hour, do="next", item=f"guest:{chris.id}", turn="") == 303
    assert press(ada, hour, do="next", item=f"guest:{chris.id}", turn="") == 409  # a second press skips nobody
    with house.database.reading() as connection:
        assert store.seat(connection, chris.id).state is SeatState.ON_AIR


def test_the_end_can_be_taken_back(ada: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    assert press(ada, hour, do="end") == 303
    assert wished(house, hour) == ["end"]
    assert "Doch weitermachen" in ada.get(f"/office-hours/{hour.id}/alone").text


def test_while_staff_are_there_the_presses_are_refused(ada: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    staff_seen(house, hour, 1)
    assert [press(ada, hour, do=do) for do in ("next", "end")] == [409, 409]
    assert wished(house, hour) == []


def test_neither_guests_nor_strangers_lead_alone(
    app: Starlette, browser: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    chris = browser_of(app, house, person(house, hour, "Chris", Role.GUEST, SeatState.ADMITTED, SeatState.ON_AIR))
    to = f"/office-hours/{hour.id}/alone"
    assert chris.fill(f"/office-hours/{hour.id}/place", to, do="end").status_code == 403
    assert browser.fill(f"/office-hours/{hour.id}/live", to, do="end").status_code == 403
    assert wished(house, hour) == []


def test_before_the_start_the_host_waits_for_staff(
    app: Starlette, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.BACKSTAGE)
    ada = browser_of(app, house, person(house, hour, "Ada", Role.HOST))
    assert press(ada, hour, do="end") == 409


def test_a_page_of_staff_says_that_they_are_there_while_there_is_a_room(
    bo: Browser, ada: Browser, house: SmallHouse, hour: OfficeHour, new_hour: Callable[..., OfficeHour]
) -> None:
    planned = new_hour()
    assert bo.get(f"/staff/office-hours/{hour.id}/here").status_code == 204
    assert bo.get(f"/staff/office-hours/{planned.id}/here").status_code == 204
    assert ada.get(f"/staff/office-hours/{hour.id}/here").status_code == 403
    with house.database.reading() as connection:
        there = [attention.staff_there(connection, each.id, now()) for each in (hour, planned)]
    assert there == [True, False]
