"""The page that says what only a person with an iPhone can try."""

import html

from starlette.applications import Starlette

from tests.web.conftest import Browser
from web.pages.checklist import STEPS


def test_staff_find_each_step_with_what_has_to_be_seen_and_a_box_to_tick(bo: Browser) -> None:
    page = bo.get("/staff/iphone").text
    assert page.count('type="checkbox"') == len(STEPS)
    assert "Sperren Sie das iPhone für eine halbe Minute" in page
    english = bo.get("/staff/iphone", headers={"Accept-Language": "en"}).text
    assert [words for step in STEPS for words in step if words not in html.unescape(english)] == []
    assert 'href="/staff/iphone"' in bo.get("/staff/tests").text


def test_it_is_for_staff(app: Starlette) -> None:
    assert Browser(app).get("/staff/iphone", follow_redirects=False).status_code in (303, 401)
