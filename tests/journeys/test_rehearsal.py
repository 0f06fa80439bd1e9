"""Bo rehearses with Ada before the office hour: the same room and buttons, marked, and gone when it is erased."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ingest import store
from ingest.live.mix.mark import AMBER
from tests.journeys.house import answers, environment, house_in, serving, wait_for
from tests.journeys.visitors import DESK, PHONE, Album, Participant, Staff, Visitor, complaints, plays, room_state
from tests.standins.browser import WatchedBrowser, chromium
from tests.standins.media import Region, mean_colour
from tests.standins.servers import free_port
from web.house import House

pytestmark = [pytest.mark.journey, pytest.mark.beside]

PLATE = Region(0.46, 0.0, 0.54, 8 / 720)
"""The upper edge of the plate in the upper middle, above its letters."""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, House]]:
    environ = environment(tmp_path_factory.mktemp("data"))
    with serving(environ, free_port()) as origin, house_in(environ) as house:
        yield origin, house


@pytest.fixture(scope="module")
def browser(films: Path) -> Iterator[WatchedBrowser]:
    with chromium(camera=films / "ada.mjpeg", microphone=films / "ada.wav") as browser:
        yield browser


def recorded(house: House, id: str, folder: Path) -> Path:
    """The beginning of what was recorded, as a file."""
    programme = house.archive.room(id).programme()
    wait_for(lambda: len(programme.segments("video")) > 1, 30)
    file = folder / "beginning.mp4"
    file.write_bytes(programme.init("video").read_bytes() + programme.segment("video", 1).read_bytes())
    return file


def test_a_rehearsal_from_its_button_to_its_erasure(
    product: tuple[str, House], browser: WatchedBrowser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    origin, house = product
    album, folder = Album(tmp_path_factory.mktemp("pictures")), tmp_path_factory.mktemp("recorded")
    bo = Staff(browser, origin)
    bo.goto("/login")
    bo.sign_in()
    bo.goto("/staff/office-hours/new")
    real = bo.announce("Sprechstunde im Advent")
    bo.press("Proben")
    bo.sees("Das ist eine Probe")
    id = bo.page.url.rsplit("/", 1)[1]
    album.look(bo.page, "rehearsal-hour", whole=True)
    bo.press("Raum öffnen")
    ada = Participant(browser, origin, size=DESK)
    ada.page.goto(bo.page.locator('input[value*="/host/"]').input_value())
    ada.start_camera()
    ada.is_connected()
    album.look(ada.page, "rehearsal-host", schemes=("dark",))
    expect(ada.page.locator("#level-fine")).to_be_visible()
    bo.goto(f"/staff/office-hours/{id}/board")
    bo.column("Jetzt und gleich").press("Auf Sendung gehen")
    ada.sees_sign("on_air")
    album.look(bo.page, "rehearsal-board")
    chris = Visitor(browser, origin, size=PHONE)
    chris.goto("/")
    assert id not in chris.page.content()
    chris.goto(f"/office-hours/{id}")
    plays(chris.page)
    expect(chris.page.locator(".rehearsal")).to_contain_text("Probe")
    album.look(chris.page, "rehearsal-live", schemes=("light",))
    plate = mean_colour(recorded(house, id, folder), PLATE, at_s=1.0)
    assert all(abs(seen - meant) < 25 for seen, meant in zip(plate, AMBER, strict=True)), plate
    chris.close()
    bo.goto(f"/staff/office-hours/{real}")
    bo.page.get_by_role("button", name=re.compile("prüfen$")).click()  # anew, if it was done by itself meanwhile
    bo.sees("Beide wurden ausprobiert")
    faults = complaints(browser)  # A page that hangs up while the room closes hears 404, which is nobody's fault.
    bo.goto(f"/staff/office-hours/{id}/board")
    bo.column("Jetzt und gleich").press("Beenden")
    bo.page.get_by_role("dialog").get_by_role("button", name="Beenden", exact=True).click()
    ada.sees("Sie können sich voneinander verabschieden")
    ada.press("Raum verlassen")
    ada.sees_sign("over")
    ada.close()
    wait_for(lambda: not room_state(origin, id)["open"], 60)
    bo.goto(f"/staff/office-hours/{id}")
    assert "Aufzeichnung freigeben" not in bo.page.content()
    bo.press("Jetzt löschen")
    expect(bo.page).to_have_url(f"{origin}/staff/office-hours/{real}")
    assert not answers(origin, f"/office-hours/{id}")
    assert not house.archive.room(id).root.exists()
    with house.database.reading() as connection:
        assert store.rehearsals(connection) == []
    bo.close()
    assert (album.wrong, faults) == ([], [])
