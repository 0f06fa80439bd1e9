"""Chris says what may happen with his picture, voice and name, sees it on his pages, and takes it back."""

import re
from collections.abc import Callable
from typing import Any, cast

import pytest
from starlette.applications import Starlette

from ingest import commands, marks, steps, store
from ingest.commands import Kind
from ingest.live.lobby import agreement, waiting
from ingest.officehours import OfficeHour, State, Visibility
from ingest.people import Person, Role, Scope, SeatState
from questions import store as questions
from questions.question import State as QuestionState
from tests.web.conftest import Browser, SmallHouse
from web import consenting, personal
from web import store as web_store
from web.sessions import COOKIE

FIELDS = {"name": "Chris Klee", "topic": "Wann kommt der Radweg?", "step": "consent"}


@pytest.fixture
def hour(new_hour: Callable[..., OfficeHour]) -> OfficeHour:
    return new_hour(State.BACKSTAGE)


def join(browser: Browser, hour: OfficeHour, scope: str = "live_and_recording", **more: str) -> None:
    page = f"/office-hours/{hour.id}/join"
    assert browser.fill(page, **FIELDS, scope=scope, **more).status_code == 303


def person_of(house: SmallHouse, hour: OfficeHour) -> Person:
    with house.database.reading() as connection:
        return next(each for each in store.persons_of(connection, hour.id) if each.role is Role.GUEST)


def agrees(house: SmallHouse, hour: OfficeHour) -> set[Scope]:
    with house.database.reading() as connection:
        return set(agreement.given(connection, store.person(connection, person_of(house, hour).id)))


def take_back(browser: Browser, hour: OfficeHour, scope: str) -> int:
    place = f"/office-hours/{hour.id}/place"
    answer = browser.fill(place, f"/office-hours/{hour.id}/consent", do="take_back", scope=scope)
    return int(answer.status_code)


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ({"scope": "live_and_recording"}, {Scope.LIVE, Scope.RECORDING, Scope.NAME}),
        ({"scope": "live_and_recording", "outside": "yes"}, set(Scope)),
        ({"scope": "live_and_recording", "no_recording": "yes", "outside": "yes"}, {Scope.LIVE, Scope.NAME}),
        ({"scope": "live_and_recording", "no_name": "yes"}, {Scope.LIVE, Scope.RECORDING}),
        ({"scope": "read_out", "outside": "yes"}, {Scope.NAME}),
        ({"scope": "read_out", "no_name": "yes"}, set()),
        ({"way": "audio"}, {Scope.LIVE, Scope.RECORDING, Scope.NAME}),
        ({"way": "read_out"}, {Scope.NAME}),
    ],
)
def test_the_form_says_all_four_scopes(form: dict[str, str], wanted: set[Scope]) -> None:
    answers = consenting.scopes_of(form)
    assert answers is not None
    assert set(answers.scopes) == set(Scope)
    assert {scope for scope, given in answers.scopes.items() if given} == wanted


def test_without_a_choice_there_are_no_answers() -> None:
    assert consenting.scopes_of({"outside": "yes"}) is None
    live_only = consenting.scopes_of({"scope": "live_and_recording", "outside": "yes"}, recorded=False)
    assert live_only is not None
    assert {scope for scope, given in live_only.scopes.items() if given} == {Scope.LIVE, Scope.NAME}


