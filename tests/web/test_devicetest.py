"""What a browser measured of itself becomes one sentence and a code; staff look it up for a day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import Any

import pytest
from starlette.applications import Starlette

from ingest.database import now
from tests.web.conftest import ORIGIN, Browser, SmallHouse
from web.devicetest import store
from web.devicetest.verdict import Facts, Verdict, family, is_in_app, read, verdict

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
FINE = Facts(
    browser=True, camera=True, microphone=True, voice=True, loudspeaker=True, socket=True, connected=True,
    sent_kbps=1000, back_kbps=980, lost=0.0, delay_ms=30,
)  # fmt: skip
MEASURED = {
    "browser": True, "camera": True, "microphone": True, "voice": True, "loudspeaker": True, "socket": True,
    "connected": True, "sent_kbps": 1000, "back_kbps": 980, "lost": 0, "delay_ms": 30,
}  # fmt: skip
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, Verdict.FINE),
        ({"loudspeaker": None}, Verdict.FINE),
        ({"browser": False}, Verdict.BROWSER),
        ({"in_app": True}, Verdict.FINE),
        ({"in_app": True, "camera": False}, Verdict.IN_APP),
        ({"connected": False}, Verdict.NO_LINE),
        ({"connected": False, "busy": True}, Verdict.BUSY),
        ({"microphone": False}, Verdict.NO_MICROPHONE),
        ({"lost": 0.16}, Verdict.UNSTEADY),
        ({"delay_ms": 1501}, Verdict.UNSTEADY),
        ({"camera": False}, Verdict.NO_CAMERA),
        ({"back_kbps": 299}, Verdict.SLOW),
        ({"lost": 0.06}, Verdict.SLOW),
        ({"delay_ms": 601}, Verdict.SLOW),
        ({"voice": False}, Verdict.SILENT),
        ({"loudspeaker": False}, Verdict.LOUDSPEAKER),
        ({"socket": False}, Verdict.SOCKET),
        ({"camera": False, "voice": False, "connected": False}, Verdict.NO_LINE),
    ],
)
def test_the_worst_is_said_first(changed: dict[str, Any], found: Verdict) -> None:
    assert verdict(replace(FINE, **changed)) is found


def test_what_a_page_sends_is_read() -> None:
    assert read(MEASURED) == FINE


def test_strange_values_count_as_not_working() -> None:
    strange = dict.fromkeys(MEASURED, "yes") | {"lost": float("nan"), "delay_ms": -5, "back_kbps": 10**9}
    assert read(strange) == Facts(back_kbps=100_000)


@pytest.mark.parametrize(
    ("user_agent", "name", "in_app"),
    [
        (IPHONE + "Version/18.1 Mobile/15E148 Safari/604.1", "Safari, phone", False),
        (IPHONE + "Mobile/15E148 Instagram 300.0.0.0", "?, phone", True),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox", False),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131 Safari/537.36",
            "Chrome",
            False,
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131 Safari/537.36 Edg/131.0", "Edge", False),
        ("", "?", False),
    ],
)
def test_of_a_browser_only_its_family_is_kept(user_agent: str, name: str, in_app: bool) -> None:
    assert (family(user_agent), is_in_app(user_agent)) == (name, in_app)


def test_a_code_is_free_and_gone_after_a_day(house: SmallHouse) -> None:
    with house.database.transaction() as connection:
        first = store.keep(connection, Verdict.FINE, FINE, "Firefox", NOON, lambda: 7)
        draws = iter([7, 7, 4711])
        second = store.keep(connection, Verdict.FINE, FINE, "Firefox", NOON, lambda: next(draws))
        assert (first.code, second.code) == ("0007", "4711")
        assert store.find(connection, "0007", NOON + timedelta(hours=23)) == first
        assert store.find(connection, "0007", NOON + timedelta(hours=24)) is None
        assert store.forget(connection, NOON + timedelta(hours=24)) == 2


def test_when_codes_run_out_an_old_test_gives_way(house: SmallHouse) -> None:
    with house.database.transaction() as connection:
        store.keep(connection, Verdict.SLOW, FINE, "?", NOON, lambda: 1)
        draws = chain([1] * (store.TRIES - 1), repeat(1))
        newest = store.keep(connection, Verdict.FINE, FINE, "?", NOON, lambda: next(draws))
        assert store.find(connection, "0001", NOON) == newest


def measured_by(browser: Browser, **changed: Any) -> dict[str, Any]:
    token = browser.get("/test").text.split('data-csrf="')[1].split('"')[0]
    answer = browser.post("/test", json=MEASURED | changed, headers={"Origin": ORIGIN, "X-Csrf": token})
    assert answer.status_code == 200
    said: dict[str, Any] = answer.json()
    return said


def test_a_stranger_gets_a_sentence_and_staff_find_it_by_its_code(browser: Browser, bo: Browser) -> None:
    said = measured_by(browser, camera=False)
    assert said["kind"] == "warning"
    assert said["sentence"] == "Sie können nur mit Ton teilnehmen: Es wurde keine Kamera gefunden oder erlaubt."
    page = bo.get("/staff/tests", params={"code": said["code"]}).text
    assert said["sentence"] in page
    assert "980 von 1000 kbit/s kamen zurück, 0 % verloren, 30 ms hin und zurück" in page


def test_only_staff_look_up_codes(browser: Browser) -> None:
    assert browser.get("/staff/tests", params={"code": "1234"}, follow_redirects=False).status_code == 303


def test_unknown_digits_say_what_to_do(bo: Browser) -> None:
    assert "Zu diesen Ziffern gibt es keinen Test" in bo.get("/staff/tests", params={"code": "12 34"}).text


def test_one_address_cannot_take_all_codes(app: Starlette, browser: Browser) -> None:
    for _ in range(60):
        app.state.tested.allows("testclient")
    token = browser.get("/test").text.split('data-csrf="')[1].split('"')[0]
    assert browser.post("/test", json=MEASURED, headers={"Origin": ORIGIN, "X-Csrf": token}).status_code == 429


def test_nothing_is_kept_that_says_who_it_was(browser: Browser, house: SmallHouse) -> None:
    said = measured_by(browser)
    with house.database.reading() as connection:
        row = store.find(connection, said["code"], now())
    assert row is not None
    assert (row.facts, row.browser) == (FINE, "?")
