"""A room and the site are killed while Ada and Chris are on air: both come back by themselves, viewers see no end."""

import os
import signal
import time

import pytest
from playwright.sync_api import Page

from ingest import commands, store
from ingest.people import SeatState
from tests.journeys.house import answers, wait_for
from tests.journeys.on_air.story import OnAir
from tests.journeys.town import Town
from tests.journeys.visitors import Staff, plays, processes, room_state

pytestmark = pytest.mark.journey
BACK_S = 10.0
"""Within this both are connected again: a second to notice, two of silence, a room that starts, a pause or two."""
LOADED = 3.0
"""How much slower a machine that runs other tests beside this one may be."""


def watch_link(page: Page) -> None:
    """From now on the page notes each state that its connection has."""
    page.evaluate(
        "() => { const link = document.getElementById('link-state'); window.linkStates = [];"
        " new MutationObserver(() => window.linkStates.push(link.dataset.state))"
        ".observe(link, { attributes: true, attributeFilter: ['data-state'] }); }"
    )


def link_states(page: Page) -> list[str]:
    """The states since `watch_link`."""
    return list(page.evaluate("() => window.linkStates"))


def kill(town: Town, *words: str) -> int:
    """The one process with these words in its command line, as the kernel would; returns its id."""
    (found,) = processes(town.data, *words)
    os.kill(found, signal.SIGKILL)
    return found


def test_people_come_back_by_themselves_when_their_room_is_killed(town: Town, on_air: OnAir) -> None:
    wait_for(lambda: town.programme_s(on_air.hour.id) >= 6, 60)
    for person in on_air.people:
        watch_link(person.page)
    killed = kill(town, "ingest.live.room")
    begun = time.monotonic()

    def both_are_back() -> bool:
        seen = [link_states(person.page) for person in on_air.people]
        return all("again" in states and states[-1] == "connected" for states in seen)

    wait_for(both_are_back, BACK_S * LOADED)
    print(f"back after {time.monotonic() - begun:.1f} s")
    for person in on_air.people:
        person.sees_sign("on_air")
        person.plays("#programme-video")
    wait_for(lambda: room_state(town.origin, on_air.hour.id)["sending"] == 2, 20)
    assert killed not in processes(town.data, "ingest.live.room")
    print(f"in the picture again after {time.monotonic() - begun:.1f} s")
    plays(on_air.viewer.page, seconds=1.0)
    print(f"seen outside after {time.monotonic() - begun:.1f} s")


def test_nobody_notices_that_the_site_was_killed(town: Town, on_air: OnAir) -> None:
    rooms = set(processes(town.data, "ingest.live.room"))
    for person in on_air.people:
        watch_link(person.page)
    killed = kill(town, "web", "site")
    plays(on_air.viewer.page, seconds=3.0)
    wait_for(lambda: answers(town.origin, "/health"), 30)
    assert set(processes(town.data, "web", "site")) - {killed}
    for person in on_air.people:
        person.plays("#programme-video", seconds=2.0)
        person.sees_sign("on_air")
        assert link_states(person.page) == []
    assert set(processes(town.data, "ingest.live.room")) == rooms
    assert room_state(town.origin, on_air.hour.id)["sending"] == 2
    with town.house.database.reading() as connection:
        seats = store.seats_of(connection, on_air.hour.id)
    assert [seat.state for seat in seats if seat.state is SeatState.ON_AIR] == [SeatState.ON_AIR] * len(on_air.people)


def test_the_replay_is_one_in_spite_of_all(town: Town, on_air: OnAir) -> None:
    with town.house.database.transaction() as connection:
        commands.write(connection, on_air.hour.id, commands.Kind.END)
    for person in on_air.people:
        person.sees_sign("not_on_air")
    staff = Staff(town.browser, town.origin)
    staff.goto("/login")
    staff.sign_in()
    staff.goto(f"/replay/{on_air.hour.id}")
    staff.page.wait_for_function("() => document.querySelector('#player').duration > 0")
    broken_at_s, length_s = break_and_length(town, on_air)
    video = staff.page.locator("#player")
    assert abs(video.evaluate("video => video.duration") - length_s) < 1
    video.evaluate("(video, at) => { video.muted = true; video.currentTime = at; video.play(); }", broken_at_s - 2)
    staff.page.wait_for_function(
        "until => document.querySelector('#player').currentTime > until", arg=broken_at_s + 1.5, timeout=30_000
    )


def break_and_length(town: Town, on_air: OnAir) -> tuple[float, float]:
    """Where the recording says it was interrupted, and how long it is, in seconds of media time."""
    playlist = town.house.archive.room(on_air.hour.id).programme().playlist("video").read_text()
    assert playlist.rstrip().endswith("#EXT-X-ENDLIST")
    before, _, after = playlist.partition("#EXT-X-DISCONTINUITY\n")
    assert after, "the break is not in the playlist"
    assert "#EXT-X-DISCONTINUITY\n" not in after

    def seconds(text: str) -> float:
        lines = [line for line in text.splitlines() if line.startswith("#EXTINF:")]
        return sum(float(line.removeprefix("#EXTINF:").split(",")[0]) for line in lines)

    return seconds(before), seconds(playlist)