def test_who_hides_their_name_is_shown_under_another_one_everywhere(
    app: Starlette, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    chris = Browser(app)
    join(chris, hour, no_name="yes")
    person = person_of(house, hour)
    assert (person.name, person.shown_name) == ("Chris Klee", "Bürgerin oder Bürger")
    board = bo.get(f"/staff/office-hours/{hour.id}/board").text
    assert "Chris Klee" in board
    assert "gezeigt als „Bürgerin oder Bürger“" in board
    with house.database.transaction() as connection:
        waiting.admit(connection, person)
        waiting.show(connection, person)
        assert {each.payload["name"] for each in commands.waiting(connection, hour.id)} == {"Bürgerin oder Bürger"}
        store.add_edition(connection, hour.id, address="e" * 32, tick_duration="1/30")
        store.move_office_hour(connection, hour.id, State.ON_AIR)
    public = Browser(app).get(f"/office-hours/{hour.id}/live").text
    assert "Bürgerin oder Bürger" in public
    assert "Chris Klee" not in public


def test_a_question_that_is_read_out_has_the_chosen_pseudonym(
    app: Starlette, house: SmallHouse, hour: OfficeHour
) -> None:
    join(Browser(app), hour, "read_out", no_name="yes", pseudonym="Nachbar vom Markt")
    with house.database.reading() as connection:
        (asked,) = questions.of_office_hour(connection, hour.id, [QuestionState.NEW])
    assert asked.author == "Nachbar vom Markt"


def test_staff_see_a_sign_for_each_scope(app: Starlette, bo: Browser, hour: OfficeHour) -> None:
    join(Browser(app), hour)
    board = bo.get(f"/staff/office-hours/{hour.id}/board").text
    signs = re.findall(r'consent-sign--(yes|no)" title="([^"]+)">(\w+)', board)
    assert [(held, word) for held, _, word in signs] == [
        ("yes", "live"), ("yes", "Aufnahme"), ("no", "anderswo"), ("yes", "Name"),
    ]  # fmt: skip
    assert "nicht auf anderen Plattformen wie YouTube" in [title for _, title, _ in signs]


def test_the_own_page_shows_what_was_said_and_takes_it_back(
    app: Starlette, house: SmallHouse, hour: OfficeHour
) -> None:
    chris = Browser(app)
    join(chris, hour, outside="yes")
    assert agrees(house, hour) == set(Scope)
    assert take_back(chris, hour, "outside") == 303
    assert agrees(house, hour) == set(Scope) - {Scope.OUTSIDE}
    part = chris.get(f"/office-hours/{hour.id}/consent").text
    assert part.count('value="take_back"') == 4  # three scopes, and the way out on top
    assert "zurückgenommen am" in part
    assert take_back(chris, hour, "everything") == 400


def test_taking_back_on_air_ends_it_and_nobody_calls_them_again(
    app: Starlette, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    chris = Browser(app)
    join(chris, hour)
    person = person_of(house, hour)
    with house.database.transaction() as connection:
        waiting.admit(connection, person)
        waiting.show(connection, person)
        store.move_office_hour(connection, hour.id, State.ON_AIR)
    assert take_back(chris, hour, "live") == 303
    with house.database.reading() as connection:
        assert store.seat(connection, person.id).state is SeatState.HELD
        wish = commands.waiting(connection, hour.id)[-1]
    assert (wish.kind, wish.payload["scopes"]) == (Kind.CONSENT, ["name"])
    board = f"/staff/office-hours/{hour.id}/board"
    answer = bo.fill(board, f"/staff/office-hours/{hour.id}/seats", do="admit", person=person.id)
    assert answer.status_code == 409


def test_a_stranger_takes_nothing_back(app: Starlette, browser: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    join(Browser(app), hour)
    page = f"/office-hours/{hour.id}/join"
    answer = browser.fill(page, f"/office-hours/{hour.id}/consent", do="take_back", scope="all")
    assert answer.status_code == 403
    assert agrees(house, hour) == {Scope.LIVE, Scope.RECORDING, Scope.NAME}


def test_the_private_address_takes_back_after_the_end(
    app: Starlette, browser: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    chris = Browser(app)
    join(chris, hour)
    found = re.search(r'href="(/own/[\w-]+)"', chris.get(f"/office-hours/{hour.id}/place").text)
    assert found
    person = person_of(house, hour)
    with house.database.transaction() as connection:
        waiting.admit(connection, person)
        waiting.show(connection, person)
        store.move_office_hour(connection, hour.id, State.ON_AIR)
        store.add_edition(connection, hour.id, address="e" * 32, tick_duration="1/30")
        ended = store.move_office_hour(connection, hour.id, State.ENDED)
        store.set_visibility(connection, hour.id, Visibility.RELEASED, ended.created_at)
    answer = browser.fill(found[1], f"{found[1]}/take-back", scope="recording")
    assert answer.status_code == 303
    with house.database.reading() as connection:
        assert store.office_hour(connection, hour.id).visibility is Visibility.WITHDRAWN
        assert "transcode.cover" in {step.kind for step in steps.of_office_hour(connection, hour.id)}
    assert agrees(house, hour) == {Scope.LIVE, Scope.NAME}
    assert browser.get("/own/nothing").status_code == 404


def test_another_date_leaves_the_private_address_of_a_guest_as_it_is(
    app: Starlette, house: SmallHouse, hour: OfficeHour
) -> None:
    join(Browser(app), hour)
    person, any_house = person_of(house, hour).id, cast(Any, house)
    with house.database.transaction() as connection:
        before = web_store.link_of(connection, person)
        personal.keep_open(connection, any_house, hour)
        assert web_store.link_of(connection, person) == before


def host(house: SmallHouse, app: Starlette, hour: OfficeHour) -> Browser:
    with house.database.transaction() as connection:
        ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
        key = web_store.open_session(connection, account=None, person=ada.id, expires_at=hour.starts_at)
    return Browser(app, cookies={COOKIE: key})


def test_the_host_confirms_once_and_staff_see_when_it_is_missing(
    app: Starlette, bo: Browser, house: SmallHouse, hour: OfficeHour
) -> None:
    ada = host(house, app, hour)
    page, board = f"/office-hours/{hour.id}/host", f"/staff/office-hours/{hour.id}/board"
    missing = "Ada hat das Einverständnis noch nicht bestätigt."
    assert missing in bo.get(board).text
    assert "Vor dem ersten Mal: Ihr Einverständnis" in ada.get(page).text
    answer = ada.fill(page, f"/office-hours/{hour.id}/consent", do="agree", scope="live_and_recording", outside="yes")
    assert answer.headers["location"] == page
    assert "Vor dem ersten Mal" not in ada.get(page).text
    assert missing not in bo.get(board).text
    with house.database.reading() as connection:
        (ada_said,) = store.consents_in(connection, hour.id).values()
    assert {each.scope for each in ada_said if each.given} == set(Scope)


def test_marks_are_looked_at_before_the_release(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    with house.database.transaction() as connection:
        store.move_office_hour(connection, hour.id, State.ON_AIR)
        store.add_edition(connection, hour.id, address="e" * 32, tick_duration="1/30")
        for reason, tick in (("ein Name", 1350), ("", 1200)):
            marks.note(connection, hour.id, by="bo", reason=reason)
            command = commands.waiting(connection, hour.id)[-1]
            commands.finish(connection, command.id, commands.State.DONE, tick=tick)
        store.move_office_hour(connection, hour.id, State.ENDED)
        second, first = marks.unsettled(connection, hour.id)
    page = f"/staff/office-hours/{hour.id}"
    text = bo.get(page).text
    assert f'href="/replay/{hour.id}?t=15.0">0:15</a> <span>ein Name' in text
    refused = bo.fill(page, f"{page}/move", move="release")
    assert (refused.status_code, "sind Stellen markiert" in refused.text) == (409, True)
    for mark, note in ((first, "nur ein Vorname"), (second, "")):
        assert bo.fill(page, f"{page}/marks", do="settle", mark=mark.id, note=note).status_code == 303
    assert "nur ein Vorname" in bo.get(f"{page}?part=marks").text
    assert bo.fill(page, f"{page}/marks", do="settle", mark=first.id).status_code == 409
    assert bo.fill(page, f"{page}/marks", do="settle", mark="none").status_code == 404
    assert bo.fill(page, f"{page}/move", move="release").status_code == 303
    with house.database.reading() as connection:
        assert store.office_hour(connection, hour.id).visibility is Visibility.RELEASED


def test_live_only_has_no_replay_and_no_files(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    with house.database.transaction() as connection:
        store.change_office_hour(connection, hour.id, recorded=False)
        store.move_office_hour(connection, hour.id, State.ON_AIR)
        store.add_edition(connection, hour.id, address="e" * 32, tick_duration="1/30")
        store.move_office_hour(connection, hour.id, State.ENDED)
    playlist = house.archive.room(hour.id).programme().index
    playlist.parent.mkdir(parents=True)
    playlist.write_text("#EXTM3U\n", encoding="utf-8")
    assert bo.get(f"/replay/{hour.id}").status_code == 404
    assert bo.get(f"/media/{'e' * 32}/programme/1/index.m3u8").status_code == 410
    page = f"/staff/office-hours/{hour.id}"
    assert bo.fill(page, f"{page}/move", move="release").status_code == 409
