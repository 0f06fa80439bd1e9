"""Bo notes a telephone caller on the desk, and the desk's page connects as that caller and as nobody else."""

import re

import pytest

from ingest import attention, commands, store
from ingest.attention import Alarm
from ingest.database import now
from ingest.faults import Fault
from ingest.live.lobby import guests, telephone
from ingest.live.lobby.guests import Way
from ingest.officehours import OfficeHour, State
from ingest.people import Person, Role, Scope, SeatState
from questions import store as questions
from questions.question import State as QuestionState
from tests.web.conftest import ORIGIN, Browser, SmallHouse
from web.consenting import Answers
from web.pages.callers import noted

ALBERS = {
    "name": "Herr Albers", "topic": "Wann kommt der Bus?",
    "live": "yes", "recording": "yes", "outside": "no", "name_shown": "yes",
}  # fmt: skip


@pytest.fixture
def to(house: SmallHouse, hour: OfficeHour) -> str:
    with house.database.transaction() as connection:
        store.move_office_hour(connection, hour.id, State.BACKSTAGE)
    return f"/staff/office-hours/{hour.id}"


def send(bo: Browser, path: str, **fields: str) -> int:
    """A form as the desk sends it; its token is the session's, and the smallest page has it as well."""
    fields["csrf"] = bo.token("/staff/office-hours/new")
    return int(bo.post(path, data=fields, headers={"Origin": ORIGIN}, follow_redirects=False).status_code)


def note(bo: Browser, to: str, **fields: str) -> int:
    """An empty field is left out, as browsers do with what is not ticked."""
    return send(bo, f"{to}/callers", **{name: value for name, value in (ALBERS | fields).items() if value})


def people_of(house: SmallHouse, hour: OfficeHour) -> list[Person]:
    with house.database.reading() as connection:
        return [each for each in store.persons_of(connection, hour.id) if each.role is Role.GUEST]


def press(bo: Browser, to: str, person: Person, **fields: str) -> int:
    return send(bo, f"{to}/callers/{person.id}", **fields)


def ticket(bo: Browser, to: str, person: Person, audience: str, page: str = "one", *, claim: bool = True) -> int:
    headers = {"Origin": ORIGIN, "X-Csrf": bo.token("/staff/office-hours/new"), "Accept": "application/json"}
    wish = {"audience": audience, "page": page, "claim": claim}
    return int(bo.post(f"{to}/callers/{person.id}/ticket", json=wish, headers=headers).status_code)


def here(bo: Browser, to: str, person: Person, query: str) -> int:
    headers = {"Origin": ORIGIN, "X-Csrf": bo.token("/staff/office-hours/new")}
    return int(bo.patch(f"{to}/callers/{person.id}/here?{query}", headers=headers).status_code)


def answers(*given: Scope, pseudonym: str = "") -> Answers:
    return Answers(scopes={scope: scope in given for scope in Scope}, pseudonym=pseudonym)


@pytest.mark.parametrize(
    ("said", "recorded", "found"),
    [
        ({"live": "yes", "recording": "yes", "outside": "yes", "name_shown": "yes"}, True, answers(*Scope)),
        ({"live": "yes", "recording": "no", "name_shown": "yes"}, True, answers(Scope.LIVE, Scope.NAME)),
        ({"live": "yes", "recording": "no", "outside": "yes", "name_shown": "no", "pseudonym": "eine Nachbarin"}, True,
         answers(Scope.LIVE, pseudonym="eine Nachbarin")),
        ({"live": "no", "name_shown": "yes"}, True, answers(Scope.NAME)),
        ({"live": "yes", "name_shown": "yes"}, False, answers(Scope.LIVE, Scope.NAME)),
        ({"live": "yes", "recording": "yes", "name_shown": "yes"}, True, None),  # nothing was said about elsewhere
        ({"live": "yes", "name_shown": "yes"}, True, None),
        ({"recording": "yes", "outside": "yes", "name_shown": "yes"}, True, None),
        ({"live": "perhaps", "name_shown": "yes"}, False, None),
    ],
)  # fmt: skip
def test_each_scope_is_noted_as_it_was_spoken(said: dict[str, str], recorded: bool, found: Answers | None) -> None:
    assert noted(said, recorded=recorded) == found


