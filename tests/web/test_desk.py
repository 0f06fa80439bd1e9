"""Bo runs the hour from the desk: the next one at one press, back again, marks, more time, a closed queue, notes."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from ingest import commands, intercom, marks, store
from ingest.commands import Kind
from ingest.database import now
from ingest.live.lobby import waiting
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role, Scope, SeatState
from questions import intake, moderation, queue
from questions import store as questions
from questions.question import Channel
from questions.question import State as Asked
from questions.sources import Arrival
from tests.web.conftest import ORIGIN, Browser, SmallHouse
from tests.web.test_cut import as_person


@pytest.fixture
def live(new_hour: Callable[..., OfficeHour]) -> OfficeHour:
    return new_hour(State.ON_AIR, delay_s=10, began_at=now() - timedelta(minutes=10))


@pytest.fixture
def ada(house: SmallHouse, live: OfficeHour) -> Person:
    with house.database.transaction() as connection:
        person = store.add_person(connection, live.id, name="Ada", role=Role.HOST)
        waiting.show(connection, person)
        return person


def add_guest(house: SmallHouse, hour: OfficeHour, name: str, *, admitted: bool = True) -> Person:
    with house.database.transaction() as connection:
        person = store.add_person(connection, hour.id, name=name, role=Role.GUEST, topic=f"{name} fragt")
        store.answer_consent(connection, person.id, dict.fromkeys(Scope, True), 1)
        if admitted:
            waiting.admit(connection, person)
        return person


def ask_question(house: SmallHouse, hour: OfficeHour, text: str) -> str:
    arrival = Arrival(
        channel=Channel.FORM, message=text, asked_at=now(), office_hour=hour.id, text=text, original_text=text,
    )  # fmt: skip
    with house.database.transaction() as connection:
        question = intake.take(connection, arrival, house.safe)
    assert question is not None
    return question.id


def queue_question(house: SmallHouse, hour: OfficeHour, text: str) -> str:
    id = ask_question(house, hour, text)
    with house.database.transaction() as connection:
        queue.queue(connection, moderation.approve(connection, questions.get(connection, id), by="bo"), by="bo")
    return id


class Desk:
    """Bo's board: presses the forms that it shows, and counts."""

    def __init__(self, bo: Browser, hour: OfficeHour) -> None:
        self.bo, self.address, self.presses = bo, f"/staff/office-hours/{hour.id}/board", 0

    def page(self, part: str = "") -> str:
        return self.bo.get(self.address + (f"?part={part}" if part else "")).text

    def press(self, key: str) -> int:
        """The first enabled button with this key, with the fields that its form has; the answer's status."""
        page = self.page({"Q": "questions", "Z": "strip"}.get(key, "now"))
        forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
        form = next(f for f in forms if f'data-key="{key}"' in f and not re.search(r" disabled[ >]", f))
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        action = re.search(r'action="([^"]+)"', form)
        assert action
        self.presses += 1
        return self.post(action[1], **fields)

    def post(self, action: str, **fields: str) -> int:
        if "csrf" not in fields:
            fields["csrf"] = self.bo.token(self.address)
        answer = self.bo.post(action, data=fields, headers={"Origin": ORIGIN}, follow_redirects=False)
        return int(answer.status_code)

    def on_air(self) -> str:
        found = re.search(r'<p class="cue__text(?: cue__text--quiet)?">(.*?)</p>', self.page("now"))
        assert found
        return found[1]


@pytest.fixture
def desk(bo: Browser, live: OfficeHour) -> Desk:
    return Desk(bo, live)


def test_the_next_one_and_back_again(house: SmallHouse, live: OfficeHour, ada: Person, desk: Desk) -> None:
    chris = add_guest(house, live, "Chris")
    queue_question(house, live, "Wann kommt der Bus?")
    assert desk.press("N") == 303
    assert desk.on_air() == "Chris fragt"
    assert desk.press("N") == 303
    assert desk.on_air() == "Wann kommt der Bus?"
    assert desk.press("Z") == 303
    assert desk.on_air() == "Chris fragt"
    with house.database.reading() as connection:
        assert store.seat(connection, chris.id).state is SeatState.ON_AIR
        assert store.seat(connection, ada.id).state is SeatState.ON_AIR


