"""Ada hosts, Jana interprets, Tim answers beside Ada: each enters by an address of their own, until the day after."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from ingest import commands, store
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role, SeatState
from tests.web.conftest import ORIGIN, Browser, SmallHouse
from web import personal
from web import store as web_store
from web.personal import expiry

BERLIN = ZoneInfo("Europe/Berlin")


def people_of(house: SmallHouse, hour: OfficeHour) -> dict[str, Person]:
    with house.database.reading() as connection:
        return {person.name: person for person in store.persons_of(connection, hour.id)}


def paths_of(house: SmallHouse, hour: OfficeHour) -> dict[str, str]:
    with house.database.reading() as connection:
        return {access.person.name: access.path for access in personal.invited(connection, house, hour)}


def act(bo: Browser, hour: OfficeHour, **fields: str) -> int:
    page = f"/staff/office-hours/{hour.id}"
    return int(bo.fill(page, f"{page}/people", **fields).status_code)


@pytest.fixture
def invited(bo: Browser, hour: OfficeHour) -> OfficeHour:
    for name, role in (("Jana", "interpreter"), ("Tim", "speaker"), ("Ada", "host")):
        assert act(bo, hour, do="invite", name=name, role=role) == 303
    return hour


def test_each_role_enters_its_own_page_without_a_password(
    app: Starlette, house: SmallHouse, invited: OfficeHour
) -> None:
    place = {"Ada": "host", "Jana": "place", "Tim": "place"}
    paths = paths_of(house, invited)
    assert list(paths) == ["Ada", "Jana", "Tim"]  # the host first
    for name, path in paths.items():
        answer = Browser(app).get(path)
        assert (answer.status_code, answer.url.path) == (200, f"/office-hours/{invited.id}/{place[name]}")


def test_they_are_never_in_the_waiting_room(house: SmallHouse, invited: OfficeHour) -> None:
    with house.database.reading() as connection:
        seats = {seat.state for seat in store.seats_of(connection, invited.id)}
    assert seats == {SeatState.ADMITTED}
    assert people_of(house, invited)["Tim"].role is Role.SPEAKER


def test_staff_see_every_address_with_a_button_that_copies_it(
    bo: Browser, house: SmallHouse, invited: OfficeHour
) -> None:
    page = bo.get(f"/staff/office-hours/{invited.id}").text
    for number, path in enumerate(paths_of(house, invited).values(), 1):
        assert f'value="{ORIGIN}{path}"' in page
        assert f'data-copies="address-{number}"' in page


def test_a_new_address_replaces_the_old_one_and_whom_it_let_in(
    app: Starlette, bo: Browser, house: SmallHouse, invited: OfficeHour
) -> None:
    jana = Browser(app)
    before = paths_of(house, invited)["Jana"]
    jana.get(before)
    act(bo, invited, do="renew", person=people_of(house, invited)["Jana"].id)
    assert Browser(app).get(before).status_code == 404
    assert jana.get(f"/office-hours/{invited.id}/place").url.path == f"/office-hours/{invited.id}/join"
    assert Browser(app).get(paths_of(house, invited)["Jana"]).status_code == 200


def test_nobody_is_thrown_out_of_an_open_room_by_a_new_address(
    app: Starlette, bo: Browser, house: SmallHouse, invited: OfficeHour
) -> None:
    jana = Browser(app)
    jana.get(paths_of(house, invited)["Jana"])
    with house.database.transaction() as connection:
        store.move_office_hour(connection, invited.id, State.BACKSTAGE)
    act(bo, invited, do="renew", person=people_of(house, invited)["Jana"].id)
    assert jana.get(f"/office-hours/{invited.id}/place").url.path == f"/office-hours/{invited.id}/place"


def test_an_access_taken_back_is_shut_and_no_longer_listed(
    app: Starlette, bo: Browser, house: SmallHouse, invited: OfficeHour
) -> None:
    path = paths_of(house, invited)["Tim"]
    act(bo, invited, do="take_back", person=people_of(house, invited)["Tim"].id)
    assert Browser(app).get(path).status_code == 404
    assert list(paths_of(house, invited)) == ["Ada", "Jana"]


def test_a_room_sends_out_whose_access_was_taken_back(bo: Browser, house: SmallHouse, invited: OfficeHour) -> None:
    tim = people_of(house, invited)["Tim"]
    with house.database.transaction() as connection:
        store.move_office_hour(connection, invited.id, State.BACKSTAGE)
        store.move_seat(connection, tim.id, SeatState.ADMITTED, SeatState.ON_AIR)
    act(bo, invited, do="take_back", person=tim.id)
    with house.database.reading() as connection:
        (wish,) = commands.waiting(connection, invited.id)
        assert store.seat(connection, tim.id).state is SeatState.LEFT
    assert (wish.kind, wish.payload["person"]) == (commands.Kind.HOLD, tim.id)


def test_who_left_by_mistake_comes_back_by_the_address(app: Starlette, house: SmallHouse, invited: OfficeHour) -> None:
    jana, path = Browser(app), paths_of(house, invited)["Jana"]
    jana.get(path)
    place = f"/office-hours/{invited.id}/place"
    jana.fill(place, f"/office-hours/{invited.id}/leave")
    jana.get(path)
    with house.database.reading() as connection:
        assert store.seat(connection, people_of(house, invited)["Jana"].id).state is SeatState.ADMITTED


@pytest.mark.parametrize(
    "fields", [{"name": "", "role": "host"}, {"name": "x" * 81, "role": "host"}, {"name": "Dana", "role": "staff"}]
)
def test_nobody_is_invited_without_a_name_or_as_staff(bo: Browser, hour: OfficeHour, fields: dict[str, str]) -> None:
    assert act(bo, hour, do="invite", **fields) == 409


def test_strangers_invite_nobody(browser: Browser, hour: OfficeHour) -> None:
    fields = {"csrf": browser.token("/login"), "do": "invite", "name": "Dana", "role": "host"}
    answer = browser.post(f"/staff/office-hours/{hour.id}/people", data=fields, follow_redirects=False)
    assert answer.status_code == 401


def test_an_address_works_until_the_end_of_the_day_after(hour: OfficeHour) -> None:
    start = datetime(2026, 12, 1, 17, tzinfo=BERLIN)
    made = start - timedelta(days=20)
    assert expiry(_at(hour, start), BERLIN, made) == datetime(2026, 12, 3, tzinfo=BERLIN)
    late = datetime(2026, 12, 8, 9, tzinfo=BERLIN)
    assert expiry(_at(hour, start), BERLIN, late) == datetime(2026, 12, 10, tzinfo=BERLIN)


def test_a_new_date_moves_the_end_of_all_addresses(bo: Browser, house: SmallHouse, invited: OfficeHour) -> None:
    page = f"/staff/office-hours/{invited.id}/edit"
    later = (invited.starts_at + timedelta(days=30)).astimezone(BERLIN)
    facts = {"title": "x", "host_name": "Ada", "planned_minutes": "60", "starts_at": later.strftime("%Y-%m-%dT%H:%M")}
    assert bo.fill(page, **facts).status_code == 303
    with house.database.reading() as connection:
        link = web_store.link_of(connection, people_of(house, invited)["Jana"].id)
    assert link is not None
    end = (later + timedelta(minutes=60)).date() + timedelta(days=2)
    assert link.expires_at == datetime.combine(end, datetime.min.time(), BERLIN)


def _at(hour: OfficeHour, start: datetime) -> OfficeHour:
    return replace(hour, starts_at=start)
