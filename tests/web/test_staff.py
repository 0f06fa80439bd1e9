"""Bo announces an office hour, moves it through its states and looks after what follows."""

from collections.abc import Callable

import pytest
from starlette.applications import Starlette

from ingest import commands, steps, store
from ingest.officehours import OfficeHour, State, Visibility
from ingest.people import Role, SeatState
from tests.web.conftest import ORIGIN, Browser, SmallHouse

FACTS = {
    "title": "Sprechstunde im Advent", "host_name": "Ada", "host_role": "Bürgermeisterin", "language": "de",
    "starts_at": "2026-12-01T17:00", "planned_minutes": "45", "recorded": "yes", "release": "at_end",
}  # fmt: skip


def state_of(house: SmallHouse, hour: OfficeHour) -> State:
    with house.database.reading() as connection:
        return store.office_hour(connection, hour.id).state


def move(browser: Browser, hour: OfficeHour, name: str, **more: str) -> int:
    page = f"/staff/office-hours/{hour.id}"
    return int(browser.fill(page, f"{page}/move", move=name, **more).status_code)


def test_an_announced_office_hour_has_a_host_with_a_personal_address(bo: Browser, house: SmallHouse) -> None:
    answer = bo.fill("/staff/office-hours/new", **FACTS)
    page = bo.get(answer.headers["location"])
    with house.database.reading() as connection:
        (hour,) = store.all_office_hours(connection)
        (host,) = store.persons_of(connection, hour.id)
    assert (hour.title, hour.planned_minutes, hour.state) == (FACTS["title"], 45, State.PLANNED)
    assert hour.starts_at.isoformat() == "2026-12-01T16:00:00+00:00"
    assert (host.name, host.role, f"{ORIGIN}/host/" in page.text) == ("Ada", Role.HOST, True)


def test_mistakes_are_named_beside_their_fields(bo: Browser) -> None:
    answer = bo.fill("/staff/office-hours/new", **(FACTS | {"title": "", "starts_at": "soon", "planned_minutes": "0"}))
    assert answer.status_code == 422
    for sentence in ("Das wird gebraucht.", "Bitte geben Sie Tag und Uhrzeit an.", "zwischen 1 und 480"):
        assert sentence in answer.text


def test_a_changed_announcement_renames_the_host(bo: Browser, house: SmallHouse) -> None:
    page = bo.fill("/staff/office-hours/new", **FACTS).headers["location"]
    bo.fill(f"{page}/edit", **(FACTS | {"host_name": "Ada Lorenz", "consent_text": "Ein neuer Wortlaut."}))
    with house.database.reading() as connection:
        (hour,) = store.all_office_hours(connection)
        (host,) = store.persons_of(connection, hour.id)
    assert (hour.host_name, host.name, hour.consent_version) == ("Ada Lorenz", "Ada Lorenz", 2)


def test_buttons_move_it_through_its_states(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    for name, state in (("close", State.PLANNED), ("open", State.OPEN), ("backstage", State.BACKSTAGE)):
        assert move(bo, hour, name) == 303
        assert state_of(house, hour) is state


def test_on_air_is_wished_of_the_room_with_its_host(
    bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.BACKSTAGE)
    with house.database.transaction() as connection:
        ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
    move(bo, hour, "start")
    with house.database.reading() as connection:
        wished = [command.kind for command in commands.waiting(connection, hour.id)]
        assert store.seat(connection, ada.id).state is SeatState.ON_AIR
    assert wished == [commands.Kind.SHOW, commands.Kind.START, commands.Kind.ON_AIR]  # the opening card
    assert state_of(house, hour) is State.BACKSTAGE


def test_the_end_is_asked_about_once(bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]) -> None:
    hour = new_hour(State.ON_AIR)
    assert move(bo, hour, "end") == 200
    with house.database.reading() as connection:
        assert commands.waiting(connection, hour.id) == []
    assert move(bo, hour, "end", sure="yes") == 303
    with house.database.reading() as connection:
        assert [command.kind for command in commands.waiting(connection, hour.id)] == [commands.Kind.END]


@pytest.mark.parametrize("name", ["start", "pause", "resume", "release", "withdraw"])
def test_a_move_that_does_not_fit_the_state_is_refused(bo: Browser, hour: OfficeHour, name: str) -> None:
    assert move(bo, hour, name, sure="yes") == 409


def test_the_recording_is_released_and_taken_back(
    bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.ENDED)
    for name, visibility in (("release", Visibility.RELEASED), ("withdraw", Visibility.WITHDRAWN)):
        assert move(bo, hour, name, sure="yes") == 303
        with house.database.reading() as connection:
            assert store.office_hour(connection, hour.id).visibility is visibility


def test_a_failed_step_stands_on_the_page_and_can_be_tried_again(
    bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.ENDED)
    with house.database.transaction() as connection:
        step = steps.add(connection, kind="transcode.rung", office_hour=hour.id)
        failed = {"state": steps.State.FAILED, "error": "no space left"}
        steps.change(connection, step, frozenset(steps.State), **failed)
    page = f"/staff/office-hours/{hour.id}"
    assert "no space left" in bo.get(page).text
    assert bo.fill(page, f"{page}/steps", step=step).status_code == 303
    with house.database.reading() as connection:
        assert steps.get(connection, step).error != "no space left"


def test_a_wrong_password_says_so_and_too_many_are_stopped(app: Starlette, bo: Browser) -> None:
    dana = Browser(app)
    codes = [dana.fill("/login", email="bo@example.org", password="guess").status_code for _ in range(7)]
    assert (codes[0], codes[-1]) == (403, 429)


def test_signing_in_opens_staff_pages(app: Starlette, bo: Browser) -> None:
    assert Browser(app).sign_in().get("/staff", follow_redirects=False).status_code == 200


def test_signing_out_ends_the_session(app: Starlette, bo: Browser) -> None:
    cookies = dict(bo.cookies)
    bo.fill("/staff", "/logout")
    assert bo.get("/staff", follow_redirects=False).status_code == 303
    assert Browser(app, cookies=cookies).get("/staff", follow_redirects=False).status_code == 303


def test_signing_in_goes_nowhere_else(bo: Browser, app: Starlette) -> None:
    for to in ("https://evil.example", "//evil.example", "/\\evil.example"):
        assert bo.get("/login", params={"to": to}, follow_redirects=False).headers["location"] == "/"