def test_a_caller_is_in_the_one_line_with_consent_noted_by_bo(
    bo: Browser, house: SmallHouse, hour: OfficeHour, to: str
) -> None:
    assert note(bo, to) == 303
    (albers,) = people_of(house, hour)
    with house.database.reading() as connection:
        said = store.consents_of(connection, albers.id)
        seat, guest = store.seat(connection, albers.id), guests.of(connection, albers)
    assert (albers.name, albers.language, seat.topic) == ("Herr Albers", "de", "Wann kommt der Bus?")
    assert (seat.state, guest.way) == (SeatState.WAITING, Way.TELEPHONE)
    assert {each.scope for each in said if each.given} == {Scope.LIVE, Scope.RECORDING, Scope.NAME}
    assert {(each.noted_by, each.text_version) for each in said} == {("Bo", hour.consent_version)}
    page = bo.get(f"{to}/board").text
    assert "am Telefon" in page
    assert "vermerkt von Bo um" in page
    assert 'data-say-not-on-air="Sie sind nicht auf Sendung. Nur wir hören Sie."' in page
    assert 'data-say-on-air="Sie sind jetzt auf Sendung."' in page


def test_a_private_address_takes_back_later_what_was_spoken(
    bo: Browser, browser: Browser, house: SmallHouse, hour: OfficeHour, to: str
) -> None:
    note(bo, to)
    found = re.search(r'href="(/own/[^"]+)"', bo.get(f"{to}/board?part=phone").text)
    assert found
    assert "Herr Albers" in browser.get(found[1]).text
    assert browser.fill(found[1], f"{found[1]}/take-back", scope="recording").status_code == 303
    with house.database.reading() as connection:
        (albers,) = telephone.callers(connection, hour)
        held = {each.scope for each in store.consents_of(connection, albers.id) if each.holds}
    assert held == {Scope.LIVE, Scope.NAME}


def test_nothing_is_noted_while_a_word_is_missing(bo: Browser, house: SmallHouse, hour: OfficeHour, to: str) -> None:
    for missing in ALBERS:
        assert note(bo, to, **{missing: ""}) == 422, missing
    assert people_of(house, hour) == []


def test_who_does_not_want_to_be_heard_is_read_out(bo: Browser, house: SmallHouse, hour: OfficeHour, to: str) -> None:
    assert note(bo, to, live="no", recording="", outside="", name_shown="no", pseudonym="") == 303
    (albers,) = people_of(house, hour)
    with house.database.reading() as connection:
        (asked,) = questions.of_office_hour(connection, hour.id, QuestionState)
        assert telephone.callers(connection, hour) == []
    assert (asked.text, asked.author) == ("Wann kommt der Bus?", "Bürgerin oder Bürger")
    assert ticket(bo, to, albers, "whep") == 404


def test_only_staff_note_and_connect(
    browser: Browser, bo: Browser, house: SmallHouse, hour: OfficeHour, to: str
) -> None:
    note(bo, to)
    (albers,) = people_of(house, hour)
    token, origin = browser.token("/login"), {"Origin": ORIGIN}
    for path in (f"{to}/callers", f"{to}/callers/{albers.id}", f"{to}/callers/{albers.id}/ticket"):
        sent = browser.post(path, data={"csrf": token}, headers=origin, follow_redirects=False)
        assert sent.status_code in (303, 401, 403), path
    assert len(people_of(house, hour)) == 1


def test_the_page_sends_only_while_the_caller_is_in_the_room(
    bo: Browser, house: SmallHouse, hour: OfficeHour, to: str
) -> None:
    note(bo, to)
    (albers,) = people_of(house, hour)
    assert [ticket(bo, to, albers, each) for each in ("whep", "socket", "whip", "screen", "else")] == [
        200, 200, 409, 403, 400,
    ]  # fmt: skip
    assert 'data-send="no" data-listen="yes"' in bo.get(f"{to}/board?part=phone").text
    assert send(bo, f"{to}/seats", do="admit", person=albers.id) == 303
    assert ticket(bo, to, albers, "whip") == 200
    assert 'data-send="yes"' in bo.get(f"{to}/board?part=phone").text
    assert press(bo, to, albers, do="take_back", scope="all") == 303
    assert [ticket(bo, to, albers, each) for each in ("whip", "whep")] == [403, 403]


