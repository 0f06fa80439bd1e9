"""The waiting room through the pages: Chris, Eve and Frank wait, Bo and Gil call, a parent decides, Dana is barred."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from ingest import store
from ingest.database import now
from ingest.live.lobby import guests
from ingest.live.lobby.guests import Guest, Parent, Way
from ingest.officehours import OfficeHour, State
from ingest.people import Scope, SeatState
from questions import store as questions
from questions.question import State as QuestionState
from tests.web.conftest import ORIGIN, Browser, SmallHouse, join, person_of
from web import store as web_store
from web.sessions import COOKIE
from web.stills import LARGEST
from web.watchman import forgive, look

JPEG = b"\xff\xd8\xff\xe0 a small picture"
MINUTE = timedelta(minutes=1)


pytestmark = pytest.mark.hour(State.ON_AIR)


@pytest.fixture
def gil(app: Starlette, house: SmallHouse) -> Browser:
    """A second member of staff."""
    with house.database.transaction() as connection:
        account = store.add_account(connection, email="gil@example.org", name="Gil", password_hash="")
        key = web_store.open_session(connection, account=account.id, person=None, expires_at=now() + timedelta(hours=1))
    return Browser(app, cookies={COOKIE: key})


def desk(browser: Browser, hour: OfficeHour, do: str, person: str, **more: str) -> int:
    board = f"/staff/office-hours/{hour.id}/board"
    answer = browser.fill(board, f"/staff/office-hours/{hour.id}/waiting", do=do, person=person, **more)
    return int(answer.status_code)


def place(browser: Browser, hour: OfficeHour) -> str:
    return str(browser.get(f"/office-hours/{hour.id}/place").text)


def here(browser: Browser, hour: OfficeHour, body: bytes = b"") -> int:
    token = place(browser, hour).split('data-csrf="')[1].split('"')[0]
    address = f"/office-hours/{hour.id}/here"
    return int(browser.patch(address, content=body, headers={"X-Csrf": token, "Origin": ORIGIN}).status_code)


def known(house: SmallHouse, person: str) -> tuple[SeatState, Guest]:
    with house.database.reading() as connection:
        return store.seat(connection, person).state, guests.of(connection, store.person(connection, person))


def test_nobody_is_asked_for_a_camera_before_it_says_that_nobody_sees_them(browser: Browser, hour: OfficeHour) -> None:
    page = browser.get(f"/office-hours/{hour.id}/join").text
    assert "Noch sieht und hört Sie niemand" in page
    assert "place.js" not in page


def test_the_three_ways_are_equal_choices(browser: Browser, hour: OfficeHour) -> None:
    page = f"/office-hours/{hour.id}/join"
    answer = browser.fill(page, step="name", name="Chris", topic="Radweg").text
    assert re.findall(r'name="way" value="(\w+)"', answer) == ["video", "audio", "read_out"]
    assert "checked" not in answer.split('name="way"', 1)[1].split("</fieldset>")[0]
    assert browser.fill(page, step="way", name="Chris", topic="Radweg").status_code == 422


def test_a_voice_alone_is_asked_for_a_microphone_alone(app: Starlette, house: SmallHouse, hour: OfficeHour) -> None:
    eve = Browser(app)
    join(eve, hour, "Eve", way="audio")
    page = place(eve, hour)
    assert ('data-camera="audio"' in page, "Mikrofon starten" in page) == (True, True)
    assert not known(house, person_of(house, hour, "Eve"))[1].may_be_seen


def test_a_second_form_of_the_same_browser_makes_no_second_seat(
    chris: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    fields = {"step": "consent", "name": "Chris", "topic": "Radweg", "scope": "live_and_recording"}
    answer = chris.fill(f"/office-hours/{hour.id}/place", f"/office-hours/{hour.id}/join", **fields)
    assert answer.headers["location"].endswith("/place")
    with house.database.reading() as connection:
        assert len(store.persons_of(connection, hour.id)) == 1


def test_the_guest_reads_place_and_an_honest_range(app: Starlette, chris: Browser, hour: OfficeHour) -> None:
    assert "Sie können jeden Moment aufgerufen werden" in place(chris, hour)
    eve = Browser(app)
    join(eve, hour, "Eve")
    page = place(eve, hour)
    assert ("Eine Person ist vor Ihnen" in page, "etwa 3 bis 8 Minuten" in page) == (True, True)


def test_who_will_not_fit_is_told_so(app: Starlette, house: SmallHouse, new_hour: Callable[..., OfficeHour]) -> None:
    hour = new_hour(State.ON_AIR, began_at=now() - timedelta(minutes=58))
    for name in ("Chris", "Eve"):
        join(last := Browser(app), hour, name)
    assert "Wahrscheinlich kommen Sie heute nicht mehr dran" in place(last, hour)


def test_two_members_of_staff_cannot_call_the_same_person(
    bo: Browser, gil: Browser, chris: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    id = person_of(house, hour)
    board = f"/staff/office-hours/{hour.id}/board"
    token = gil.token(board)
    assert desk(bo, hour, "call", id) == 303
    late = {"csrf": token, "do": "call", "person": id}
    headers = {"Origin": ORIGIN, "Accept": "application/json"}
    answer = gil.post(board.replace("board", "waiting"), data=late, headers=headers)
    assert (answer.status_code, answer.json()) == (
        409, {"error": "Bo hat Chris schon aufgerufen. Es wurde nichts geändert."},
    )  # fmt: skip


def test_a_call_is_answered_and_staff_see_it(bo: Browser, chris: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    id = person_of(house, hour)
    desk(bo, hour, "call", id)
    page = place(chris, hour)
    assert ('data-called="yes"' in page, 'data-signal="called" role="alert"' in page) == (True, True)
    assert "Sie werden aufgerufen" in page
    chris.fill(f"/office-hours/{hour.id}/place", f"/office-hours/{hour.id}/answer")
    assert 'data-called="no"' in place(chris, hour)
    assert "hat sich gemeldet" in bo.get(f"/staff/office-hours/{hour.id}/board").text


def test_who_answers_a_call_keeps_the_page_and_with_it_the_camera(
    bo: Browser, chris: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    desk(bo, hour, "call", person_of(house, hour))
    page, to = place(chris, hour), f"/office-hours/{hour.id}/answer"
    assert f'action="{to}" data-line>' in page
    token = chris.token(f"/office-hours/{hour.id}/place")
    by_script = {"Origin": ORIGIN, "Accept": "application/json"}
    assert chris.post(to, data={"csrf": token}, headers=by_script, follow_redirects=False).status_code == 204
    assert 'data-called="no"' in place(chris, hour)


def test_absent_when_called_is_missed_and_called_again(
    bo: Browser, chris: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    id = person_of(house, hour)
    desk(bo, hour, "call", id)
    assert look(house, now() + MINUTE) == {}
    assert look(house, now() + 2 * MINUTE) == {id: SeatState.MISSED}
    board = bo.get(f"/staff/office-hours/{hour.id}/board").text
    assert ("nicht da" in board, "Noch einmal aufrufen" in board) == (True, True)
    assert "Sie wurden aufgerufen" in place(chris, hour)
    assert desk(bo, hour, "call", id) == 303
    assert known(house, id)[0] is SeatState.CALLED


def test_a_missed_guest_says_that_they_are_here(
    bo: Browser, chris: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    id = person_of(house, hour)
    desk(bo, hour, "call", id)
    desk(bo, hour, "missed", id)
    chris.fill(f"/office-hours/{hour.id}/place", f"/office-hours/{hour.id}/answer")
    assert known(house, id)[0] is SeatState.WAITING


@pytest.mark.parametrize(
    ("do", "state"),
    [("set_aside", SeatState.HELD), ("remove", SeatState.LEFT), ("ban", SeatState.BANNED)],
)
def test_each_press_moves_a_waiting_person(
    bo: Browser, chris: Browser, house: SmallHouse, hour: OfficeHour, do: str, state: SeatState
) -> None:
    id = person_of(house, hour)
    assert desk(bo, hour, do, id) == 303
    assert known(house, id)[0] is state


def test_only_staff_press(chris: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    id, token = person_of(house, hour), chris.token(f"/office-hours/{hour.id}/place")
    address = f"/staff/office-hours/{hour.id}/waiting"
    for path in (address, f"{address}/all"):
        answer = chris.post(path, data={"csrf": token, "do": "call", "person": id, "text": "Hallo"})
        assert answer.status_code == 403
    assert chris.get(f"{address}/{id}/still").status_code == 403
    assert browser.get(f"{address}/{id}/still", follow_redirects=False).status_code == 303


def test_who_is_barred_cannot_come_in_again_from_the_same_browser(
    bo: Browser,
    chris: Browser,
    app: Starlette,
    house: SmallHouse,
    hour: OfficeHour,
    new_hour: Callable[..., OfficeHour],
) -> None:
    desk(bo, hour, "ban", person_of(house, hour))
    assert "Sie können heute nicht teilnehmen" in place(chris, hour)
    other = new_hour(State.ON_AIR)
    chris.cookies.delete(COOKIE)
    join(chris, other)
    fields = {"step": "consent", "name": "Christine", "topic": "Radweg", "scope": "live_and_recording"}
    assert chris.fill(f"/office-hours/{hour.id}/join", **fields).status_code == 403
    join(Browser(app), hour, "Eve")


def test_lines_of_staff_stand_on_the_page_of_whom_they_are_for(
    bo: Browser, chris: Browser, app: Starlette, house: SmallHouse, hour: OfficeHour
) -> None:
    join(eve := Browser(app), hour, "Eve")
    desk(bo, hour, "write", person_of(house, hour), text="Bitte das Fenster schließen.")
    board = f"/staff/office-hours/{hour.id}/board"
    bo.fill(board, f"/staff/office-hours/{hour.id}/waiting/all", text="Es dauert noch.")
    mine, hers = (browser.get(f"/office-hours/{hour.id}/place?part=notes").text for browser in (chris, eve))
    assert ("Bitte das Fenster" in mine, "Es dauert noch." in mine) == (True, True)
    assert ("Bitte das Fenster" in hers, "Es dauert noch." in hers) == (False, True)
    assert desk(bo, hour, "write", person_of(house, hour), text=" ") == 409


def test_a_guest_is_sent_on_with_consent_and_the_time_waited(
    bo: Browser,
    chris: Browser,
    app: Starlette,
    house: SmallHouse,
    hour: OfficeHour,
    new_hour: Callable[..., OfficeHour],
) -> None:
    id, since = person_of(house, hour), now() - 12 * MINUTE
    goal = new_hour(State.BACKSTAGE, title="Bauamt", host_name="Gil", recorded=False)
    join(Browser(app), goal, "Frank")
    with house.database.transaction() as connection:
        guests.change(connection, store.person(connection, id), since=since)
    assert desk(bo, hour, "send_on", id, goal=goal.id) == 303
    assert "Bauamt" in place(chris, hour)
    page = chris.get(f"/office-hours/{hour.id}/go").text
    assert ("Sie haben 12 Minuten gewartet" in page, "Es wird nicht aufgezeichnet" in page) == (True, True)
    answer = chris.fill(f"/office-hours/{hour.id}/go", do="go")
    assert answer.headers["location"] == f"/office-hours/{goal.id}/place"
    assert "Sie sind als Nächstes dran" in place(chris, goal)
    with house.database.reading() as connection:
        there = guests.of(connection, store.person(connection, person_of(house, goal)))
        assert there.since == since
        assert {each.scope for each in store.consents_of(connection, there.person)} == set(Scope)
    assert known(house, id)[0] is SeatState.LEFT


def test_a_guest_who_would_rather_stay_keeps_the_place(
    bo: Browser, chris: Browser, house: SmallHouse, hour: OfficeHour, new_hour: Callable[..., OfficeHour]
) -> None:
    goal = new_hour(State.BACKSTAGE)
    desk(bo, hour, "send_on", person_of(house, hour), goal=goal.id)
    chris.fill(f"/office-hours/{hour.id}/go", do="stay")
    state, guest = known(house, person_of(house, hour))
    assert (state, guest.sent_to) == (SeatState.WAITING, None)


def test_under_18_a_parent_decides_by_a_private_address(
    app: Starlette, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    join(eve := Browser(app), hour, "Eve", under_18="yes")
    id = person_of(house, hour, "Eve")
    page = place(eve, hour)
    assert ('data-video="no"' in page, "müssen Ihre Eltern zustimmen" in page) == (True, True)
    address = re.findall(r'value="http://testserver(/parent/[^"]+)"', page)[0]
    mother = Browser(app)
    assert "Darf Eve zu sehen sein?" in mother.get(address).text
    assert mother.fill(address, do="agree").status_code == 409
    assert mother.fill(address, do="agree", parent="yes").status_code == 303
    assert known(house, id)[1].may_be_seen
    assert "unter 18, Eltern einverstanden" in bo.get(f"/staff/office-hours/{hour.id}/board").text
    mother.fill(address, do="refuse")
    assert known(house, id)[1].parent is Parent.REFUSED
    assert mother.get("/parent/somethingelse").status_code == 404


def test_staff_note_that_a_parent_agrees(app: Starlette, bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    join(Browser(app), hour, "Eve", under_18="yes")
    id = person_of(house, hour, "Eve")
    assert desk(bo, hour, "parent", id) == 303
    assert known(house, id)[1].may_be_seen


def test_who_changes_to_being_read_out_has_asked_and_leaves_the_line(
    app: Starlette, bo: Browser, chris: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    page = f"/office-hours/{hour.id}/place"
    chris.fill(page, f"/office-hours/{hour.id}/way", way="audio")
    assert known(house, person_of(house, hour))[1].way is Way.AUDIO
    chris.fill(page, f"/office-hours/{hour.id}/way", way="read_out")
    with house.database.reading() as connection:
        (asked,) = questions.of_office_hour(connection, hour.id, [QuestionState.NEW])
    assert asked.text == "Wann kommt der Radweg?"
    assert "Ihre Frage ist bei uns" in place(chris, hour) or 'data-camera="no"' in place(chris, hour)
    assert "Niemand wartet" in bo.get(f"/staff/office-hours/{hour.id}/board").text


def test_stills_are_for_staff_and_only_while_somebody_waits_to_be_seen(
    app: Starlette, bo: Browser, chris: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    id = person_of(house, hour)
    address = f"/staff/office-hours/{hour.id}/waiting/{id}/still"
    assert bo.get(address).status_code == 204
    assert here(chris, hour, JPEG) == 204
    picture = bo.get(address)
    assert (picture.content, picture.headers["cache-control"]) == (JPEG, "no-store")
    board = bo.get(f"/staff/office-hours/{hour.id}/board").text
    assert f'<details class="still" id="still-{id}">' in board  # closed: blurred until somebody clicks
    desk(bo, hour, "remove", id)
    assert here(chris, hour, JPEG) == 204
    assert bo.get(address).status_code == 204
    join(eve := Browser(app), hour, "Eve", under_18="yes")
    here(eve, hour, JPEG)
    assert bo.get(address.replace(id, person_of(house, hour, "Eve"))).status_code == 204
    assert here(chris, hour, b"x" * (LARGEST + 1)) == 413


def test_a_sign_of_life_needs_the_pages_token(chris: Browser, hour: OfficeHour) -> None:
    assert chris.patch(f"/office-hours/{hour.id}/here", headers={"Origin": ORIGIN}).status_code == 403


def test_a_closed_tab_keeps_the_place_for_five_minutes(
    bo: Browser, chris: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    id = person_of(house, hour)
    assert look(house, now() + 4 * MINUTE) == {}
    assert look(house, now() + 6 * MINUTE) == {id: SeatState.LEFT}
    assert "Sie waren eine Weile weg" in place(chris, hour)
    chris.fill(f"/office-hours/{hour.id}/place", f"/office-hours/{hour.id}/come-back")
    assert known(house, id)[0] is SeatState.WAITING


def test_the_site_forgives_the_time_in_which_it_was_away(chris: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    later = now() + 20 * MINUTE
    forgive(house, later)
    assert look(house, later + MINUTE) == {}