def test_who_saw_an_older_desk_changes_nothing(house: SmallHouse, live: OfficeHour, desk: Desk) -> None:
    id = queue_question(house, live, "Wann kommt der Bus?")
    queue_question(house, live, "Wann kommt die Tram?")
    to = f"/staff/office-hours/{live.id}/next"
    assert desk.post(to, item=f"question:{id}", seen="an older turn") == 409
    assert desk.post(to, item="question:gone", seen="") == 409
    assert desk.post(to, item="", seen="") == 409
    assert desk.post(f"/staff/office-hours/{live.id}/back", turn="none") == 409
    assert desk.on_air() == "Keine Frage und kein Gast."


def test_a_guest_who_still_waits_is_let_in_first(house: SmallHouse, live: OfficeHour, desk: Desk) -> None:
    dana = add_guest(house, live, "Dana", admitted=False)
    assert desk.post(f"/staff/office-hours/{live.id}/next", item=f"guest:{dana.id}", seen="") == 409
    assert 'data-key="N" aria-keyshortcuts="N" disabled' in desk.page("now")
    assert (desk.press("G"), desk.press("N")) == (303, 303)
    assert desk.on_air() == "Dana fragt"


def test_the_running_order_is_changed_by_buttons(house: SmallHouse, live: OfficeHour, desk: Desk) -> None:
    bus, tram = (queue_question(house, live, text) for text in ("Wann kommt der Bus?", "Wann kommt die Tram?"))
    to = f"/staff/office-hours/{live.id}/order"
    assert desk.post(to, do="up", item=f"question:{tram}", other=f"question:{bus}") == 303
    assert desk.post(to, do="up", item=f"question:{tram}", other=f"question:{bus}") == 303  # and it is below again
    assert desk.post(to, do="first", item=f"question:{tram}") == 303
    assert desk.post(to, do="up", item="question:gone", other=f"question:{bus}") == 409
    assert desk.post(to, do="sideways", item=f"question:{bus}") == 400
    page = desk.page("order")
    assert page.index("die Tram") < page.index("der Bus")


def test_a_mark_reaches_back_and_its_reason_comes_later(house: SmallHouse, live: OfficeHour, desk: Desk) -> None:
    assert desk.press("M") == 303
    assert "Warum?" in desk.page("reason")
    with house.database.reading() as connection:
        (mark,) = marks.unsettled(connection, live.id)
        (wish,) = [each for each in commands.waiting(connection, live.id) if each.kind is Kind.MARK]
    assert (mark.back_s, mark.command, wish.payload["back_s"]) == (30, wish.id, 30)
    to = f"/staff/office-hours/{live.id}/marks"
    assert desk.post(to, mark=mark.id, reason="Name einer dritten Person") == 303
    assert "Name einer dritten Person" in desk.page("reason")
    assert desk.post(to, mark=mark.id, do="settle") == 303
    assert desk.post(to, mark="gone", do="settle") == 404
    with house.database.reading() as connection:
        assert marks.unsettled(connection, live.id) == []


def test_the_planned_end_moves_for_everybody(
    app: Starlette, browser: Browser, house: SmallHouse, live: OfficeHour, ada: Person, desk: Desk
) -> None:
    to = f"/staff/office-hours/{live.id}/longer"
    assert [desk.post(to, minutes=minutes) for minutes in ("10", "5", "-5", "7")] == [303, 303, 303, 400]
    with house.database.reading() as connection:
        hour = store.office_hour(connection, live.id)
    assert hour.ends_at - live.ends_at == timedelta(minutes=10)
    host = as_person(app, house, ada).get(f"/office-hours/{live.id}/host?part=line").text
    assert f'data-planned="{(hour.planned_minutes + 10) * 60}"' in host
    assert "+10" in desk.page("time")
    end = re.search(r"bis (\d\d:\d\d)", desk.page("time"))
    assert end
    assert f"Geplant bis {end[1]} Uhr" in browser.get(f"/office-hours/{live.id}/live?part=now").text


