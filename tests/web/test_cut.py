"""Staff and the host cut the broadcast at one press, and go on; the pages say how things stand."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from ingest import commands, store
from ingest.commands import Kind
from ingest.database import now
from ingest.live.lobby import waiting
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role, Scope, SeatState
from tests.web.conftest import ORIGIN, Browser, SmallHouse
from web import store as web_store
from web.sessions import COOKIE


@pytest.fixture
def live(new_hour: Callable[..., OfficeHour]) -> OfficeHour:
    return new_hour(State.ON_AIR, delay_s=10, began_at=now())


@pytest.fixture
def cast(house: SmallHouse, live: OfficeHour) -> dict[str, Person]:
    """Ada and Chris on air, Dana waiting."""
    with house.database.transaction() as connection:
        people = {
            "ada": store.add_person(connection, live.id, name="Ada", role=Role.HOST),
            "chris": store.add_person(connection, live.id, name="Chris", role=Role.GUEST),
            "dana": store.add_person(connection, live.id, name="Dana", role=Role.GUEST),
        }
        store.answer_consent(connection, people["chris"].id, {Scope.LIVE: True}, 1)
        waiting.show(connection, people["ada"])
        waiting.admit(connection, people["chris"])
        waiting.show(connection, people["chris"])
    return people


def as_person(app: Starlette, house: SmallHouse, person: Person) -> Browser:
    with house.database.transaction() as connection:
        key = web_store.open_session(connection, account=None, person=person.id, expires_at=now() + timedelta(hours=1))
    return Browser(app, cookies={COOKIE: key})


def press(browser: Browser, page: str, hour: OfficeHour, **fields: str) -> int:
    return int(browser.fill(page, f"/office-hours/{hour.id}/cut", **fields).status_code)


def wished(house: SmallHouse, hour: OfficeHour) -> list[tuple[Kind, object]]:
    with house.database.reading() as connection:
        found = commands.waiting(connection, hour.id)
    return [(each.kind, each.payload.get("by", each.payload.get("person"))) for each in found]


def test_staff_cut_and_go_on_and_the_board_says_so(bo: Browser, house: SmallHouse, live: OfficeHour) -> None:
    board = f"/staff/office-hours/{live.id}/board"
    assert "10 s später" in bo.get(board).text
    assert press(bo, board, live, do="cut", back=board) == 303
    page = bo.get(board + "?part=strip").text
    assert "Unterbrochen seit" in page
    assert 'data-key="W"' in page
    assert press(bo, board, live, do="go_on", back=board) == 303
    assert "Unterbrochen seit" not in bo.get(board).text
    with house.database.reading() as connection:
        account = store.account_by_email(connection, "bo@example.org")
    assert account is not None
    assert wished(house, live) == [(Kind.CUT, account.id), (Kind.GO_ON, account.id)]


def test_a_cut_may_send_everybody_but_the_host_back(
    bo: Browser, house: SmallHouse, live: OfficeHour, cast: dict[str, Person]
) -> None:
    press(bo, f"/staff/office-hours/{live.id}/board", live, do="cut", hold="yes")
    with house.database.reading() as connection:
        states = {name: store.seat(connection, person.id).state for name, person in cast.items()}
    assert states == {"ada": SeatState.ON_AIR, "chris": SeatState.HELD, "dana": SeatState.WAITING}
    assert [kind for kind, _ in wished(house, live)][-2:] == [Kind.CUT, Kind.HOLD]


def test_the_host_may_cut_and_a_guest_may_not(
    app: Starlette, house: SmallHouse, live: OfficeHour, cast: dict[str, Person]
) -> None:
    ada, chris = (as_person(app, house, cast[name]) for name in ("ada", "chris"))
    page = f"/office-hours/{live.id}/host"
    assert press(ada, page, live, do="cut", back=page) == 303
    assert wished(house, live)[-1] == (Kind.CUT, cast["ada"].id)
    assert press(chris, f"/office-hours/{live.id}/place", live, do="cut") == 403


def test_the_public_page_names_nobody_while_it_is_cut(
    browser: Browser, bo: Browser, live: OfficeHour, cast: dict[str, Person]
) -> None:
    page = f"/office-hours/{live.id}/live?part=now"
    assert "<strong>Chris</strong>" in browser.get(page).text
    press(bo, f"/staff/office-hours/{live.id}/board", live, do="cut")
    text = browser.get(page).text
    assert ("Chris" in text, "Die Übertragung ist unterbrochen" in text) == (False, True)
    press(bo, f"/staff/office-hours/{live.id}/board", live, do="go_on")
    assert "<strong>Chris</strong>" in browser.get(page).text


def test_nothing_is_cut_that_does_not_go_out(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    board = f"/staff/office-hours/{hour.id}/board"
    assert 'data-key="C" aria-keyshortcuts="C" disabled' in bo.get(board).text
    assert press(bo, board, hour, do="cut") == 409
    assert wished(house, hour) == []


def test_the_delay_is_chosen_with_the_announcement_and_goes_to_the_room_with_the_start(
    bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.BACKSTAGE)
    edit = f"/staff/office-hours/{hour.id}/edit"
    facts = {"title": "Sprechstunde", "host_name": "Ada", "starts_at": "2026-12-01T18:00", "planned_minutes": "60"}
    assert bo.fill(edit, **facts, delay_s="61").status_code == 422
    assert bo.fill(edit, **facts, delay_s="20").status_code == 303
    token = bo.token(f"/staff/office-hours/{hour.id}/board")
    bo.post(f"/staff/office-hours/{hour.id}/move", data={"csrf": token, "move": "start"}, headers={"Origin": ORIGIN})
    with house.database.reading() as connection:
        start = commands.newest(connection, hour.id, {Kind.START})
    assert start is not None
    assert start.payload["delay_s"] == 20
    assert "unterbrochen" in start.payload["cut_words"]
