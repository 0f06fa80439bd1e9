"""What is looked at before an office hour, when, and how staff are told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ingest import disk, store
from ingest.database import now
from ingest.officehours import OfficeHour, State
from ingest.people import Role
from questions import freshness
from tests.standins.postbox import postbox
from tests.web.conftest import ORIGIN, Browser, SmallHouse
from web import store as web_store
from web.preflight import looks, machine, people, rounds, timekeeping
from web.preflight import store as kept
from web.preflight.about import About
from web.preflight.lines import Line, Occasion, Report, due, green, missed, red
from web.sessions import COOKIE

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The house's mail server is nobody's: it is not looked for."""
    monkeypatch.setattr("questions.post.greet", lambda server: None)


@pytest.fixture
def at_noon(new_hour: Callable[..., OfficeHour]) -> OfficeHour:
    return new_hour(starts_at=NOON, created_at=NOON - 7 * DAY)


@pytest.mark.parametrize(
    ("before", "looked", "occasion"),
    [
        (25 * 60, {}, None),
        (24 * 60, {}, Occasion.DAY),
        (60, {Occasion.DAY: NOON - DAY}, None),
        (60, {Occasion.DAY: NOON - 3 * DAY}, Occasion.DAY),  # the start was moved since
        (5, {Occasion.DAY: NOON - DAY}, Occasion.SOON),
        (3, {}, Occasion.SOON),
        (3, {Occasion.SOON: NOON - 4 * MINUTE}, None),
        (0, {}, None),
    ],
)
def test_it_is_looked_a_day_and_five_minutes_before(
    at_noon: OfficeHour, before: int, looked: dict[Occasion, datetime], occasion: Occasion | None
) -> None:
    assert due(at_noon, looked, NOON - before * MINUTE) is occasion


def test_nobody_looks_at_what_is_cancelled(at_noon: OfficeHour) -> None:
    assert due(replace(at_noon, state=State.CANCELLED), {}, NOON - MINUTE) is None


def test_a_look_that_nobody_made_is_missed(at_noon: OfficeHour) -> None:
    assert not missed(at_noon, {}, NOON - DAY + 9 * MINUTE)
    assert missed(at_noon, {}, NOON - DAY + 11 * MINUTE)
    fresh = replace(at_noon, created_at=NOON - 60 * MINUTE)
    assert not missed(fresh, {}, NOON - 55 * MINUTE)


def test_the_clock_looks_once_at_what_is_near(house: SmallHouse, at_noon: OfficeHour, offline: None) -> None:
    at = NOON - DAY + MINUTE
    assert (rounds.look_ahead(house, at), rounds.look_ahead(house, at + MINUTE)) == (1, 0)
    with house.database.reading() as connection:
        (report,) = kept.reports_of(connection, at_noon.id)
    assert (report.occasion, report.at) == (Occasion.DAY, at)
    assert [line.what for line in report.lines] == list(looks.LOOKS)


