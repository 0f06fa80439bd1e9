"""Bo reads on the board what is wrong in the room, and finds somebody who leads on when Ada is lost."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

import web
from ingest import attention, commands, store
from ingest.attention import Alarm
from ingest.database import now
from ingest.faults import Fault
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role, Scope, SeatState
from tests.web.conftest import Browser, SmallHouse
from web.pages import alarms


@pytest.fixture
def hour(new_hour: Callable[..., OfficeHour]) -> OfficeHour:
    return new_hour(State.ON_AIR)


@pytest.fixture
def cast(house: SmallHouse, hour: OfficeHour) -> dict[str, Person]:
    """Ada hosts, Chris asks, both on air."""
    people = {}
    with house.database.transaction() as connection:
        for name, role in (("Ada", Role.HOST), ("<Chris>", Role.GUEST)):
            person = people[name] = store.add_person(connection, hour.id, name=name, role=role)
            store.answer_consent(connection, person.id, dict.fromkeys(Scope, True), 1)
            if role is Role.GUEST:
                store.move_seat(connection, person.id, SeatState.WAITING, SeatState.ADMITTED)
            store.move_seat(connection, person.id, SeatState.ADMITTED, SeatState.ON_AIR)
    return people


def wrong(house: SmallHouse, hour: OfficeHour, *found: tuple[Fault, str, int]) -> None:
    """These faults, of whom, for so many seconds (minutes of a disk)."""
    rows = [
        Alarm(
            office_hour=hour.id, fault=fault, person=person, since=now() - timedelta(seconds=length),
            minutes=length if fault is Fault.DISK else None,
        )
        for fault, person, length in found
    ]  # fmt: skip
    with house.database.transaction() as connection:
        attention.keep(connection, hour.id, rows)


def attention_of(bo: Browser, hour: OfficeHour, language: str = "de") -> str:
    address = f"/staff/office-hours/{hour.id}/board?part=attention"
    return bo.get(address, headers={"Accept-Language": language}).text


def test_every_fault_has_a_sentence() -> None:
    assert set(alarms.SENTENCES) == set(Fault)


def test_faults_are_said_with_names_the_urgent_first(
    bo: Browser, house: SmallHouse, hour: OfficeHour, cast: dict[str, Person]
) -> None:
    ada, chris = cast["Ada"].id, cast["<Chris>"].id
    wrong(house, hour, (Fault.ECHO, chris, 5), (Fault.SILENT, ada, 8), (Fault.DISK, "", 40))
    text = attention_of(bo, hour)
    assert "Das Mikrofon von Ada ist seit <span" in text
    assert "Echo von &lt;Chris&gt;: Bitten Sie um Kopfhörer" in text
    assert "Speicherplatz für noch 40 Minuten." in text
    assert text.index("Mikrofon") < text.index("Echo") < text.index("Speicherplatz")
    assert "The microphone of Ada has been silent for <span" in attention_of(bo, hour, "en")


def test_what_is_read_out_of_a_length_changes_each_half_minute_only(
    bo: Browser, house: SmallHouse, hour: OfficeHour, cast: dict[str, Person]
) -> None:
    wrong(house, hour, (Fault.FROZEN, cast["Ada"].id, 12))
    assert '<span class="kern-sr-only">5</span>' in attention_of(bo, hour)
    wrong(house, hour)
    wrong(house, hour, (Fault.FROZEN, cast["Ada"].id, 75))
    assert '<span class="kern-sr-only">60</span>' in attention_of(bo, hour)


def test_little_disk_is_urgent(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    wrong(house, hour, (Fault.DISK, "", 14))
    assert "attention__item--danger" in attention_of(bo, hour)


def test_an_office_hour_without_a_room_has_no_alarms(
    bo: Browser, house: SmallHouse, hour: OfficeHour, cast: dict[str, Person]
) -> None:
    wrong(house, hour, (Fault.GONE, cast["Ada"].id, 9))
    with house.database.transaction() as connection:
        store.move_office_hour(connection, hour.id, State.ENDED)
    assert "ist weg" not in attention_of(bo, hour)


def test_after_half_a_minute_without_the_host_staff_choose_and_viewers_read_of_it(
    bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour, cast: dict[str, Person]
) -> None:
    wrong(house, hour, (Fault.GONE, cast["Ada"].id, 6))
    early = attention_of(bo, hour)
    assert 'data-after-s="30" hidden' in early
    wrong(house, hour)
    wrong(house, hour, (Fault.GONE, cast["Ada"].id, 31))
    choice = attention_of(bo, hour)
    assert 'data-after-s="30">' in choice
    assert all(words in choice for words in ("&lt;Chris&gt; übernimmt", "Pause", "Beenden"))
    assert "Die Verbindung zu Ada ist unterbrochen." in browser.get(f"/office-hours/{hour.id}/live?part=now").text


def test_a_deputy_is_first_in_the_scene_and_nobody_is_asked_again(
    bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour, cast: dict[str, Person]
) -> None:
    wrong(house, hour, (Fault.GONE, cast["Ada"].id, 40))
    board = f"/staff/office-hours/{hour.id}/board"
    assert bo.fill(board, f"/staff/office-hours/{hour.id}/deputy", person=cast["<Chris>"].id).status_code == 303
    with house.database.reading() as connection:
        wished = [(each.kind.value, each.payload) for each in commands.waiting(connection, hour.id)]
    assert [kind for kind, _ in wished] == ["show", "scene"]
    assert (wished[0][1]["host"], wished[1][1]["people"]) == (True, [cast["<Chris>"].id])
    assert "übernimmt" not in attention_of(bo, hour)
    assert "unterbrochen" not in browser.get(f"/office-hours/{hour.id}/live?part=now").text


def test_only_staff_choose_a_deputy_and_only_of_who_is_in_the_room(
    bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour, cast: dict[str, Person]
) -> None:
    to = f"/staff/office-hours/{hour.id}/deputy"
    assert browser.fill(f"/office-hours/{hour.id}/live", to, person=cast["<Chris>"].id).status_code == 401
    with house.database.transaction() as connection:
        dana = store.add_person(connection, hour.id, name="Dana", role=Role.GUEST)
        store.answer_consent(connection, dana.id, dict.fromkeys(Scope, True), 1)
    assert bo.fill(f"/staff/office-hours/{hour.id}/board", to, person=dana.id).status_code == 409


def test_what_counts_the_seconds_of_alarms_counts_nothing_else() -> None:
    """The board's own clocks have attributes of their own: a script that takes another's figures stops that one."""
    folder = Path(web.__file__).parent
    counted = re.findall(
        r'querySelectorAll\("\[(data-[a-z-]+)\]"\)\) field\.', (folder / "static/attention.js").read_text()
    )
    assert counted == ["data-counted"]
    assert [path.name for path in folder.glob("templates/*.html") if counted[0] in path.read_text()] == []
