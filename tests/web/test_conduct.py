"""Every cell of `ingest/conduct.py` holds for what pages show and for what they send."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from ingest import store
from ingest.conduct import Act, allowed, doers, may
from ingest.officehours import OfficeHour, State
from ingest.people import Role
from ingest.store import Overtaken
from tests.web.conftest import ORIGIN, Browser, SmallHouse
from tests.web.test_alone import browser_of
from web.pages.line import DOINGS, check

STAFF, HOST = frozenset({Role.STAFF}), frozenset({Role.HOST})
PRESSED = (Act.START, Act.PAUSE, Act.RESUME, Act.EXTEND, Act.END, Act.CANCEL)
"""What a button is for at any time in its states; the others are there while something is counted."""
BUTTON = re.compile(r'name="(?:move|do)" value="(\w+)"')


def answer(hour: OfficeHour, act: Act, role: Role, *, alone: bool) -> str:
    """What somebody hears who presses."""
    try:
        check(hour, act, frozenset({role}), alone=alone)
    except Overtaken:
        return "too late"
    except HTTPException as refusal:
        return str(refusal.status_code)
    return "done"


def test_whoever_asks_gets_what_the_table_says(hour: OfficeHour) -> None:
    for act, role, state, alone in product(Act, Role, State, (False, True)):
        meant = "done" if may(act, frozenset({role}), state, alone=alone) else "too late"
        meant = meant if role in doers(act, alone=alone) else "403"
        assert answer(replace(hour, state=state), act, role, alone=alone) == meant


@pytest.fixture
def hours(new_hour: Callable[..., OfficeHour]) -> dict[State, OfficeHour]:
    """One in each state."""
    return {state: new_hour(state) for state in State}


def buttons(page: str) -> set[Act]:
    """Acts that can be pressed on a page."""
    known = {act.value for act in PRESSED}
    found = {Act(name) for name in BUTTON.findall(page) if name in known}
    return found | ({Act.EXTEND} if "/longer" in page else set())


def test_the_pages_of_staff_have_the_buttons_that_the_table_gives_them(
    bo: Browser, hours: dict[State, OfficeHour]
) -> None:
    for state, hour in hours.items():
        may_be = set(allowed(STAFF, state)) & set(PRESSED)
        page = f"/staff/office-hours/{hour.id}"
        assert buttons(bo.get(page).text) == may_be - {Act.EXTEND}
        board = "".join(bo.get(f"{page}/board?part={part}").text for part in ("now", "moves", "time"))
        assert buttons(board) == may_be - {Act.CANCEL}  # not by mistake, beside the others


def test_the_page_of_the_host_has_the_buttons_that_the_table_gives_them(
    app: Starlette, house: SmallHouse, hours: dict[State, OfficeHour]
) -> None:
    for state, hour in hours.items():
        with house.database.transaction() as connection:
            ada = store.add_person(connection, hour.id, name="Ada", role=Role.HOST)
        page = browser_of(app, house, ada).get(f"/office-hours/{hour.id}/host?part=seat").text
        assert buttons(page) == set(allowed(HOST, state)) & set(PRESSED)


def test_what_is_sent_is_done_as_the_table_says(bo: Browser, hours: dict[State, OfficeHour]) -> None:
    token = bo.token("/staff/office-hours/new")
    for state, hour in hours.items():
        for act in PRESSED:
            to = f"/staff/office-hours/{hour.id}/{'longer' if act is Act.EXTEND else 'move'}"
            data = {"csrf": token, "move": act.value, "sure": "yes", "minutes": "5"}
            answer = bo.post(to, data=data, headers={"Origin": ORIGIN}, follow_redirects=False)
            assert answer.status_code == (303 if may(act, STAFF, state) else 409), (act, state)


def test_every_act_is_done_somewhere() -> None:
    assert set(DOINGS) | {Act.EXTEND, Act.CANCEL, Act.START_LATE} == set(Act)