def test_a_closed_queue_takes_nobody_new_and_those_in_it_are_told(
    app: Starlette, browser: Browser, house: SmallHouse, live: OfficeHour, desk: Desk
) -> None:
    dana = add_guest(house, live, "Dana", admitted=False)
    assert desk.post(f"/staff/office-hours/{live.id}/queue", do="close") == 303
    assert "Der Warteraum ist geschlossen" in browser.get(f"/office-hours/{live.id}/join").text
    assert "Ihr Platz bleibt Ihnen" in as_person(app, house, dana).get(f"/office-hours/{live.id}/place").text
    assert "/join" not in browser.get(f"/office-hours/{live.id}/live").text
    assert desk.post(f"/staff/office-hours/{live.id}/queue", do="open") == 303
    assert "Der Warteraum ist geschlossen" not in browser.get(f"/office-hours/{live.id}/join").text


def test_host_and_staff_write_to_each_other(
    app: Starlette, house: SmallHouse, live: OfficeHour, ada: Person, desk: Desk
) -> None:
    host, to = as_person(app, house, ada), f"/office-hours/{live.id}/intercom"
    assert desk.post(to, text="Noch eine Minute.") == 303
    page = f"/office-hours/{live.id}/host"
    assert "Noch eine Minute." in host.get(page + "?part=line").text
    host.fill(page, to, do="read")
    assert "Noch eine Minute." not in host.get(page + "?part=line").text
    assert "gelesen" in desk.page("intercom")
    host.fill(page, to, text="Ich brauche eine Pause.")
    assert "Ich brauche eine Pause." in desk.page("intercom")
    assert desk.post(to, text="  ") == 400
    guest = as_person(app, house, add_guest(house, live, "Chris"))
    assert guest.fill(f"/office-hours/{live.id}/place", to, text="Hallo").status_code == 403
    with house.database.transaction() as connection:
        assert intercom.erase(connection, live.id) == 2


def test_the_host_hides_for_a_moment(app: Starlette, house: SmallHouse, live: OfficeHour, ada: Person) -> None:
    host, page, to = as_person(app, house, ada), f"/office-hours/{live.id}/host", f"/office-hours/{live.id}/me"
    assert [host.fill(page, to, do=do).status_code for do in ("hide", "aside")] == [303, 400]
    assert "Ich bin wieder da" in host.get(page).text
    assert host.fill(page, to, do="back").status_code == 303
    assert "Ich bin wieder da" not in host.get(page).text
    with house.database.reading() as connection:
        assert store.seat(connection, ada.id).state is SeatState.ON_AIR


def test_staff_get_tickets_to_see_and_hear_only(house: SmallHouse, live: OfficeHour, desk: Desk) -> None:
    def ask(audience: str) -> int:
        headers = {"Origin": ORIGIN, "X-Csrf": desk.bo.token(desk.address)}
        answer = desk.bo.post(f"/staff/office-hours/{live.id}/ticket", json={"audience": audience}, headers=headers)
        return int(answer.status_code)

    assert [ask(each) for each in ("whep", "socket", "whip", "song")] == [200, 200, 403, 400]
    with house.database.reading() as connection:
        assert [(each.name, each.role) for each in store.persons_of(connection, live.id)] == [("Bo", Role.STAFF)]


def test_only_staff_run_the_desk(browser: Browser, live: OfficeHour) -> None:
    token = browser.token(f"/office-hours/{live.id}/ask")
    for what in ("next", "back", "order", "mark", "marks", "longer", "queue"):
        to = f"/staff/office-hours/{live.id}/{what}"
        assert browser.post(to, data={"csrf": token}, headers={"Origin": ORIGIN}).status_code == 401


