"""Chris takes part, Ada hosts, Bo lets people in; Dana may not."""

from collections.abc import Callable

import pytest
from starlette.applications import Starlette

from ingest import commands, store, tickets
from ingest.database import now
from ingest.officehours import OfficeHour, State
from ingest.people import Role, Scope, SeatState
from questions import moderation, queue
from questions import store as questions
from questions.question import State as QuestionState
from tests.web.conftest import ORIGIN, Browser, SmallHouse, join, person_of

pytestmark = pytest.mark.hour(State.BACKSTAGE)


def press(browser: Browser, hour: OfficeHour, do: str, person: str) -> int:
    board = f"/staff/office-hours/{hour.id}/board"
    answer = browser.fill(board, f"/staff/office-hours/{hour.id}/seats", do=do, person=person)
    return int(answer.status_code)


def ask_for_ticket(browser: Browser, page: str, audience: str) -> tuple[int, dict[str, str]]:
    headers = {"X-Csrf": browser.get(page).text.split('data-csrf="')[1].split('"')[0], "Origin": ORIGIN}
    headers["Accept"] = "application/json"
    answer = browser.post("/tickets", json={"audience": audience}, headers=headers)
    return answer.status_code, answer.json()


def test_a_guest_waits_with_consent_and_topic(chris: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    id = person_of(house, hour)
    with house.database.reading() as connection:
        seat, said = store.seat(connection, id), store.consents_of(connection, id)
    assert (seat.state, seat.topic) == (SeatState.WAITING, "Wann kommt der Radweg?")
    assert {each.scope for each in said if each.given} == {Scope.LIVE, Scope.RECORDING, Scope.NAME}
    page = chris.get(f"/office-hours/{hour.id}/place").text
    assert 'data-sign="not_on_air"' in page
    assert "Sie sind als Nächstes dran" in page


def test_the_first_step_asks_again_for_what_is_missing(browser: Browser, hour: OfficeHour) -> None:
    answer = browser.fill(f"/office-hours/{hour.id}/join", step="name", name="", topic="")
    assert answer.status_code == 422
    assert "wie wir Sie nennen dürfen" in answer.text


def test_no_seat_without_consent(browser: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    fields = {"step": "consent", "name": "Chris", "topic": "Radweg"}
    assert browser.fill(f"/office-hours/{hour.id}/join", **fields).status_code == 422
    with house.database.reading() as connection:
        assert store.persons_of(connection, hour.id) == []


def test_who_wants_to_be_read_out_has_asked_a_question_and_no_camera(
    app: Starlette, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    erika = Browser(app)
    join(erika, hour, "Erika", "read_out")
    page = erika.get(f"/office-hours/{hour.id}/place").text
    assert 'data-camera="no"' in page
    assert "start-devices" not in page
    with house.database.reading() as connection:
        (asked,) = questions.of_office_hour(connection, hour.id, [QuestionState.NEW])
    assert (asked.text, asked.author) == ("Wann kommt der Radweg?", "Erika")
    assert press(bo, hour, "admit", person_of(house, hour, "Erika")) == 409


def test_a_waiting_guest_gets_no_ticket_to_send(chris: Browser, hour: OfficeHour) -> None:
    page = f"/office-hours/{hour.id}/place"
    assert ask_for_ticket(chris, page, "whip")[0] == 409
    assert ask_for_ticket(chris, page, "whep")[0] == 200
    assert ask_for_ticket(chris, page, "screen")[0] == 403  # nor may a guest share a screen later on


def test_a_guest_let_in_gets_a_ticket_and_the_room_is_told(
    chris: Browser, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    id = person_of(house, hour)
    assert press(bo, hour, "admit", id) == 303
    code, found = ask_for_ticket(chris, f"/office-hours/{hour.id}/place", "whip")
    assert code == 200
    with house.database.transaction() as connection:
        taken = tickets.take(connection, found["ticket"], tickets.Audience.WHIP, now())
        (admit,) = commands.waiting(connection, hour.id)
    assert (taken.person, admit.kind, admit.payload["name"]) == (id, commands.Kind.ADMIT, "Chris")


def test_the_same_guest_let_in_twice_is_a_clear_message(
    chris: Browser, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    id = person_of(house, hour)
    board = f"/staff/office-hours/{hour.id}/board"
    fields = {"csrf": bo.token(board), "do": "admit", "person": id}
    answers = [bo.post(board.replace("board", "seats"), data=fields, follow_redirects=False) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert "Diese Person ist schon woanders" in answers[1].text


def test_a_person_goes_on_air_off_again_and_back_to_waiting(
    chris: Browser, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    id = person_of(house, hour)
    for act, state in (
        ("admit", SeatState.ADMITTED), ("show", SeatState.ON_AIR),
        ("hide", SeatState.ADMITTED), ("hold", SeatState.HELD),
    ):  # fmt: skip
        assert press(bo, hour, act, id) == 303
        with house.database.reading() as connection:
            assert store.seat(connection, id).state is state


def test_a_guest_leaves_and_comes_back_to_the_line(chris: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    page, id = f"/office-hours/{hour.id}/place", person_of(house, hour)
    chris.fill(page, f"/office-hours/{hour.id}/leave")
    assert "Sie sind gegangen" in chris.get(page).text
    chris.fill(page, f"/office-hours/{hour.id}/come-back")
    with house.database.reading() as connection:
        assert store.seat(connection, id).state is SeatState.WAITING


def test_a_guest_has_no_rights_on_staff_pages_or_elsewhere(
    chris: Browser, house: SmallHouse, hour: OfficeHour, new_hour: Callable[..., OfficeHour]
) -> None:
    dana, other, token = chris, new_hour(), chris.token(f"/office-hours/{hour.id}/place")
    assert dana.get(f"/staff/office-hours/{hour.id}/board").status_code == 403
    assert dana.get(f"/office-hours/{hour.id}/host").status_code == 403
    for path, fields in {
        f"/staff/office-hours/{hour.id}/seats": {"do": "admit", "person": person_of(house, hour)},
        f"/staff/office-hours/{hour.id}/questions": {"do": "approve", "question": "x"},
        f"/staff/office-hours/{hour.id}/move": {"move": "release"},
        f"/staff/office-hours/{hour.id}/mark": {},
        f"/office-hours/{other.id}/leave": {},
    }.items():
        assert (path, dana.post(path, data={**fields, "csrf": token}).status_code) == (path, 403)


def test_the_hosts_address_works_without_a_password_until_it_is_replaced(
    app: Starlette, bo: Browser, hour: OfficeHour
) -> None:
    page = f"/staff/office-hours/{hour.id}"
    bo.fill(page, f"{page}/people", do="invite", name="Ada", role="host")
    address = bo.get(page).text.split(f"{ORIGIN}")[1].split('"')[0]
    ada = Browser(app)
    assert ada.get(address).url.path == f"/office-hours/{hour.id}/host"
    assert ask_for_ticket(ada, f"/office-hours/{hour.id}/host", "whip")[0] == 200
    person = bo.get(page).text.split('name="person" value="')[1].split('"')[0]
    bo.fill(page, f"{page}/people", do="renew", person=person)
    assert Browser(app).get(address).status_code == 404


def test_a_question_goes_from_unread_on_air_to_answered(
    bo: Browser, browser: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.ON_AIR)
    browser.fill(f"/office-hours/{hour.id}/ask", question="Wann kommt der Radweg?", consent="yes")
    with house.database.reading() as connection:
        (asked,) = questions.of_office_hour(connection, hour.id, [QuestionState.NEW])
    board = f"/staff/office-hours/{hour.id}/board"
    for act, state in (
        ("queue", QuestionState.QUEUED), ("on_air", QuestionState.ON_AIR), ("answered", QuestionState.ANSWERED),
    ):  # fmt: skip
        assert bo.fill(board, board.replace("board", "questions"), do=act, question=asked.id).status_code == 303
        with house.database.reading() as connection:
            assert questions.get(connection, asked.id).state is state
            wished = [command.kind for command in commands.waiting(connection, hour.id)]
    assert wished == [commands.Kind.ON_AIR, commands.Kind.ANSWERED]


def test_a_question_can_be_brought_to_the_front(
    bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    for text in ("Erste?", "Zweite?"):
        browser.fill(f"/office-hours/{hour.id}/ask", question=text, consent="yes")
    with house.database.transaction() as connection:
        for asked in questions.of_office_hour(connection, hour.id, [QuestionState.NEW]):
            queue.queue(connection, moderation.approve(connection, asked, by="bo"), by="bo")
        second = queue.queued(connection, hour.id)[1]
    board = f"/staff/office-hours/{hour.id}/board"
    bo.fill(board, board.replace("board", "questions"), do="first", question=second.id)
    with house.database.reading() as connection:
        assert [each.text for each in queue.queued(connection, hour.id)] == ["Zweite?", "Erste?"]


def test_what_the_room_refused_stands_on_the_attention_list(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    with house.database.transaction() as connection:
        command = commands.write(connection, hour.id, commands.Kind.PAUSE)
        commands.finish(connection, command, commands.State.REFUSED, reason="nothing is on air")
    assert "nothing is on air" in bo.get(f"/staff/office-hours/{hour.id}/board?part=attention").text


def test_a_host_waits_for_nobody(house: SmallHouse, hour: OfficeHour) -> None:
    with house.database.transaction() as connection:
        ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
        assert store.seat(connection, ada.id).state is SeatState.ADMITTED
