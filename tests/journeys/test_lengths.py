"""An office hour of any length ends, and its replay is there at once."""

import json
import time
from pathlib import Path

import pytest

from ingest import commands, store, timeline
from ingest.archive import write_text
from ingest.database import now, random_id
from ingest.officehours import OfficeHour, State
from ingest.timeline import Kind
from tests.journeys.house import FIRST_RUN, environment, house_in, serving, wait_for
from tests.standins.recorded import cast, record
from tests.standins.reel import Form
from tests.standins.servers import free_port
from web.demo.browser import Browser
from web.house import House

READY_S = 2.0


@pytest.mark.parametrize(
    "length_s", [pytest.param(30, marks=pytest.mark.soak), pytest.param(3600, marks=pytest.mark.journey)]
)
def test_the_replay_is_there_two_seconds_after_the_end_whatever_the_length(tmp_path: Path, length_s: int) -> None:
    form = Form()
    environ = environment(
        tmp_path,
        OFFICEHOURS_VIDEO_WIDTH=str(form.width),
        OFFICEHOURS_VIDEO_HEIGHT=str(form.height),
        OFFICEHOURS_VIDEO_BITRATE=str(form.bitrate),
        OFFICEHOURS_VIDEO_PRESET=form.preset,
    )
    with house_in(environ) as house:
        hour = running_for(house, length_s, form)
        with serving(environ, free_port()) as origin:
            staff = Browser(origin)
            login = {"email": FIRST_RUN["OFFICEHOURS_STAFF_EMAIL"], "password": FIRST_RUN["OFFICEHOURS_STAFF_PASSWORD"]}
            assert staff.fill_in("/login", login).status == 200
            wait_for(lambda: (room(origin, hour)["seconds"] or 0) > length_s, 40)
            with house.database.transaction() as connection:
                commands.write(connection, hour.id, commands.Kind.END)
            pressed = time.monotonic()
            wait_for(lambda: playable(house, staff, hour), 20)
            ready_s = time.monotonic() - pressed
    print(f"{length_s} s of programme: replay after {ready_s:.2f} s")
    assert ready_s <= READY_S


def running_for(house: House, length_s: int, form: Form) -> OfficeHour:
    """An office hour that has been on air for so long and whose room has just died: the studio will go on with it."""
    id = random_id()
    recording = record(house.archive, id, cast(2), length_s=length_s, form=form, tracks=False)
    path = recording.room.timeline
    events = [event for event in timeline.read(path) if event.kind is not Kind.END]
    write_text(path, "".join(event.line() for event in events))
    for kind in ("video", "audio"):
        playlist = recording.room.programme().playlist(kind)
        write_text(playlist, playlist.read_text().replace("#EXT-X-ENDLIST\n", ""))
    with house.database.transaction() as connection:
        hour = store.add_office_hour(
            connection, id=id, title="Sprechstunde", host_name="Ada", starts_at=now(), state=State.ON_AIR
        )
        store.add_edition(connection, id, address=random_id(), tick_duration=f"1/{form.frame_rate}")
    return hour


def room(origin: str, hour: OfficeHour) -> dict[str, float | None]:
    found: dict[str, float | None] = json.loads(Browser(origin).get(f"/live/room/{hour.id}").body)
    return found


def playable(house: House, staff: Browser, hour: OfficeHour) -> bool:
    """Staff get the whole playlist and its last segment."""
    with house.database.reading() as connection:
        edition = store.edition_of(connection, hour.id)
    assert edition is not None
    root = f"/media/{edition.address}/programme/1/video"
    playlist = staff.get(f"{root}/index.m3u8")
    if playlist.status != 200 or "#EXT-X-ENDLIST" not in playlist.text:
        return False
    return staff.get(f"{root}/{playlist.text.splitlines()[-2]}").status == 200
