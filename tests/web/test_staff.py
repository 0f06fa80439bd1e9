"""Bo announces an office hour, moves it through its states and looks after what follows."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from ingest import commands, steps, store
from ingest.database import now
from ingest.officehours import OfficeHour, State, Visibility, takes_questions
from ingest.people import Role, SeatState
from tests.web.conftest import ORIGIN, Browser, SmallHouse

BEGINS = (now() + timedelta(days=20)).astimezone(ZoneInfo("Europe/Berlin")).replace(hour=17, minute=0, second=0)
FACTS = {
    "title": "Sprechstunde im Advent", "host_name": "Ada", "host_role": "Bürgermeisterin", "language": "de",
    "starts_at": BEGINS.strftime("%Y-%m-%dT%H:%M"), "planned_minutes": "45", "recorded": "yes", "release": "at_end",
}  # fmt: skip


def state_of(house: SmallHouse, hour: OfficeHour) -> State:
    with house.database.reading() as connection:
        return store.office_hour(connection, hour.id).state


def move(browser: Browser, hour: OfficeHour, name: str, **more: str) -> int:
    page = f"/staff/office-hours/{hour.id}"
    return int(browser.fill(page, f"{page}/move", move=name, **more).status_code)


def test_an_announced_office_hour_has_a_host_with_a_personal_address(bo: Browser, house: SmallHouse) -> None:
    answer = bo.fill("/staff/office-hours/new", **FACTS)
    page = bo.get(answer.headers["location"])
    with house.database.reading() as connection:
        (hour,) = store.all_office_hours(connection)
        (host,) = store.persons_of(connection, hour.id)
    assert (hour.title, hour.planned_minutes, hour.state) == (FACTS["title"], 45, State.PLANNED)
    assert hour.starts_at == BEGINS.replace(microsecond=0)
    assert (host.name, host.role, f"{ORIGIN}/host/" in page.text) == ("Ada", Role.HOST, True)


def test_mistakes_are_named_beside_their_fields(bo: Browser) -> None:
    answer = bo.fill("/staff/office-hours/new", **(FACTS | {"title": "", "starts_at": "soon", "planned_minutes": "0"}))
    assert answer.status_code == 422
    for sentence in ("Das wird gebraucht.", "Bitte geben Sie Tag und Uhrzeit an.", "zwischen 1 und 480"):
        assert sentence in answer.text


def test_a_changed_announcement_renames_the_host(bo: Browser, house: SmallHouse) -> None:
    page = bo.fill("/staff/office-hours/new", **FACTS).headers["location"]
    bo.fill(f"{page}/edit", **(FACTS | {"host_name": "Ada Lorenz", "consent_text": "Ein neuer Wortlaut."}))
    with house.database.reading() as connection:
        (hour,) = store.all_office_hours(connection)
        (host,) = store.persons_of(connection, hour.id)
    assert (hour.host_name, host.name, hour.consent_version) == ("Ada Lorenz", "Ada Lorenz", 2)


def test_buttons_move_it_through_its_states(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    for name, state in (("close", State.PLANNED), ("open", State.OPEN), ("backstage", State.BACKSTAGE)):
        assert move(bo, hour, name) == 303
        assert state_of(house, hour) is state


def test_opened_by_hand_it_takes_questions_whatever_was_announced(
    bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    for times in ({"questions_from": now() + timedelta(hours=5)}, {"questions_until": now() - timedelta(hours=5)}):
        hour = new_hour(State.PLANNED, **times)
        move(bo, hour, "open")
        with house.database.reading() as connection:
            assert takes_questions(store.office_hour(connection, hour.id), now())


def test_closed_by_hand_it_does_not_open_by_itself(
    bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.PLANNED, questions_from=now() - timedelta(hours=1))
    with house.database.transaction() as connection:
        store.open_due(connection, now())
    assert state_of(house, hour) is State.OPEN
    move(bo, hour, "close")
    with house.database.transaction() as connection:
        store.open_due(connection, now())
    assert state_of(house, hour) is State.PLANNED


def test_the_cancellation_says_who_hears_of_it_and_how(
    bo: Browser, browser: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(needs_until=now() + timedelta(hours=1))
    browser.fill(f"/office-hours/{hour.id}/ask", question="Wann kommt der Radweg?", consent="yes")
    for contact in ("mara@example.org", "0151 23456"):
        browser.fill(f"/office-hours/{hour.id}/need", service="captions", contact=contact)
    with house.database.transaction() as connection:
        store.add_person(connection, hour.id, name="Chris", role=Role.GUEST)
    page = f"/staff/office-hours/{hour.id}"
    sure = bo.fill(page, f"{page}/move", move="cancel").text
    for sentence in ("Eine Person erfährt es per Mail", "2 Personen lesen es sofort", "bitte anrufen"):
        assert sentence in sure
    assert state_of(house, hour) is State.OPEN
    move(bo, hour, "cancel", sure="yes", note="Ada ist krank,\nam 14. Januar geht es weiter.")
    public = browser.get(f"/office-hours/{hour.id}").text
    for sentence in ("findet nicht statt", "Ada ist krank, am 14. Januar geht es weiter."):
        assert sentence in public
    assert "Die nächste ankündigen" in bo.get(page).text


def test_a_moved_beginning_says_who_hears_of_it_and_everybody_sees_which_one_it_was(
    bo: Browser, browser: Browser, house: SmallHouse
) -> None:
    page = bo.fill("/staff/office-hours/new", **FACTS).headers["location"]
    id = page.rsplit("/", 1)[1]
    with house.database.transaction() as connection:
        store.change_office_hour(connection, id, needs_until=now() + timedelta(days=10))
    bo.fill(page, f"{page}/move", move="open")
    browser.fill(f"/office-hours/{id}/ask", question="Wann kommt der Radweg?", consent="yes")
    for contact in ("mara@example.org", "0151 23456"):
        browser.fill(f"/office-hours/{id}/need", service="captions", contact=contact)
    until = (BEGINS - timedelta(days=10)).strftime("%Y-%m-%d")
    later = (BEGINS + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    bo.fill(f"{page}/edit", **(FACTS | {"starts_at": later, "needs_until": until}))
    text = bo.get(page).text
    for sentence in (
        "Der Beginn ist ein anderer", "Eine Person erfährt es per Mail", "Eine Person liest es sofort",
        "Bitte sagen Sie es selbst: Ada.", "bitte anrufen",
    ):  # fmt: skip
        assert sentence in text
    assert "Geplant war sie für" in browser.get(f"/office-hours/{id}").text
    bo.fill(f"{page}/edit", **(FACTS | {"needs_until": until}))
    assert "Der Beginn ist ein anderer" not in bo.get(page).text


def test_the_opening_card_has_the_offices_own_words_with_a_version(bo: Browser, house: SmallHouse) -> None:
    page = bo.fill("/staff/office-hours/new", **FACTS).headers["location"]
    assert "Der übliche Wortlaut" in bo.get(page).text
    bo.fill(f"{page}/edit", **(FACTS | {"opening_text": "Willkommen! Diese Sprechstunde wird aufgezeichnet."}))
    assert "Ihr eigener Wortlaut, Fassung 2" in bo.get(page).text
    for where in (page, f"{page}/board?part=order"):
        assert "Willkommen! Diese Sprechstunde wird aufgezeichnet." in bo.get(where).text
    assert bo.fill(f"{page}/edit", **(FACTS | {"opening_text": "x" * 401})).status_code == 422
    following = bo.get(f"/staff/office-hours/new?like={page.rsplit('/', 1)[1]}").text
    assert "Willkommen! Diese Sprechstunde wird aufgezeichnet." in following


def test_who_waits_reads_it_on_their_own_place(
    bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    join = f"/office-hours/{hour.id}/join"
    browser.fill(join, step="consent", name="Chris", topic="Radweg", scope="live_and_recording")
    move(bo, hour, "cancel", sure="yes")
    assert "Die Sprechstunde fällt aus" in browser.get(f"/office-hours/{hour.id}/place?part=seat").text


def test_the_last_one_is_copied_with_the_next_date(bo: Browser, house: SmallHouse) -> None:
    page = bo.fill("/staff/office-hours/new", **FACTS).headers["location"]
    copy = bo.get(f"/staff/office-hours/new?like={page.rsplit('/', 1)[1]}").text
    following = (BEGINS.replace(tzinfo=None) + timedelta(weeks=4)).strftime("%Y-%m-%dT%H:%M")
    assert (f'value="{following}"' in copy, 'value="Sprechstunde im Advent"' in copy) == (True, True)


def test_on_air_is_wished_of_the_room_with_its_host(
    bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.BACKSTAGE)
    with house.database.transaction() as connection:
        ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
    move(bo, hour, "start")
    with house.database.reading() as connection:
        wished = [command.kind for command in commands.waiting(connection, hour.id)]
        assert store.seat(connection, ada.id).state is SeatState.ON_AIR
    assert wished == [commands.Kind.SHOW, commands.Kind.START]
    assert state_of(house, hour) is State.BACKSTAGE


def test_the_end_is_asked_about_once(bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]) -> None:
    hour = new_hour(State.ON_AIR)
    assert move(bo, hour, "end") == 200
    with house.database.reading() as connection:
        assert commands.waiting(connection, hour.id) == []
    assert move(bo, hour, "end", sure="yes") == 303
    with house.database.reading() as connection:
        assert [command.kind for command in commands.waiting(connection, hour.id)] == [commands.Kind.END]


@pytest.mark.parametrize("name", ["start", "pause", "resume", "release", "withdraw"])
def test_a_move_that_does_not_fit_the_state_is_refused(bo: Browser, hour: OfficeHour, name: str) -> None:
    assert move(bo, hour, name, sure="yes") == 409


def test_the_recording_is_released_and_taken_back(
    bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.ENDED)
    for name, visibility in (("release", Visibility.RELEASED), ("withdraw", Visibility.WITHDRAWN)):
        assert move(bo, hour, name, sure="yes") == 303
        with house.database.reading() as connection:
            assert store.office_hour(connection, hour.id).visibility is visibility


def test_how_far_each_step_is_and_how_long_it_takes_still_stands_on_the_page(
    bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.ENDED)
    with house.database.transaction() as connection:
        running = steps.add(connection, kind="transcode.download", office_hour=hour.id)
        steps.add(connection, kind="transcode.rungs", office_hour=hour.id, needs=[running])
        begun = {"state": steps.State.RUNNING, "progress": 0.25, "started_at": now() - timedelta(seconds=100)}
        steps.change(connection, running, frozenset(steps.State), **begun)
    page = bo.get(f"/staff/office-hours/{hour.id}").text
    assert "25 % · noch 5 min" in page
    assert "wartet auf andere" in page


def test_a_failed_step_stands_on_the_page_and_can_be_tried_again(
    bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.ENDED)
    with house.database.transaction() as connection:
        step = steps.add(connection, kind="transcode.rung", office_hour=hour.id)
        failed = {"state": steps.State.FAILED, "error": "no space left"}
        steps.change(connection, step, frozenset(steps.State), **failed)
    page = f"/staff/office-hours/{hour.id}"
    assert "no space left" in bo.get(page).text
    assert bo.fill(page, f"{page}/steps", step=step).status_code == 303
    with house.database.reading() as connection:
        assert steps.get(connection, step).error != "no space left"


def test_a_wrong_password_says_so_and_too_many_are_stopped(app: Starlette, bo: Browser) -> None:
    dana = Browser(app)
    codes = [dana.fill("/login", email="bo@example.org", password="guess").status_code for _ in range(7)]
    assert (codes[0], codes[-1]) == (403, 429)


def test_signing_in_opens_staff_pages(app: Starlette, bo: Browser) -> None:
    assert Browser(app).sign_in().get("/staff", follow_redirects=False).status_code == 200


def test_a_form_sent_after_the_session_ended_leads_to_sign_in_and_back(app: Starlette, bo: Browser) -> None:
    page = "/staff/office-hours/new"
    fields = FACTS | {"csrf": bo.token(page)}
    bo.fill("/staff", "/logout")
    dana = Browser(app)
    token = dana.token("/login")
    answer = dana.post(page, data=fields | {"csrf": token}, headers={"Origin": ORIGIN, "Referer": f"{ORIGIN}{page}"})
    assert (answer.status_code, f'href="/login?to={page}"' in answer.text) == (401, True)
    elsewhere = {"Origin": ORIGIN, "Referer": "https://evil.example/x"}
    assert 'href="/login?to=/staff"' in dana.post(page, data={"csrf": token}, headers=elsewhere).text


def test_signing_out_ends_the_session(app: Starlette, bo: Browser) -> None:
    cookies = dict(bo.cookies)
    bo.fill("/staff", "/logout")
    assert bo.get("/staff", follow_redirects=False).status_code == 303
    assert Browser(app, cookies=cookies).get("/staff", follow_redirects=False).status_code == 303


def test_signing_in_goes_nowhere_else(bo: Browser, app: Starlette) -> None:
    for to in ("https://evil.example", "//evil.example", "/\\evil.example"):
        assert bo.get("/login", params={"to": to}, follow_redirects=False).headers["location"] == "/"
