"""Bo takes the hour over the on-air line and back; Ada may pause; Chris may hide and share what is handed over."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from ingest import commands, store
from ingest.commands import Kind
from ingest.database import now
from ingest.live.lobby import waiting
from ingest.officehours import OfficeHour, State
from ingest.people import Role, SeatState
from tests.web.conftest import ORIGIN, Browser, SmallHouse, person_of
from tests.web.test_taking_part import ask_for_ticket
from web import store as web_store
from web.milestones import Milestones
from web.sessions import COOKIE

pytestmark = pytest.mark.hour(State.BACKSTAGE)


@pytest.fixture
def ada(app: Starlette, house: SmallHouse, hour: OfficeHour) -> Browser:
    """The host, at her personal page."""
    with house.database.transaction() as connection:
        host = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
        key = web_store.open_session(connection, account=None, person=host.id, expires_at=now() + timedelta(hours=1))
    return Browser(app, cookies={COOKIE: key})


def press(browser: Browser, hour: OfficeHour, do: str) -> int:
    """On their own page, as its script does."""
    csrf = browser.get(f"/office-hours/{hour.id}/place").text.split('data-csrf="')[1].split('"')[0]
    headers = {"Accept": "application/json", "Origin": ORIGIN}
    answer = browser.post(f"/office-hours/{hour.id}/line", data={"do": do, "csrf": csrf}, headers=headers)
    return int(answer.status_code)


def bo_presses(bo: Browser, hour: OfficeHour, do: str) -> int:
    board = f"/staff/office-hours/{hour.id}/board"
    return int(bo.fill(board, f"/office-hours/{hour.id}/line", do=do, back=board).status_code)


def wished(house: SmallHouse, hour: OfficeHour) -> list[Kind]:
    with house.database.reading() as connection:
        return [each.kind for each in commands.waiting(connection, hour.id)]


def moved(house: SmallHouse, hour: OfficeHour, *states: State) -> None:
    with house.database.transaction() as connection:
        for state in states:
            store.move_office_hour(connection, hour.id, state, **({"ended_at": now()} if state is State.ENDED else {}))


def test_the_beginning_is_counted_seen_and_called_off(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    board = f"/staff/office-hours/{hour.id}/board"
    assert bo_presses(bo, hour, "start") == 303
    assert bo_presses(bo, hour, "start") == 303  # pressed twice, counted once
    assert wished(house, hour) == [Kind.START]
    page = bo.get(f"{board}?part=now").text
    assert "data-left=" in page
    assert "Gleich auf Sendung" in page
    assert "Auf Sendung gehen" not in page
    assert bo_presses(bo, hour, "call_off") == 303
    assert bo_presses(bo, hour, "call_off") == 409
    assert wished(house, hour) == [Kind.START, Kind.CALL_OFF]


def test_a_room_that_nobody_came_to_is_closed_but_not_while_it_is_counted(
    bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    any_house: Any = house
    milestones = Milestones(any_house)

    def state_after_a_report() -> State:
        milestones.vacant(hour.id)
        with house.database.reading() as connection:
            return store.office_hour(connection, hour.id).state

    bo_presses(bo, hour, "start")
    assert state_after_a_report() is State.BACKSTAGE
    bo_presses(bo, hour, "call_off")
    assert [state_after_a_report(), state_after_a_report()] == [State.OPEN, State.OPEN]
    assert "Raum öffnen" in bo.get(f"/staff/office-hours/{hour.id}").text
    moved(house, hour, State.BACKSTAGE, State.ON_AIR)
    assert state_after_a_report() is State.ON_AIR


def test_an_end_can_be_taken_back_on_board_and_staff_page(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    moved(house, hour, State.ON_AIR)
    assert bo_presses(bo, hour, "end") == 303
    for page in (f"/staff/office-hours/{hour.id}/board?part=now", f"/staff/office-hours/{hour.id}"):
        assert "Doch weitermachen" in bo.get(page).text
    assert bo_presses(bo, hour, "undo_end") == 303
    assert bo_presses(bo, hour, "undo_end") == 409
    assert wished(house, hour) == [Kind.END, Kind.UNDO_END]
    assert "Doch weitermachen" not in bo.get(f"/staff/office-hours/{hour.id}").text


def test_staff_are_asked_once_before_the_end(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    moved(house, hour, State.ON_AIR)
    page = f"/staff/office-hours/{hour.id}"
    asked = bo.fill(page, f"{page}/move", move="end")
    assert "Zehn Sekunden lang können Sie es zurücknehmen" in asked.text
    assert wished(house, hour) == []
    assert bo.fill(page, f"{page}/move", move="end", sure="yes").status_code == 303
    assert wished(house, hour) == [Kind.END]


def test_the_host_may_pause_and_go_on_and_neither_begin_nor_end(
    ada: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    assert press(ada, hour, "start") == 403
    assert press(ada, hour, "pause") == 409
    moved(house, hour, State.ON_AIR)
    assert press(ada, hour, "pause") == 204
    assert press(ada, hour, "end") == 403
    assert wished(house, hour) == [Kind.PAUSE]


def test_the_host_sees_the_count_and_says_not_yet(
    ada: Browser, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    assert bo_presses(bo, hour, "start") == 303
    assert "Noch nicht" in ada.get(f"/office-hours/{hour.id}/host?part=seat").text
    assert press(ada, hour, "call_off") == 204
    assert wished(house, hour)[-1] is Kind.CALL_OFF


def test_a_guest_may_do_nothing_to_the_line(chris: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    moved(house, hour, State.ON_AIR)
    assert {press(chris, hour, do) for do in ("start", "pause", "end", "undo_end")} == {403}
    assert wished(house, hour) == []


def in_the_room(house: SmallHouse, hour: OfficeHour, *, on_air: bool) -> str:
    id = person_of(house, hour)
    with house.database.transaction() as connection:
        waiting.admit(connection, store.person(connection, id))
        if on_air:
            waiting.show(connection, store.person(connection, id))
    return id


def about_me(browser: Browser, hour: OfficeHour, do: str) -> int:
    page = f"/office-hours/{hour.id}/place"
    return int(browser.fill(page, f"/office-hours/{hour.id}/me", do=do).status_code)


def test_a_guest_on_air_hides_for_a_moment_and_is_back(chris: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    page = f"/office-hours/{hour.id}/place?part=seat"
    assert about_me(chris, hour, "hide") == 409  # still waiting: there is nothing to hide
    in_the_room(house, hour, on_air=True)
    moved(house, hour, State.ON_AIR)
    assert 'data-sign="on_air"' in chris.get(page).text
    assert about_me(chris, hour, "hide") == 303
    hidden = chris.get(page).text
    assert 'data-sign="not_on_air"' in hidden
    assert "Ich bin wieder da" in hidden
    assert about_me(chris, hour, "back") == 303
    assert 'data-sign="on_air"' in chris.get(page).text


def test_staff_hide_a_guest_for_a_moment_and_show_them_again(
    chris: Browser, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    page, board = f"/office-hours/{hour.id}/place?part=seat", f"/staff/office-hours/{hour.id}/board"
    id = in_the_room(house, hour, on_air=True)
    moved(house, hour, State.ON_AIR)

    def bo_does(do: str) -> int:
        return int(bo.fill(board, f"/staff/office-hours/{hour.id}/seats", do=do, person=id).status_code)

    assert "Kurz ausblenden" in bo.get(f"{board}?part=room").text
    assert [bo_does("away"), bo_does("away")] == [303, 409]
    hidden = chris.get(page).text
    assert ('data-sign="not_on_air"' in hidden, "zeigt Sie wieder" in hidden) == (True, True)
    assert "Ich bin wieder da" not in hidden
    assert about_me(chris, hour, "back") == 409
    assert "Wieder zeigen" in bo.get(f"{board}?part=room").text
    assert bo_does("back") == 303
    assert 'data-sign="on_air"' in chris.get(page).text
    assert about_me(chris, hour, "hide") == 303
    shown = bo.get(f"{board}?part=room").text
    assert ("auf Sendung, ausgeblendet" in shown, "Wieder zeigen" in shown) == (True, False)
    assert bo_does("back") == 409


def test_who_switches_microphone_or_camera_off_is_told_to_staff_once_and_not_as_muted_by_them(
    chris: Browser, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    board = f"/staff/office-hours/{hour.id}/board?part=room"
    in_the_room(house, hour, on_air=True)
    moved(house, hour, State.ON_AIR)
    for do in ("unmute", "camera_on"):  # as each page says when it connects; nothing was off
        assert about_me(chris, hour, do) == 303
    assert wishes(house, hour) == []
    for do in ("mute", "mute", "camera_off"):
        assert about_me(chris, hour, do) == 303
    assert wishes(house, hour) == [("mute", True), ("camera", False)]
    room = bo.get(board).text
    assert "Hat Mikrofon und Kamera ausgeschaltet" in room
    assert 'value="unmute"' not in room
    for do in ("unmute", "camera_on"):
        assert about_me(chris, hour, do) == 303
    assert "ausgeschaltet" not in bo.get(board).text


def wishes(house: SmallHouse, hour: OfficeHour) -> list[tuple[str, bool]]:
    """What was wished of microphones and cameras, in order."""
    with house.database.reading() as connection:
        found = commands.of_kinds(connection, hour.id, {Kind.MUTE, Kind.CAMERA})
    return [(each.kind.value, bool(each.payload["on"])) for each in reversed(found)]


def test_nobody_hides_somebody_else(app: Starlette, bo: Browser, hour: OfficeHour, chris: Browser) -> None:
    assert bo.fill(f"/staff/office-hours/{hour.id}/board", f"/office-hours/{hour.id}/me", do="hide").status_code == 403


def test_the_sign_follows_rows_through_pause_cut_and_end(chris: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    in_the_room(house, hour, on_air=True)

    def sign(*, wish: Kind | None = None, **payload: object) -> str:
        if wish is not None:
            with house.database.transaction() as connection:
                commands.write(connection, hour.id, wish, **payload)
        page = chris.get(f"/office-hours/{hour.id}/place?part=seat").text
        return page.split('data-sign="')[1].split('"')[0]

    assert sign() == "not_on_air"
    moved(house, hour, State.ON_AIR)
    assert sign() == "on_air"
    assert sign(wish=Kind.CUT) == "not_on_air"
    assert sign(wish=Kind.GO_ON) == "on_air"
    moved(house, hour, State.PAUSED)
    assert sign() == "not_on_air"
    moved(house, hour, State.ON_AIR)
    assert sign(wish=Kind.END, undo_s=10) == "not_on_air"
    assert sign(wish=Kind.UNDO_END) == "on_air"
    moved(house, hour, State.ENDED)
    assert sign() == "not_on_air"  # still in the room, heard by nobody outside
    with house.database.transaction() as connection:
        store.change_office_hour(connection, hour.id, ended_at=now() - timedelta(minutes=15))
    assert sign() == "over"


def test_a_guest_shares_a_screen_only_when_it_was_handed_over(
    chris: Browser, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    id, place = in_the_room(house, hour, on_air=False), f"/office-hours/{hour.id}/place"
    board = f"/staff/office-hours/{hour.id}/board"

    def bo_gives(do: str) -> None:
        assert bo.fill(board, f"/staff/office-hours/{hour.id}/seats", do=do, person=id).status_code == 303

    assert ask_for_ticket(chris, place, "screen")[0] == 403
    bo_gives("give_screen")
    assert 'data-share="yes"' in chris.get(place).text
    assert ask_for_ticket(chris, place, "screen")[0] == 200
    bo_gives("take_screen")
    assert ask_for_ticket(chris, place, "screen")[0] == 403
    bo_gives("give_screen")
    bo_gives("show")
    bo_gives("hide")
    assert ask_for_ticket(chris, place, "screen")[0] == 403
    assert 'data-share="no"' in chris.get(place).text


def test_who_stays_after_the_end_is_in_the_room_until_they_leave(
    chris: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    id, page = in_the_room(house, hour, on_air=True), f"/office-hours/{hour.id}/place"
    moved(house, hour, State.ON_AIR, State.ENDED)
    assert "Sie können sich voneinander verabschieden" in chris.get(page).text
    assert [ask_for_ticket(chris, page, audience)[0] for audience in ("whip", "whep", "socket")] == [200] * 3
    assert chris.fill(page, f"/office-hours/{hour.id}/leave").status_code == 303
    assert ask_for_ticket(chris, page, "whip")[0] == 409
    assert 'data-sign="over"' in chris.get(page).text
    with house.database.reading() as connection:
        assert store.seat(connection, id).state is SeatState.LEFT


def test_staff_go_backstage_and_their_board_goes_on(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    board = f"/staff/office-hours/{hour.id}/board"
    token = bo.token(board)
    data = {"csrf": token}
    for _ in range(2):  # coming back is no second person
        came = bo.post(f"/staff/office-hours/{hour.id}/talk", data=data, follow_redirects=False)
        assert came.headers["location"] == f"/office-hours/{hour.id}/place"
    place = f"/office-hours/{hour.id}/place"
    assert [ask_for_ticket(bo, place, audience)[0] for audience in ("whip", "whep")] == [200, 200]
    with house.database.reading() as connection:
        (person,) = store.persons_of(connection, hour.id)
        seat = store.seat(connection, person.id)
    assert (person.name, person.role, seat.state) == ("Bo", Role.STAFF, SeatState.ADMITTED)
    assert bo.get(board).status_code == 200
    assert bo.fill(place, f"/office-hours/{hour.id}/leave").status_code == 303
    bo.post(f"/staff/office-hours/{hour.id}/talk", data=data)
    with house.database.reading() as connection:
        assert store.seat(connection, person.id).state is SeatState.ADMITTED


def test_staff_talk_with_a_waiting_guest_alone_first(
    chris: Browser, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    board, talk = f"/staff/office-hours/{hour.id}/board", f"/staff/office-hours/{hour.id}/talk"
    id, place = person_of(house, hour), f"/office-hours/{hour.id}/place"
    assert "Allein sprechen" in bo.get(f"{board}?part=room").text
    assert bo.fill(board, talk, guest=id).headers["location"] == place
    assert wished(house, hour)[-2:] == [Kind.ASIDE, Kind.ADMIT]  # not a word is heard by others before
    for page in (chris.get(f"{place}?part=seat").text, bo.get(f"{place}?part=seat").text):
        assert "Sonst hört Sie niemand" in page
    assert "Sie sprechen allein mit Bo" in chris.get(f"{place}?part=seat").text
    assert "allein mit Bo" in bo.get(f"{board}?part=room").text
    assert bo.fill(board, talk, do="together", person=id).status_code == 303
    assert "Hinter der Bühne" in chris.get(f"{place}?part=seat").text
    assert bo.fill(board, talk, guest=id).status_code == 303
    bo.fill(board, f"/staff/office-hours/{hour.id}/seats", do="show", person=id)
    assert "Sonst hört Sie niemand" not in bo.get(f"{place}?part=seat").text
    assert bo.fill(board, talk, guest=id).status_code == 409  # on air everybody hears them
    assert chris.fill(place, talk, do="together", person=id).status_code == 403


def test_a_guest_is_no_staff_backstage(chris: Browser, hour: OfficeHour) -> None:
    assert chris.fill(f"/office-hours/{hour.id}/place", f"/staff/office-hours/{hour.id}/talk").status_code == 403