def test_a_ticket_is_for_callers_alone(bo: Browser, house: SmallHouse, hour: OfficeHour, to: str) -> None:
    with house.database.transaction() as connection:
        chris = store.add_person(connection, hour.id, name="Chris", role=Role.GUEST)
        ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
    for person in (chris, ada):
        assert ticket(bo, to, person, "whep") == 404
        assert press(bo, to, person, do="hang_up") == 404


def test_of_two_pages_the_newer_one_carries_the_caller(
    bo: Browser, house: SmallHouse, hour: OfficeHour, to: str
) -> None:
    note(bo, to)
    (albers,) = people_of(house, hour)
    assert here(bo, to, albers, "page=one&claim=yes") == 204
    assert ticket(bo, to, albers, "whep", "two", claim=False) == 423
    assert here(bo, to, albers, "page=two&claim=yes") == 204
    assert [here(bo, to, albers, f"page={page}") for page in ("one", "two")] == [423, 204]
    assert [ticket(bo, to, albers, "whep", page, claim=False) for page in ("one", "two")] == [423, 200]


def test_the_open_line_answers_a_call_and_the_list_says_so(
    bo: Browser, house: SmallHouse, hour: OfficeHour, to: str
) -> None:
    note(bo, to)
    (albers,) = people_of(house, hour)
    assert send(bo, f"{to}/waiting", do="call", person=albers.id) == 303
    assert "jetzt anrufen" in bo.get(f"{to}/board?part=phone").text
    assert "hat sich gemeldet" not in bo.get(f"{to}/board?part=room").text
    assert here(bo, to, albers, "page=one&claim=yes") == 204
    assert "hat sich gemeldet" in bo.get(f"{to}/board?part=room").text


def test_what_mends_a_callers_line_is_ours_to_do(bo: Browser, house: SmallHouse, hour: OfficeHour, to: str) -> None:
    note(bo, to)
    (albers,) = people_of(house, hour)
    with house.database.transaction() as connection:
        faults = (Fault.GONE, Fault.ECHO)
        found = [Alarm(office_hour=hour.id, fault=each, person=albers.id, since=now()) for each in faults]
        attention.keep(connection, hour.id, found)
    page = bo.get(f"{to}/board?part=attention").text
    assert "Herr Albers ist weg: Verbinden Sie das Telefon wieder" in page
    assert "Stellen Sie leiser, was ins Telefon gespielt wird" in page


def test_hanging_up_ends_it(bo: Browser, house: SmallHouse, hour: OfficeHour, to: str) -> None:
    note(bo, to)
    (albers,) = people_of(house, hour)
    send(bo, f"{to}/seats", do="admit", person=albers.id)
    send(bo, f"{to}/seats", do="show", person=albers.id)
    assert 'data-say-not-on-air="Sie sind nicht mehr auf Sendung' in bo.get(f"{to}/board?part=phone").text
    assert press(bo, to, albers, do="hang_up") == 303
    assert press(bo, to, albers, do="sing") == 400
    with house.database.reading() as connection:
        assert store.seat(connection, albers.id).state is SeatState.LEFT
        last = commands.history(connection, hour.id)[-1]
    assert (last.kind, last.payload["person"]) == (commands.Kind.HOLD, albers.id)
    assert ticket(bo, to, albers, "whip") == 409
    assert "hat aufgelegt" in bo.get(f"{to}/board?part=phone").text


def test_a_citizen_cannot_make_themself_a_telephone(
    browser: Browser, house: SmallHouse, hour: OfficeHour, to: str
) -> None:
    join = f"/office-hours/{hour.id}/join"
    sent = browser.fill(join, name="Eve", topic="Bus", step="way", way="telephone")
    assert sent.status_code == 422
    assert people_of(house, hour) == []
