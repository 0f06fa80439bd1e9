"""Ada's tab dies while she and Chris are on air: the picture goes on without her, staff and viewers read of it, and she
comes back to her tile. Then she goes on with her telephone, and leads alone when Bo's board is closed.
"""

import time

import pytest
from playwright.sync_api import expect

from ingest import timeline
from ingest.database import now
from ingest.people import Role
from tests.journeys.house import wait_for
from tests.journeys.on_air.story import OnAir, people_of
from tests.journeys.town import Town
from tests.journeys.visitors import PHONE, Album, Participant, Staff, room_state
from web import handover

pytestmark = pytest.mark.journey
LEFT_OUT_S = 9.0
"""Five to six seconds by the rule, and half as much again for a busy machine."""


@pytest.fixture(scope="module")
def bo(town: Town, on_air: OnAir) -> Staff:
    """The board, open beside it all."""
    bo = Staff(town.browser, town.origin)
    bo.goto("/login")
    bo.sign_in()
    bo.goto(f"/staff/office-hours/{on_air.hour.id}/board")
    return bo


def ada_of(town: Town, on_air: OnAir) -> str:
    return next(person.id for person in people_of(town, on_air.hour) if person.role is Role.HOST)


def events(town: Town, on_air: OnAir, kind: timeline.Kind) -> list[dict[str, object]]:
    found = timeline.read(town.house.archive.room(on_air.hour.id).timeline)
    return [event.values for event in found if event.kind is kind]


def test_a_host_whose_tab_dies_is_left_out_and_comes_back_to_the_same_tile(
    town: Town, on_air: OnAir, bo: Staff
) -> None:
    wait_for(lambda: town.programme_s(on_air.hour.id) >= 6, 60)
    ada, before = ada_of(town, on_air), events(town, on_air, timeline.Kind.SCENE)
    gone, context = time.monotonic(), on_air.host.page.context
    on_air.host.page.close(run_before_unload=False)
    wait_for(lambda: events(town, on_air, timeline.Kind.LOST), LEFT_OUT_S)
    print(f"left out after {time.monotonic() - gone:.1f} s")
    assert time.monotonic() - gone > 4.5  # who loads their page anew is back before
    assert events(town, on_air, timeline.Kind.LOST) == [{"people": [ada], "waits": False}]
    bo.sees("Ada ist weg")
    on_air.viewer.sees("Die Verbindung zu Ada ist unterbrochen.")
    bo.sees("Wie geht es ohne Ada weiter?", limit_ms=45_000)
    assert time.monotonic() - gone > 29
    bo.sees("Chris übernimmt")
    town.album.look(bo.page, "board-host-lost")
    on_air.host.page = context.new_page()
    on_air.host.goto(f"/office-hours/{on_air.hour.id}/host")
    on_air.host.start_camera()
    on_air.host.is_connected()
    wait_for(lambda: len(events(town, on_air, timeline.Kind.LOST)) == 2, 10)
    assert events(town, on_air, timeline.Kind.LOST)[-1] == {"people": [], "waits": False}
    on_air.host.sees_sign("on_air")
    expect(bo.page.get_by_text("Ada ist weg")).to_have_count(0)
    assert events(town, on_air, timeline.Kind.SCENE) == before


def test_the_telephone_takes_the_seat_and_the_other_device_falls_silent(town: Town, on_air: OnAir) -> None:
    host = on_air.host
    host.press("Mit dem Telefon weitermachen")
    expect(host.page.locator("#phone .qr")).to_be_visible()
    town.album.look(host.page, "host-phone-code", schemes=("dark",))
    host.press("Schließen")
    with town.house.database.transaction() as connection:  # what a camera reads off the code
        token = handover.make_link(connection, ada_of(town, on_air), now())
    phone = Participant(town.browser, town.origin, size=PHONE)
    phone.goto(f"/phone/{token}")
    town.album.look(phone.page, "phone-arrives")
    phone.press("Hier weitermachen")
    phone.page.wait_for_url("**/host", wait_until="load")
    host.is_connected()
    phone.start_camera()
    phone.is_connected()
    host.sees("Sie machen auf einem anderen Gerät weiter")
    town.album.look(host.page, "host-moved", schemes=("dark",))
    wait_for(lambda: room_state(town.origin, on_air.hour.id)["sending"] == 2, 10)
    assert host.page.evaluate("() => document.getElementById('own').srcObject") is None
    host.page.wait_for_timeout(3000)  # longer than a connection needs to come back by itself
    phone.is_connected()
    phone.sees_sign("on_air")
    on_air.host = phone


def test_without_staff_the_host_leads_alone_until_they_are_back(town: Town, on_air: OnAir, bo: Staff) -> None:
    expect(on_air.host.page.get_by_text("Sie leiten gerade allein")).to_have_count(0)
    bo.page.goto("about:blank")
    on_air.host.sees("Sie leiten gerade allein", limit_ms=40_000)
    town.album.look(on_air.host.page, "host-alone", schemes=("dark",), whole=True)
    bo.goto(f"/staff/office-hours/{on_air.hour.id}/board")
    expect(on_air.host.page.get_by_text("Sie leiten gerade allein")).to_have_count(0)


def test_the_pictures_can_be_looked_at(town: Town) -> None:
    assert isinstance(town.album, Album)
    print(town.album.folder)
    assert {"board-host-lost-light.png", "host-alone-dark.png"} <= {each.name for each in town.album.folder.iterdir()}
