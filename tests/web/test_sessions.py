"""Nobody is signed out while their office hour is on air; afterwards a session ends as it was made to."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from starlette.applications import Starlette

import web.door
from ingest import store
from ingest.database import now
from ingest.officehours import OfficeHour, State
from ingest.people import Role
from tests.web.conftest import Browser, SmallHouse
from web import store as web_store
from web.sessions import COOKIE, KEPT


class Clock:
    """The time that the door sees."""

    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(web.door, "now", clock)
    return clock


def signed_in(app: Starlette, house: SmallHouse, *, account: str | None = None, person: str | None = None) -> Browser:
    """Somebody whose session has ten minutes left."""
    with house.database.transaction() as connection:
        until = now() + timedelta(minutes=10)
        key = web_store.open_session(connection, account=account, person=person, expires_at=until)
    return Browser(app, cookies={COOKIE: key})


@pytest.fixture
def everybody(
    app: Starlette, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> tuple[OfficeHour, dict[str, Browser]]:
    """Bo, Ada and Chris of one office hour."""
    hour = new_hour(State.ON_AIR)
    with house.database.transaction() as connection:
        bo = store.add_account(connection, email="bo@example.org", name="Bo", password_hash="x")
        ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
        chris = store.add_person(connection, hour.id, name="Chris", role=Role.GUEST)
    who = {"account": bo.id}, {"person": ada.id}, {"person": chris.id}
    made = [signed_in(app, house, **each) for each in who]
    return hour, dict(zip(("bo", "ada", "chris"), made, strict=True))


def pages(hour: OfficeHour) -> dict[str, str]:
    return {
        "bo": f"/staff/office-hours/{hour.id}/board?part=attention",
        "ada": f"/office-hours/{hour.id}/host?part=seat",
        "chris": f"/office-hours/{hour.id}/place?part=seat",
    }


def test_an_hour_on_air_keeps_everybody_signed_in_and_their_cookies(
    everybody: tuple[OfficeHour, dict[str, Browser]], clock: Clock
) -> None:
    hour, browsers = everybody
    for name, browser in browsers.items():
        answer = browser.get(pages(hour)[name], follow_redirects=False)
        assert f"Max-Age={int(KEPT.total_seconds())}" in answer.headers["set-cookie"]
    clock.at += timedelta(hours=3)
    for name, browser in browsers.items():
        answer = browser.get(pages(hour)[name], follow_redirects=False)
        assert (name, answer.status_code) == (name, 200)
        assert "set-cookie" not in answer.headers  # it lasts long enough: nothing is written again


def test_a_ticket_is_given_hours_later(everybody: tuple[OfficeHour, dict[str, Browser]], clock: Clock) -> None:
    hour, browsers = everybody
    ada = browsers["ada"]
    ada.get(pages(hour)["ada"])
    clock.at += timedelta(hours=3)
    headers = {"Origin": "http://testserver", "X-Csrf": ada.token("/login")}
    assert ada.post("/tickets", json={"audience": "whip"}, headers=headers).status_code == 200


def test_afterwards_and_for_strangers_to_the_hour_a_session_ends_as_it_was_made(
    app: Starlette,
    house: SmallHouse,
    everybody: tuple[OfficeHour, dict[str, Browser]],
    clock: Clock,
    new_hour: Callable[..., OfficeHour],
) -> None:
    hour, browsers = everybody
    other = new_hour()
    with house.database.transaction() as connection:
        dana = store.add_person(connection, other.id, name="Dana", role=Role.GUEST)
    stranger = signed_in(app, house, person=dana.id)
    assert "set-cookie" not in stranger.get(f"/office-hours/{other.id}/place").headers
    with house.database.transaction() as connection:
        store.move_office_hour(connection, hour.id, State.ENDED)
    assert "set-cookie" not in browsers["ada"].get(pages(hour)["ada"]).headers
    clock.at += timedelta(minutes=11)
    assert browsers["bo"].get(pages(hour)["bo"], follow_redirects=False).status_code == 303
