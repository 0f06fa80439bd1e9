"""Ada and Chris go on with their telephones: the same seat, one device at a time, and a code that works once."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from markupsafe import Markup
from starlette.applications import Starlette

import web.pages.phone
from ingest import store
from ingest.database import now
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role
from tests.web.conftest import ORIGIN, Browser, SmallHouse
from web import handover
from web import store as web_store
from web.sessions import COOKIE


@pytest.fixture
def hour(new_hour: Callable[..., OfficeHour]) -> OfficeHour:
    return new_hour(State.ON_AIR)


@pytest.fixture
def ada(house: SmallHouse, hour: OfficeHour) -> Person:
    with house.database.transaction() as connection:
        return store.add_person(connection, hour.id, name="Ada", role=Role.HOST)


@pytest.fixture
def laptop(app: Starlette, house: SmallHouse, ada: Person) -> Browser:
    with house.database.transaction() as connection:
        until = now() + timedelta(hours=12)
        key = web_store.open_session(connection, account=None, person=ada.id, expires_at=until)
    return Browser(app, cookies={COOKIE: key})


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that codes were drawn of, the newest last."""
    drawn: list[str] = []
    draw = web.pages.phone.drawn

    def noted(text: str) -> Markup:
        drawn.append(text)
        return draw(text)

    monkeypatch.setattr(web.pages.phone, "drawn", noted)
    return drawn


def ask(laptop: Browser, hour: OfficeHour) -> str:
    """Press the button; the part with the code."""
    fields = {"csrf": laptop.token("/login")}
    answer = laptop.post(f"/office-hours/{hour.id}/phone", data=fields, headers={"Origin": ORIGIN})
    assert answer.status_code == 200
    return str(answer.text)


def ticket(browser: Browser, page: str, *, claim: bool = False, audience: str = "whip") -> int:
    headers = {"Origin": ORIGIN, "X-Csrf": browser.token("/login"), "Accept": "application/json"}
    wished = {"audience": audience, "page": page, "claim": claim}
    return int(browser.post("/tickets", json=wished, headers=headers).status_code)


def test_a_scanned_code_takes_the_same_seat_to_the_telephone(
    app: Starlette, laptop: Browser, hour: OfficeHour, address: list[str]
) -> None:
    assert re.search(r'<svg [^>]*class="qr"', ask(laptop, hour))
    phone, path = Browser(app), address[0].removeprefix(ORIGIN)
    assert "als <strong>Ada</strong>" in phone.get(path).text
    answer = phone.fill(path)
    assert answer.headers["location"] == f"/office-hours/{hour.id}/host"
    assert phone.get(f"/office-hours/{hour.id}/host").status_code == 200
    assert laptop.get(f"/office-hours/{hour.id}/host").status_code == 200  # it still shows the question


def test_a_preview_does_not_use_the_code_up_and_a_second_press_is_too_late(
    app: Starlette, laptop: Browser, hour: OfficeHour, address: list[str]
) -> None:
    ask(laptop, hour)
    path = address[0].removeprefix(ORIGIN)
    phone, other = Browser(app), Browser(app)
    assert [phone.get(path).status_code, other.get(path).status_code] == [200, 200]
    token = other.token(path)
    assert phone.fill(path).status_code == 303
    late = other.post(path, data={"csrf": token}, headers={"Origin": ORIGIN})
    assert (late.status_code, "schon benutzt" in late.text) == (404, True)


def test_a_code_is_good_for_five_minutes_and_until_the_next_one(house: SmallHouse, ada: Person) -> None:
    with house.database.transaction() as connection:
        at = now()
        first = handover.make_link(connection, ada.id, at)
        second = handover.make_link(connection, ada.id, at)
        assert handover.behind(connection, first, at) is None
        assert handover.behind(connection, second, at + timedelta(minutes=4, seconds=59)) == ada
        assert handover.behind(connection, second, at + timedelta(minutes=5)) is None
        assert handover.forget(connection, at + timedelta(minutes=6)) == 1


def test_the_seat_is_where_somebody_pressed_last(app: Starlette, house: SmallHouse, laptop: Browser) -> None:
    assert ticket(laptop, "laptop", claim=True) == 200
    assert ticket(laptop, "phone", claim=True) == 200
    assert [ticket(laptop, "laptop", audience=each) for each in ("whip", "whep")] == [423, 423]
    assert ticket(laptop, "phone") == 200  # its line broke and comes back by itself
    assert ticket(laptop, "laptop", claim=True) == 200  # pressed again
    assert ticket(laptop, "phone") == 423


def test_what_the_room_says_of_itself_is_told_on_every_page(laptop: Browser) -> None:
    assert ticket(laptop, "laptop", claim=True) == 200
    assert ticket(laptop, "second", audience="socket") == 200


def test_strangers_get_no_code(browser: Browser, hour: OfficeHour) -> None:
    assert browser.fill("/login", f"/office-hours/{hour.id}/phone").status_code == 403
