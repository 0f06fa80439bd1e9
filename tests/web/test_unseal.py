"""What was cut: staff say why they look, keep and erase; whoever takes back being recorded is taken out of it."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import av
import pytest

from ingest import sealed, timeline
from ingest.archive import Room
from ingest.database import now
from ingest.live.mix.still import drawn
from ingest.live.mix.video import Encoder
from ingest.live.output.delay import Picture
from ingest.live.output.keeping import Keeping
from ingest.officehours import OfficeHour, State
from ingest.sealing import public_key
from ingest.timeline import Event, Kind
from tests.web.conftest import Browser, SmallHouse
from tests.web.test_consent_pages import join, person_of, take_back
from web import unsealing, worker


@pytest.fixture
def hour(new_hour: Callable[..., OfficeHour]) -> OfficeHour:
    return new_hour(State.BACKSTAGE)


@pytest.fixture
def room(house: SmallHouse, hour: OfficeHour) -> Room:
    """Of its broadcast one second was cut and sealed."""
    room = house.archive.room(hour.id)
    keeping = Keeping(room, 1, public_key(house.safe), 25)
    encoder = Encoder(width=160, height=90, frame_rate=25, bitrate=100_000, preset="ultrafast")
    for frame in range(25):
        data = encoder.encode(drawn(None, 160, 90), frame == 0)
        keeping.picture(Picture(frame=frame, data=data, keyframe=frame == 0, wall=now()))
    keeping.end()
    assert keeping.wait(10)
    return room


def page_of(hour: OfficeHour) -> str:
    return f"/staff/office-hours/{hour.id}/sealed"


def act(bo: Browser, hour: OfficeHour, do: str, why: str = "") -> Any:
    return bo.fill(page_of(hour), do=do, number="1", **{f"why-{do}-1": why})


def test_who_looks_says_why_and_the_film_plays(bo: Browser, hour: OfficeHour, room: Room) -> None:
    film = f"{page_of(hour)}/1.mp4"
    assert "Was unterbrochen wurde" in bo.get(f"/staff/office-hours/{hour.id}").text
    assert bo.get(film).status_code == 403
    unsaid = act(bo, hour, "open")
    assert (unsaid.status_code, "Bitte geben Sie den Grund an" in unsaid.text) == (422, True)
    assert act(bo, hour, "open", "Beschwerde 12").status_code == 303
    text = bo.get(page_of(hour)).text
    assert ("Beschwerde 12" in text, "bo@example.org" in text, f'src="{film}"' in text) == (True, True, True)
    whole = bo.get(film)
    assert (whole.status_code, whole.headers["cache-control"]) == (200, "no-store")
    with av.open(io.BytesIO(whole.content), "r") as file:
        assert len(list(file.decode(video=0))) == 25
    part = bo.get(film, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["content-range"] == f"bytes 4-7/{len(whole.content)}"
    assert bo.get(film, headers={"Range": "bytes=99999999-"}).status_code == 416


def test_a_quarter_of_an_hour_later_the_reason_has_to_be_said_again(bo: Browser, hour: OfficeHour, room: Room) -> None:
    act(bo, hour, "open", "Beschwerde 12")
    (stretch,) = sealed.stretches(room)
    assert unsealing.looking(stretch, "bo@example.org", now())
    assert not unsealing.looking(stretch, "bo@example.org", now() + unsealing.LOOK)
    assert not unsealing.looking(stretch, "dana@example.org", now())


def test_it_is_kept_for_a_reason_and_erased_by_name(bo: Browser, hour: OfficeHour, room: Room) -> None:
    assert act(bo, hour, "keep").status_code == 422
    act(bo, hour, "keep", "Es wurde Anzeige erstattet")
    assert "Aufbewahrt von bo@example.org" in bo.get(page_of(hour)).text
    act(bo, hour, "release")
    assert "Aufbewahrt von" not in bo.get(page_of(hour)).text
    assert act(bo, hour, "erase").status_code == 303
    assert not room.sealed_stretch(1).exists()
    assert "von bo@example.org" in bo.get(page_of(hour)).text
    assert bo.fill(page_of(hour).removesuffix("/sealed"), page_of(hour), do="erase", number="1").status_code == 404


def test_only_staff_see_it(browser: Browser, hour: OfficeHour, room: Room) -> None:
    for path in (page_of(hour), f"{page_of(hour)}/1.mp4"):
        assert browser.get(path).url.path == "/login"
    join(browser, hour)
    assert browser.get(page_of(hour)).status_code == 403


def on_air(room: Room, person: str, *, from_tick: int) -> None:
    """What the room wrote: somebody came on air at this tick, and ticks 300 to 400 were cut."""
    cut = {"on": True, "from": 300, "by": "bo", "sealed": 1}
    events = [
        Event(tick=0, kind=Kind.BEGIN, values={"tick_duration": "1/25"}),
        Event(tick=from_tick, kind=Kind.VISIBLE, values={"person": person, "on": True}),
        Event(tick=390, kind=Kind.CUT, values=cut),
        Event(tick=490, kind=Kind.CUT, values={"on": False, "from": 300, "until": 400, "by": "bo"}),
    ]
    room.timeline.write_text("".join(event.line() for event in sorted(events, key=lambda event: event.tick)))
    assert len(timeline.read(room.timeline)) == len(events)


@pytest.mark.parametrize(("scope", "from_tick", "stays"), [
    ("recording", 200, False), ("live", 200, False), ("all", 200, False), ("outside", 200, True), ("name", 200, True),
    ("recording", 401, True),
])  # fmt: skip
def test_whoever_takes_back_being_recorded_is_taken_out_of_what_was_sealed(
    browser: Browser, house: SmallHouse, hour: OfficeHour, room: Room, scope: str, from_tick: int, stays: bool
) -> None:
    join(browser, hour, outside="yes")
    on_air(room, person_of(house, hour).id, from_tick=from_tick)
    assert take_back(browser, hour, scope) == 303
    assert room.sealed_stretch(1).exists() is stays


def test_what_is_kept_for_a_reason_stays_and_staff_are_told(
    bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour, room: Room
) -> None:
    join(browser, hour)
    on_air(room, person_of(house, hour).id, from_tick=200)
    act(bo, hour, "keep", "Es wurde Anzeige erstattet")
    take_back(browser, hour, "recording")
    assert room.sealed_stretch(1).exists()
    assert "Jemand darin hat die Aufzeichnung zurückgenommen" in bo.get(page_of(hour)).text
    act(bo, hour, "release")
    any_house: Any = house
    worker.tidy(any_house)  # nobody erased it by hand
    assert not room.sealed_stretch(1).exists()


def test_the_sweep_takes_what_is_past_its_time(house: SmallHouse, room: Room) -> None:
    unsealing.sweep(house, now() + timedelta(days=29))
    assert room.sealed_stretch(1).exists()
    unsealing.sweep(house, now() + timedelta(days=31))
    assert not room.sealed_stretch(1).exists()