def test_an_hour_of_six_guests_and_twelve_questions_takes_few_presses(
    house: SmallHouse, new_hour: Callable[..., OfficeHour], bo: Browser
) -> None:
    """Through the pages' own forms, from the open room to the last word: whoever comes is let in, all is read."""
    hour = new_hour(State.BACKSTAGE)
    with house.database.transaction() as connection:
        store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
    desk, seen, asked = Desk(bo, hour), [], []
    desk.press("S")
    with house.database.transaction() as connection:
        store.move_office_hour(connection, hour.id, State.ON_AIR, began_at=now())  # as the studio does
    for number in range(6):
        add_guest(house, hour, f"Gast {number}", admitted=False)
        before = desk.presses
        assert (desk.press("G"), desk.press("N")) == (303, 303)
        seen.append(desk.on_air())
        for text in (f"Frage {number}a?", f"Frage {number}b?"):
            asked.append(ask_question(house, hour, text))
            assert desk.press("Q") == 303
        assert desk.press("N") == 303
        off_after = desk.presses - before - 2  # less the two unread questions, which are no part of a guest's way
        seen.append(desk.on_air())
        assert desk.press("N") == 303
        seen.append(desk.on_air())
    assert (desk.press("M"), desk.press("N")) == (303, 303)  # something is marked, the last one goes off
    print(f"{desk.presses} presses for 6 guests and 12 questions; {off_after} from waiting to off air")
    with house.database.reading() as connection:
        states = {each.state for each in questions.by_ids(connection, asked).values()}
        seats = [store.seat(connection, p.id) for p in store.persons_of(connection, hour.id) if p.role is Role.GUEST]
    assert (states, {seat.state for seat in seats}) == ({Asked.ANSWERED}, {SeatState.ADMITTED})
    each = [(f"Gast {number} fragt", f"Frage {number}a?", f"Frage {number}b?") for number in range(6)]
    assert seen == [words for three in each for words in three]
    assert (off_after, desk.presses) == (3, 39)


@pytest.mark.parametrize("state", [State.PLANNED, State.OPEN, State.BACKSTAGE, State.ON_AIR, State.PAUSED, State.ENDED])
@pytest.mark.parametrize("queued", [False, True])
def test_desk_and_host_page_stand_in_every_state(
    app: Starlette, bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour], state: State, queued: bool
) -> None:
    times = {"began_at": now()} if state in (State.ON_AIR, State.PAUSED, State.ENDED) else {}
    hour = new_hour(state, **times, **({"ended_at": now()} if state is State.ENDED else {}))
    with house.database.transaction() as connection:
        host = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
    if queued and state not in (State.PLANNED, State.ENDED):
        queue_question(house, hour, "Wann kommt der Bus?")
    assert bo.get(f"/staff/office-hours/{hour.id}/board").status_code == 200
    ada = as_person(app, house, host)
    for part in ("", "?part=seat", "?part=question", "?part=line"):
        assert ada.get(f"/office-hours/{hour.id}/host{part}").status_code == 200


@pytest.mark.parametrize("state", [State.BACKSTAGE, State.ON_AIR, State.PAUSED])
def test_no_key_does_two_things(
    bo: Browser, house: SmallHouse, new_hour: Callable[..., OfficeHour], state: State
) -> None:
    hour = new_hour(state)
    add_guest(house, hour, "Chris")
    ask_question(house, hour, "Wann kommt der Radweg?")
    page = bo.get(f"/staff/office-hours/{hour.id}/board").text
    keys = re.findall(r'<(?:button|input|select)[^>]* data-key="(.+?)"(?![^>]* disabled)', page)
    assert len(keys) > 8
    assert sorted(keys) == sorted(set(keys))
