"""A citizen tries their devices with a telephone, reads four digits to Bo, and Bo finds what was wrong.

The line is a real one: sound and picture go to the studio and come back, and are gone afterwards.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.house import environment, serving
from tests.journeys.visitors import PHONE, Album, Staff, Visitor, complaints
from tests.standins.browser import WatchedBrowser, chromium
from tests.standins.servers import free_port

pytestmark = [pytest.mark.journey, pytest.mark.beside]
TEST_MS = 60_000
"""Eight seconds of the line, up to twelve for a voice, and a busy machine."""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(environment(tmp_path_factory.mktemp("data")), free_port()) as origin:
        yield origin


@pytest.fixture(scope="module")
def browser(films: Path) -> Iterator[WatchedBrowser]:
    with chromium(camera=films / "chris.mjpeg", microphone=films / "chris.wav") as browser:
        yield browser


def verdict(visitor: Visitor, answer: str) -> str:
    """What the page says after Chris has answered whether the tone was heard."""
    visitor.press(answer)
    expect(visitor.page.locator("#verdict")).to_be_visible(timeout=TEST_MS)
    return visitor.page.locator("#verdict-sentence").inner_text()


def test_everything_is_tried_and_staff_look_it_up(
    origin: str, browser: WatchedBrowser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    album = Album(tmp_path_factory.mktemp("pictures"))
    chris = Visitor(browser, origin, size=PHONE)
    chris.goto("/test")
    album.look(chris.page, "test", whole=True)
    chris.press("Test beginnen")
    album.look(chris.page, "test-running", schemes=("light",), whole=True)
    assert verdict(chris, "Ja, ich höre ihn") == "Alles funktioniert: Sie können mit Bild und Ton teilnehmen."
    album.look(chris.page, "test-done", whole=True)
    assert int(chris.page.locator("#line-lost").inner_text()) == 0
    code = chris.page.locator("#verdict-code").inner_text()
    assert re.fullmatch(r"\d{4}", code)
    bo = Staff(browser, origin)
    bo.goto("/login")
    bo.sign_in()
    bo.goto("/staff/tests")
    bo.fill("Vier Ziffern", code)
    bo.press("Nachsehen")
    bo.sees("Alles funktioniert")
    back, sent = re.search(r"(\d+) von (\d+) kbit/s", bo.page.inner_text("main")).groups()  # type: ignore[union-attr]
    assert int(back) > 0.95 * int(sent) > 300
    album.look(bo.page, "test-code")
    chris.close()
    bo.close()
    assert (album.wrong, complaints(browser)) == ([], [])
    browser.assert_stayed_home()


def test_who_hears_nothing_is_told_what_to_do(origin: str, browser: WatchedBrowser) -> None:
    chris = Visitor(browser, origin, size=PHONE)
    chris.goto("/test")
    chris.press("Test beginnen")
    assert verdict(chris, "Nein").startswith("Alles funktioniert außer dem Lautsprecher")
    chris.close()