def test_a_look_that_fails_is_red_and_hides_no_other(
    house: SmallHouse, hour: OfficeHour, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(about: About) -> Line:
        raise OSError("the disk does not answer")

    monkeypatch.setattr(looks, "LOOKS", {"Disk": broken, "Clock": lambda about: green("fine")})
    disk_line, clock = looks.examine(house, hour, Occasion.ASKED, now()).lines
    assert (disk_line.right, disk_line.values["reason"]) == (False, "the disk does not answer")
    assert clock == Line(what="Clock", right=True, found="fine")


def test_room_is_wanted_for_half_as_long_again(
    house: SmallHouse, new_hour: Callable[..., OfficeHour], monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = new_hour(planned_minutes=60)
    needed = machine.bytes_needed(hour, house.ingest.video_bitrate)
    assert needed == 90 * 60 * (2_500_000 + 200_000 + 4 * 1_600_000) // 8
    assert machine.bytes_needed(replace(hour, recorded=False), 2_500_000) < needed / 3
    spare = house.ingest.disk_spare_mb * disk.MEGABYTE
    for free, right in ((needed + spare, True), (needed + spare - 1, False)):
        monkeypatch.setattr(disk, "free_bytes", lambda folder, free=free: free)
        assert machine.room_on_the_disk(About(house=house, hour=hour, at=now())).right is right


def test_both_workers_give_signs_of_life(house: SmallHouse, hour: OfficeHour) -> None:
    rounds.sign(house, "light", NOON)
    rounds.sign(house, "light", NOON + MINUTE)
    line = machine.workers(About(house=house, hour=hour, at=NOON + MINUTE))
    assert (line.right, line.values) == (False, {"queues": "heavy"})
    rounds.sign(house, "heavy", NOON)
    assert machine.workers(About(house=house, hour=hour, at=NOON + MINUTE)).right
    assert not machine.workers(About(house=house, hour=hour, at=NOON + 4 * MINUTE)).right


def test_the_mail_server_is_greeted(house: SmallHouse, hour: OfficeHour) -> None:
    with postbox() as box:
        reached = replace(house.questions, smtp_host="127.0.0.1", smtp_port=box.port, smtp_security="none")
        assert people.letters(About(house=replace(house, questions=reached), hour=hour, at=NOON)).right
        assert box.mails == []
    line = people.letters(About(house=replace(house, questions=reached), hour=hour, at=NOON))
    assert (line.right, line.mend) == (
        False,
        "Check its address, or ask whoever runs it; letters wait until then.",
    )


def test_a_mailbox_that_nobody_reads_any_more_is_red(house: SmallHouse, hour: OfficeHour) -> None:
    fetched = replace(house, questions=replace(house.questions, imap_host="imap.example.org"))
    with house.database.transaction() as connection:
        freshness.promise(connection, NOON, 30.0)
    assert people.mailbox(About(house=fetched, hour=hour, at=NOON)).right
    assert not people.mailbox(About(house=fetched, hour=hour, at=NOON + DAY)).right


def test_a_model_that_is_not_here_is_red(house: SmallHouse, hour: OfficeHour) -> None:
    small = replace(house, transcode=replace(house.transcode, speech_model="small"))
    assert not machine.model(About(house=small, hour=hour, at=NOON)).right
    (house.ingest.data / "models" / "models--Systran--faster-whisper-small").mkdir(parents=True)
    assert machine.model(About(house=small, hour=hour, at=NOON)).right
    assert machine.model(About(house=small, hour=replace(hour, recorded=False), at=NOON)).right


@pytest.mark.parametrize(
    ("kept_by_kernel", "right"),
    [(timekeeping.InStep(True, 0.02), True), (timekeeping.InStep(False, 16.0), False), (None, False)],
)
def test_the_clock_is_right_when_something_says_so(
    house: SmallHouse, hour: OfficeHour, monkeypatch: pytest.MonkeyPatch, kept_by_kernel: Any, right: bool
) -> None:
    monkeypatch.setattr(timekeeping, "kernel", lambda: kept_by_kernel)
    assert machine.clock(About(house=house, hour=hour, at=NOON)).right is right


def test_a_set_time_server_is_asked(house: SmallHouse, hour: OfficeHour, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = replace(house, settings=replace(house.settings, time_server="time.example.org"))
    for ahead, right in ((-0.4, True), (2.5, False)):
        monkeypatch.setattr(timekeeping, "ahead_of_server", lambda server, ahead=ahead: ahead)
        assert machine.clock(About(house=asked, hour=hour, at=NOON)).right is right


def test_the_host_passes_the_device_check_on_their_page(
    app: Starlette, house: SmallHouse, hour: OfficeHour, bo: Browser
) -> None:
    about = About(house=house, hour=hour, at=now())
    with house.database.transaction() as connection:
        ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
        key = web_store.open_session(connection, account=None, person=ada.id, expires_at=now() + DAY)
    assert not people.host_devices(about).right
    browser = Browser(app, cookies={COOKIE: key})
    token = _token(browser, hour)
    for microphone, right in ((False, False), (True, True)):
        answer = browser.post(
            "/device-check",
            json={"camera": True, "microphone": microphone},
            headers={"Origin": ORIGIN, "X-Csrf": token},
        )
        assert (answer.status_code, people.host_devices(about).right) == (204, right)


def _token(browser: TestClient, hour: OfficeHour) -> str:
    page = browser.get(f"/office-hours/{hour.id}/host").text
    return page.split('data-csrf="')[1].split('"')[0]


def test_staff_look_at_the_list_and_look_again(bo: Browser, hour: OfficeHour, offline: None) -> None:
    page = f"/staff/office-hours/{hour.id}"
    assert "Jetzt prüfen" in bo.get(page).text
    assert bo.fill(page, f"{page}/preflight").status_code == 303
    shown = bo.get(f"{page}/preflight").text
    assert "Kamera und Mikrofon am Pult wurden noch nicht ausprobiert." in shown


def test_what_needs_somebody_stands_on_the_overview(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    report = Report(office_hour=hour.id, occasion=Occasion.DAY, at=NOON, lines=(red("no", "mend it"), green("yes")))
    with house.database.transaction() as connection:
        kept.keep(connection, report)
        kept.keep(connection, report)
    with house.database.reading() as connection:
        assert kept.reports_of(connection, hour.id) == [report]
    assert "1 Punkt vor Beginn zu klären" in bo.get("/staff").text
