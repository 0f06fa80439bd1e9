"""Files of a recording: for everybody once released, before that for host and staff only."""

from collections.abc import Callable

import pytest

from ingest import mirror, store
from ingest.database import now
from ingest.objects import open_objects
from ingest.officehours import OfficeHour, State, Visibility
from ingest.shared import SharedArchive
from tests.web.conftest import Browser, SmallHouse

ADDRESS = "a" * 32


@pytest.fixture
def hour(house: SmallHouse, new_hour: Callable[..., OfficeHour]) -> OfficeHour:
    """Ended, with one segment, a track that nobody may fetch, and captions."""
    hour = new_hour(State.ENDED)
    with house.database.transaction() as connection:
        store.add_edition(connection, hour.id, address=ADDRESS, duration_ticks=900, tick_duration="1/30")
    room = house.archive.room(hour.id)
    for path, text in {
        room.programme().segment("video", 1): "0123456789",
        room.track("chris"): "private",
        room.captions("de"): "WEBVTT\n\n00:01.000 --> 00:02.000\nGuten Abend &amp; willkommen\n",
        room.chapters: "WEBVTT\n\nopening\n00:00.000 --> 00:30.000\nBegrüßung\n",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return hour


def release(house: SmallHouse, hour: OfficeHour, goal: Visibility = Visibility.RELEASED) -> None:
    with house.database.transaction() as connection:
        store.set_visibility(connection, hour.id, goal, now())


SEGMENT = f"/media/{ADDRESS}/programme/1/video/00000001.m4s"


def test_unreleased_files_are_gone_for_the_public_and_there_for_staff(
    browser: Browser, bo: Browser, hour: OfficeHour
) -> None:
    assert [each.get(SEGMENT).status_code for each in (browser, bo)] == [410, 200]
    assert [each.get(f"/replay/{hour.id}").status_code for each in (browser, bo)] == [410, 200]


def test_released_files_come_in_ranges(browser: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    release(house, hour)
    answer = browser.get(SEGMENT, headers={"Range": "bytes=2-4"})
    assert (answer.status_code, answer.text, answer.headers["content-range"]) == (206, "234", "bytes 2-4/10")


def test_files_taken_back_are_gone(browser: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    release(house, hour)
    release(house, hour, Visibility.WITHDRAWN)
    assert browser.get(SEGMENT).status_code == 410


@pytest.mark.parametrize(
    "path",
    ["tracks/chris.mkv", "timeline.jsonl", "programme/../tracks/chris.mkv", "programme/1/none.m4s", "captions/", ""],
)
def test_nothing_else_is_served(browser: Browser, house: SmallHouse, hour: OfficeHour, path: str) -> None:
    release(house, hour)
    assert browser.get(f"/media/{ADDRESS}/{path}").status_code == 404
    assert browser.get(f"/media/{ADDRESS}/{path.replace('..', '%2e%2e')}").status_code == 404


def test_the_replay_needs_no_script(browser: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    release(house, hour)
    page = browser.get(f"/replay/{hour.id}").text
    for piece in ('kind="captions"', "Guten Abend &amp; willkommen", "Begrüßung"):
        assert piece in page


def test_an_unknown_question_leads_nowhere(browser: Browser) -> None:
    assert browser.get("/q/none").status_code == 404


@pytest.fixture
def stored(house: SmallHouse, hour: OfficeHour) -> SharedArchive:
    """The same recording in an object store; in the folder are only the small files."""
    objects = open_objects("memory:///")
    archive = SharedArchive(house.archive.root, objects, house.ingest.data / "mirror")
    archive.room(hour.id).timeline.write_text("{}", encoding="utf-8")
    archive.put(hour.id)
    archive.free(hour.id, mirror.is_small)
    object.__setattr__(house, "archive", archive)
    release(house, hour)
    return archive


def test_from_a_store_the_site_hands_on_ranges_and_the_whole(browser: Browser, stored: SharedArchive) -> None:
    part = browser.get(SEGMENT, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.text, part.headers["content-range"]) == (206, "234", "bytes 2-4/10")
    assert (browser.get(SEGMENT).text, browser.head(SEGMENT).headers["content-length"]) == ("0123456789", "10")
    outside = browser.get(SEGMENT, headers={"Range": "bytes=10-"})
    assert outside.status_code == 416
    assert browser.get(SEGMENT.replace("00000001", "00000002")).status_code == 404


def test_from_a_store_nothing_comes_that_was_taken_back_or_erased(
    browser: Browser, house: SmallHouse, hour: OfficeHour, stored: SharedArchive
) -> None:
    release(house, hour, Visibility.WITHDRAWN)
    assert browser.get(SEGMENT).status_code == 410
    release(house, hour)
    stored.erase(hour.id)
    assert browser.get(SEGMENT).status_code == 404


def test_what_is_not_yet_in_the_store_is_served_from_the_folder_where_it_was_recorded(
    browser: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    object.__setattr__(
        house, "archive", SharedArchive(house.archive.root, open_objects("memory:///"), house.ingest.data / "mirror")
    )
    release(house, hour)
    assert browser.get(SEGMENT).text == "0123456789"
