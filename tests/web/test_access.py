"""Chris signs and writes, Jana interprets for Chris, Bo presses: what pages, rows and room know of it."""

import re

import pytest

from ingest import commands, store
from ingest.live.lobby import guests, typed, voices, waiting
from ingest.live.lobby.typed import LENGTH
from ingest.officehours import OfficeHour, State
from ingest.people import Role, SeatState
from tests.web.conftest import Browser, SmallHouse, person_of
from web.pages.access import LINES_A_MINUTE

TEXT = "Ich wünsche mir einen Zebrastreifen."


pytestmark = pytest.mark.hour(State.ON_AIR)


@pytest.fixture
def jana(house: SmallHouse, hour: OfficeHour) -> str:
    """Jana interprets and is on air."""
    with house.database.transaction() as connection:
        person = store.add_person(connection, hour.id, name="Jana Wolf", role=Role.INTERPRETER)
        waiting.show(connection, person)
        return person.id


def on_air(house: SmallHouse, hour: OfficeHour, name: str = "Chris") -> str:
    id = person_of(house, hour, name)
    with house.database.transaction() as connection:
        person = store.person(connection, id)
        waiting.admit(connection, person)
        waiting.show(connection, person)
    return id


def press(bo: Browser, hour: OfficeHour, do: str, person: str, **more: str) -> int:
    board = f"/staff/office-hours/{hour.id}/board"
    answer = bo.fill(board, f"/staff/office-hours/{hour.id}/access", do=do, person=person, **more)
    return int(answer.status_code)


def write(browser: Browser, hour: OfficeHour, text: str = TEXT) -> int:
    page = f"/office-hours/{hour.id}"
    return int(browser.fill(f"{page}/place", f"{page}/write", text=text).status_code)


def wishes(house: SmallHouse, hour: OfficeHour, kind: commands.Kind) -> list[dict[str, object]]:
    with house.database.reading() as connection:
        return [each.payload for each in commands.of_kinds(connection, hour.id, {kind})]


def room(bo: Browser, hour: OfficeHour) -> str:
    return str(bo.get(f"/staff/office-hours/{hour.id}/board?part=room").text)


def signs_ticked(browser: Browser, page: str) -> bool:
    return "checked" in browser.get(page).text.split('id="signs"')[1].split(">")[0]


