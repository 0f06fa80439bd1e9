"""What happens to people on air: a page is loaded anew, a camera is unplugged, a ticket is copied."""

import time
from functools import partial
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import av
import playwright.sync_api
import pytest

from ingest import timeline
from ingest.archive import Room
from tests.journeys.house import wait_for
from tests.journeys.on_air.story import OnAir, people_of
from tests.journeys.town import Town
from tests.journeys.visitors import processes, room_state

pytestmark = pytest.mark.journey
RELOADS = 10
UNPLUG = """() => {
  const [track] = document.getElementById("own").srcObject.getVideoTracks();
  track.stop();
  track.dispatchEvent(new Event("ended"));
  return track.id;
}"""
CAMERA = "() => document.getElementById('own').srcObject?.getVideoTracks()[0]"


def room_of(town: Town, on_air: OnAir) -> Room:
    return town.house.archive.room(on_air.hour.id)


def threads(town: Town) -> int:
    (room,) = processes(town.data, "ingest.live.room")
    return len(list(Path(f"/proc/{room}/task").iterdir()))


def filled(track: Path) -> bool:
    return track.stat().st_size > 0


def chris(town: Town, on_air: OnAir) -> str:
    """The guest's id."""
    return next(person.id for person in people_of(town, on_air.hour) if person.name == "Chris")


def gaps(town: Town, on_air: OnAir, person: str) -> list[bool]:
    """What the timeline says of this person's silence."""
    events = timeline.read(room_of(town, on_air).timeline)
    found = [event.values for event in events if event.kind is timeline.Kind.GAP]
    return [bool(values["on"]) for values in found if values["person"] == person]


def test_a_guest_who_loads_their_page_ten_times_keeps_seat_and_tile(town: Town, on_air: OnAir) -> None:
    wait_for(lambda: town.programme_s(on_air.hour.id) >= 4, 60)
    before = threads(town)
    for _ in range(RELOADS):
        on_air.guest.page.reload()
        on_air.guest.start_camera()
        on_air.guest.is_connected()
    on_air.guest.sees_sign("on_air")
    on_air.guest.plays("#programme-video")
    wait_for(lambda: room_state(town.origin, on_air.hour.id)["sending"] == 2, 20)
    person = chris(town, on_air)
    wait_for(lambda: not gaps(town, on_air, person) or not gaps(town, on_air, person)[-1], 10)
    shown = [
        event.values
        for event in timeline.read(room_of(town, on_air).timeline)
        if event.kind is timeline.Kind.VISIBLE and event.values["person"] == person
    ]
    assert [each["on"] for each in shown] == [True]  # never taken off
    wait_for(lambda: threads(town) <= before + 4, 20)  # a track that is being finished, a camera that just ended
    room = room_of(town, on_air)
    number = len(list(room.tracks.glob(f"{person}*.mkv")))
    assert number >= 2
    for part in [room.track(person, each) for each in range(1, number)]:  # the last one is being written
        wait_for(partial(filled, part), 20)
        with av.open(str(part)) as file:
            assert sum(1 for packet in file.demux() if packet.size) > 0


def test_a_camera_that_is_unplugged_is_replaced_without_a_gap(town: Town, on_air: OnAir) -> None:
    person = chris(town, on_air)
    before = gaps(town, on_air, person)
    unplugged = on_air.guest.page.evaluate(UNPLUG)
    on_air.guest.page.wait_for_function(
        f"old => {{ const track = ({CAMERA})(); return track?.readyState === 'live' && track.id !== old; }}",
        arg=unplugged,
    )
    on_air.guest.plays("#own")
    began = time.monotonic()
    wait_for(lambda: time.monotonic() - began > 4, 10)  # twice what makes a gap
    assert gaps(town, on_air, person) == before
    on_air.guest.is_connected()


def test_a_host_shares_their_screen_and_takes_it_back(town: Town, on_air: OnAir) -> None:
    ada = next(person.id for person in people_of(town, on_air.hour) if person.name == "Ada")

    def seen() -> list[bool]:
        events = timeline.read(room_of(town, on_air).timeline)
        found = [event.values for event in events if event.kind is timeline.Kind.VISIBLE]
        return [bool(values["on"]) for values in found if values["person"] == f"{ada}:screen"]

    assert on_air.guest.page.locator("#share").is_hidden()
    on_air.host.press("Bildschirm teilen")
    wait_for(lambda: seen() == [True], 20)
    assert room_state(town.origin, on_air.hour.id)["sending"] == 2
    on_air.host.press("Bildschirm teilen")
    wait_for(lambda: seen() == [True, False], 20)
    on_air.host.is_connected()
    assert not list(room_of(town, on_air).tracks.glob("*screen*"))


@pytest.fixture
def offered(on_air: OnAir) -> playwright.sync_api.Request:
    """The guest's next offer, as somebody beside them sees it."""
    with on_air.guest.page.expect_request("**/live/whip") as found:
        on_air.guest.page.reload()
        on_air.guest.start_camera()
    on_air.guest.is_connected()
    return found.value


def test_a_ticket_used_by_somebody_else_is_refused_and_disturbs_nobody(
    town: Town, on_air: OnAir, offered: playwright.sync_api.Request
) -> None:
    headers = {"Authorization": offered.headers["authorization"], "Content-Type": "application/sdp"}
    copied = Request(f"{town.origin}/live/whip", (offered.post_data or "").encode(), headers)
    with pytest.raises(HTTPError) as refused:
        urlopen(copied, timeout=10)
    assert refused.value.code == 409
    assert "already used" in refused.value.read().decode()
    assert room_state(town.origin, on_air.hour.id)["sending"] == 2
    on_air.guest.sees_sign("on_air")
