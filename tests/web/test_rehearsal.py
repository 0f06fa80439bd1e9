"""Bo rehearses: the same pages behind a private address, marked, never public, erased after a day."""

import fcntl
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette

from ingest import commands, erasing, store
from ingest.database import metadata, now, random_id
from ingest.officehours import OfficeHour, Rehearsed, State, Visibility
from ingest.people import Role, Scope
from publish import pipeline
from questions import reach
from questions import store as questions
from tests.web.conftest import ORIGIN, Browser, SmallHouse
from web import rehearsal, sessions
from web import store as web_store
from web.preflight import store as kept
from web.preflight.lines import Occasion, Report, due

DAY = timedelta(days=1)
Announce = Callable[..., OfficeHour]


@pytest.fixture
def probe(house: SmallHouse, hour: OfficeHour) -> OfficeHour:
    """A rehearsal of the office hour."""
    with house.database.transaction() as connection:
        return rehearsal.begin(connection, house.safe, hour, now())


def stays(house: SmallHouse, id: str) -> bool:
    with house.database.reading() as connection:
        try:
            store.office_hour(connection, id)
        except store.NotFound:
            return False
        return True


def test_the_button_makes_one_and_finds_it_again(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    page = f"/staff/office-hours/{hour.id}"
    first, again = (bo.fill(page, f"{page}/rehearse").headers["location"] for _ in range(2))
    assert first == again
    shown = bo.get(first).text
    assert "Das ist eine Probe" in shown
    assert f"{ORIGIN}/host/" in shown
    assert first in bo.get(page).text
    assert bo.fill(page, f"{first}/rehearse").status_code == 409
    with house.database.reading() as connection:
        (made,) = store.rehearsals(connection, hour.id)
    assert getattr(made, "short", None) is None  # an address that can be read aloud can be guessed
    assert (made.title, made.host_name, made.state, made.question_mail) == (hour.title, "Ada", State.OPEN, "")


def test_nothing_lists_it(bo: Browser, app: Starlette, house: SmallHouse, probe: OfficeHour) -> None:
    with house.database.reading() as connection:
        assert probe.id not in [each.id for each in store.all_office_hours(connection)]
    assert probe.id not in bo.get("/staff").text
    assert probe.id not in Browser(app).get("/").text


def test_every_page_of_it_says_so_and_no_other(app: Starlette, hour: OfficeHour, probe: OfficeHour) -> None:
    chris = Browser(app)
    for path in ("", "/join", "/ask"):
        page = chris.get(f"/office-hours/{probe.id}{path}").text
        assert '<aside class="rehearsal" aria-label="Probe">' in page
        assert '<meta name="robots" content="noindex">' in page
        assert 'class="rehearsal"' not in chris.get(f"/office-hours/{hour.id}{path}").text


def test_it_is_never_made_public(bo: Browser, house: SmallHouse, hour: OfficeHour, new_hour: Announce) -> None:
    ended = new_hour(State.ENDED, rehearsal_of=hour.id)
    with house.database.transaction() as connection, pytest.raises(Rehearsed):
        store.set_visibility(connection, ended.id, Visibility.RELEASED, now())
    page = f"/staff/office-hours/{ended.id}"
    assert "Aufzeichnung freigeben" not in bo.get(page).text
    assert bo.fill(page, f"{page}/move", move="release").status_code == 409


def test_no_work_follows_its_end_and_nobody_looks_before_it(
    house: SmallHouse, hour: OfficeHour, new_hour: Announce
) -> None:
    ended = new_hour(State.ENDED, rehearsal_of=hour.id, starts_at=now())
    with house.database.transaction() as connection:
        edition = store.add_edition(connection, ended.id, address=random_id(), tick_duration="1/30")
        assert pipeline.begin(connection, ended, edition) == []
    assert due(new_hour(rehearsal_of=hour.id), {}, now() + timedelta(hours=23)) is None


def test_nobody_gets_letters_about_it(app: Starlette, house: SmallHouse, probe: OfficeHour) -> None:
    fields = {"question": "Wann kommt der Radweg?", "consent": "yes", "address": "chris@example.org"}
    Browser(app).fill(f"/office-hours/{probe.id}/ask", **fields)
    with house.database.reading() as connection:
        (asked,) = connection.execute(sa.select(questions.questions)).mappings()
        assert asked["office_hour"] == probe.id
        assert reach.of(connection, asked["id"]) is None


def test_a_host_who_rehearses_has_tried_for_the_office_hour_itself(
    app: Starlette, house: SmallHouse, hour: OfficeHour, probe: OfficeHour
) -> None:
    with house.database.transaction() as connection:
        ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
        (played,) = store.persons_of(connection, probe.id)
        key = web_store.open_session(connection, account=None, person=played.id, expires_at=now() + DAY)
    headers = {"Origin": ORIGIN, "X-Csrf": sessions.csrf_token(key)}
    browser = Browser(app, cookies={sessions.COOKIE: key})
    browser.post("/device-check", json={"camera": True, "microphone": True}, headers=headers)
    with house.database.reading() as connection:
        assert {each.person for each in kept.devices_among(connection, [ada.id, played.id])} == {ada.id, played.id}


def test_it_is_due_after_a_day(house: SmallHouse, probe: OfficeHour) -> None:
    with house.database.reading() as connection:
        assert rehearsal.due(connection, probe.created_at + DAY - timedelta(seconds=1)) == []
        assert rehearsal.due(connection, probe.created_at + DAY) == [probe]


def test_its_rows_and_files_go_and_the_office_hour_stays(
    house: SmallHouse, hour: OfficeHour, probe: OfficeHour
) -> None:
    folder = house.archive.room(probe.id).root
    folder.mkdir(parents=True)
    (folder / "timeline.jsonl").write_text("{}\n")
    assert rehearsal.erase(house.database, house.archive, [probe]) == [probe.id]
    assert (folder.exists(), stays(house, probe.id), stays(house, hour.id)) == (False, False, True)


def test_one_that_is_on_air_is_ended_first(house: SmallHouse, hour: OfficeHour, new_hour: Announce) -> None:
    running = new_hour(State.ON_AIR, rehearsal_of=hour.id)
    assert rehearsal.erase(house.database, house.archive, [running]) == []
    with house.database.reading() as connection:
        assert [each.kind for each in commands.waiting(connection, running.id)] == [commands.Kind.END]


def test_files_that_a_room_still_writes_are_left_until_it_is_closed(
    house: SmallHouse, hour: OfficeHour, new_hour: Announce
) -> None:
    open_one = new_hour(State.BACKSTAGE, rehearsal_of=hour.id)
    room = house.archive.room(open_one.id)
    room.root.mkdir(parents=True)
    with room.lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for _ in range(2):
            assert rehearsal.erase(house.database, house.archive, [open_one]) == []
    assert rehearsal.erase(house.database, house.archive, [open_one]) == [open_one.id]


def test_staff_erase_it_at_once(bo: Browser, house: SmallHouse, hour: OfficeHour, probe: OfficeHour) -> None:
    page = f"/staff/office-hours/{probe.id}"
    assert bo.fill(page, f"{page}/erase-rehearsal").headers["location"] == f"/staff/office-hours/{hour.id}"
    assert not stays(house, probe.id)
    real = f"/staff/office-hours/{hour.id}"
    assert bo.fill(real, f"{real}/erase-rehearsal").status_code == 409


def test_one_with_a_room_goes_when_it_is_shut(
    bo: Browser, house: SmallHouse, hour: OfficeHour, new_hour: Announce
) -> None:
    open_one = new_hour(State.BACKSTAGE, rehearsal_of=hour.id)
    page = f"/staff/office-hours/{open_one.id}"
    assert bo.fill(page, f"{page}/erase-rehearsal").headers["location"] == page
    with house.database.reading() as connection:
        assert [each.id for each in rehearsal.due(connection, now())] == [open_one.id]


def belonging(house: SmallHouse, office_hour: str, persons: set[str]) -> dict[str, int]:
    """In how many rows of which table the office hour or one of its persons is named."""
    found = {}
    names = persons | {office_hour}
    with house.database.reading() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(sa.select(table)).mappings().all()
            if count := sum(1 for row in rows if names & {str(value) for value in row.values()}):
                found[table.name] = count
    return found


def test_no_row_of_any_package_is_left(house: SmallHouse, app: Starlette, probe: OfficeHour, bo: Browser) -> None:
    fields = {"question": "Wann kommt der Radweg?", "consent": "yes", "name": "Chris"}
    Browser(app).fill(f"/office-hours/{probe.id}/ask", **fields)
    with house.database.transaction() as connection:
        guest = store.add_person(connection, probe.id, name="Chris", role=Role.GUEST)
        store.answer_consent(connection, guest.id, {scope: scope is not Scope.LIVE for scope in Scope}, 1)
        account = store.all_accounts(connection)[0].id
        key = web_store.open_session(connection, account=account, person=guest.id, expires_at=now() + DAY)
        commands.write(connection, probe.id, commands.Kind.PAUSE)
        kept.note_devices(connection, kept.DeviceCheck(person=guest.id, camera=True, microphone=True, at=now()))
        persons = {each.id for each in store.persons_of(connection, probe.id)}
    before = belonging(house, probe.id, persons)
    assert {"office_hours", "persons", "seats", "consents", "questions", "events", "personal_links"} <= set(before)
    with house.database.transaction() as connection:
        erasing.erase_rows(connection, probe.id)
    assert belonging(house, probe.id, persons) == {}
    with house.database.reading() as connection:
        bo_again = web_store.session(connection, key, now())
    assert bo_again is not None
    assert (bo_again.account, bo_again.person) == (account, None)


def test_looks_at_it_are_erased_with_it(house: SmallHouse, probe: OfficeHour) -> None:
    report = Report(office_hour=probe.id, occasion=Occasion.ASKED, at=now(), lines=())
    with house.database.transaction() as connection:
        kept.keep(connection, report)
        erasing.erase_rows(connection, probe.id)
        assert kept.reports_of(connection, probe.id) == []