def test_a_guest_says_in_the_device_check_that_they_sign(
    chris: Browser, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    page = f"/office-hours/{hour.id}/place"
    assert ("Ich gebärde" in chris.get(page).text, signs_ticked(chris, page)) == (True, False)
    assert chris.fill(page, f"/office-hours/{hour.id}/signs", on="yes").status_code == 303
    assert signs_ticked(chris, page)
    assert 'data-signs="yes"' in chris.get(f"{page}?part=seat").text
    assert '<span class="tag">gebärdet</span>' in room(bo, hour)
    on_air(house, hour)
    (show,) = wishes(house, hour, commands.Kind.SHOW)
    assert show["signs"] is True


def test_staff_say_it_and_take_it_back(chris: Browser, bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    person = on_air(house, hour)
    assert press(bo, hour, "signs", person) == 303
    assert re.search(r'aria-pressed="true"><span class="kern-label">Gebärdet', room(bo, hour))
    assert press(bo, hour, "signs_not", person) == 303
    assert [wish["on"] for wish in wishes(house, hour, commands.Kind.SIGNS)] == [False, True]
    with house.database.reading() as connection:
        assert guests.of(connection, store.person(connection, person)).signs is False


def test_what_a_guest_writes_is_shown_by_one_press_and_taken_off_by_another(
    chris: Browser, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    assert write(chris, hour) == 303
    attention = bo.get(f"/staff/office-hours/{hour.id}/board?part=attention").text
    assert f"Chris hat geschrieben: {TEXT}" in attention
    assert (TEXT in room(bo, hour), "Einblenden" in room(bo, hour)) == (True, False)
    person = on_air(house, hour)
    with house.database.reading() as connection:
        (line,) = typed.of_office_hour(connection, hour.id)
    assert "Einblenden" in room(bo, hour)
    assert press(bo, hour, "show_line", person, line=line.id) == 303
    assert wishes(house, hour, commands.Kind.TYPED) == [
        {"person": person, "line": line.id, "text": TEXT, "words": "schreibt"}
    ]
    assert "Ausblenden" in room(bo, hour)
    assert "Das können jetzt alle lesen" in chris.get(f"/office-hours/{hour.id}/place?part=notes").text
    assert "hat geschrieben" not in bo.get(f"/staff/office-hours/{hour.id}/board?part=attention").text
    assert press(bo, hour, "take_off", person) == 303
    assert wishes(house, hour, commands.Kind.TYPED)[0] == {"person": person, "line": None}
    assert "Das können jetzt alle lesen" not in chris.get(f"/office-hours/{hour.id}/place?part=notes").text


def test_a_press_that_comes_too_late_shows_nothing(
    chris: Browser, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    write(chris, hour)
    person = person_of(house, hour, "Chris")
    with house.database.reading() as connection:
        (line,) = typed.of_office_hour(connection, hour.id)
    assert press(bo, hour, "show_line", person, line=line.id) == 409
    assert wishes(house, hour, commands.Kind.TYPED) == []


def test_lines_have_a_length_and_a_number(chris: Browser, hour: OfficeHour) -> None:
    assert write(chris, hour, "x" * (LENGTH + 1)) == 422
    assert [write(chris, hour) for _ in range(LINES_A_MINUTE)] == [303] * (LINES_A_MINUTE - 1) + [429]


@pytest.mark.parametrize("state", [SeatState.LEFT, SeatState.BANNED])
def test_who_has_gone_writes_nothing(chris: Browser, house: SmallHouse, hour: OfficeHour, state: SeatState) -> None:
    token = chris.token(f"/office-hours/{hour.id}/place")
    with house.database.transaction() as connection:
        store.move_seat(connection, person_of(house, hour, "Chris"), SeatState.WAITING, state)
    answer = chris.post(
        f"/office-hours/{hour.id}/write", data={"csrf": token, "text": TEXT}, headers={"Origin": "http://testserver"}
    )
    assert answer.status_code == 409


def test_nobody_else_writes_or_presses(browser: Browser, chris: Browser, hour: OfficeHour) -> None:
    assert chris.fill(
        f"/office-hours/{hour.id}/place", f"/staff/office-hours/{hour.id}/access", do="signs", person="x"
    ).status_code in (401, 403)
    assert browser.fill("/login", f"/office-hours/{hour.id}/write", text=TEXT).status_code == 403


def test_whom_an_interpreter_speaks_for_is_shown_to_all_and_changed_by_one_press(
    chris: Browser, bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour, jana: str
) -> None:
    now_part = f"/office-hours/{hour.id}/live?part=now"
    assert "spricht für" not in browser.get(now_part).text
    person = on_air(house, hour)
    assert "(spricht für Chris)" in browser.get(now_part).text
    assert re.search(r'aria-pressed="true"><span class="kern-label">Chris', room(bo, hour))
    assert press(bo, hour, "speaks_for", jana, whom="") == 303
    assert re.search(r'aria-pressed="true"><span class="kern-label">niemanden', room(bo, hour))
    assert "spricht für" not in browser.get(now_part).text
    assert press(bo, hour, "speaks_for", jana, whom=person) == 303
    assert wishes(house, hour, commands.Kind.SPEAKS_FOR) == [
        {"person": jana, "whom": person},
        {"person": jana, "whom": None},
    ]
    with house.database.reading() as connection:
        people = {each.id: each for each in store.persons_of(connection, hour.id)}
        assert voices.of_office_hour(connection, hour.id, people) == {jana: (person, "staff")}
    with house.database.transaction() as connection:
        waiting.hide(connection, store.person(connection, person))
    assert press(bo, hour, "speaks_for", jana, whom=person) == 409
    assert press(bo, hour, "speaks_for", person, whom=jana) == 404


def test_a_cut_takes_it_off_the_public_page_as_well(
    chris: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour, jana: str
) -> None:
    on_air(house, hour)
    with house.database.transaction() as connection:
        waiting.cut(connection, hour.id, by="bo", guests_back=False)
    assert "spricht für" not in browser.get(f"/office-hours/{hour.id}/live?part=now").text
