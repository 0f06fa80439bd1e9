"""Every page in each of its states, in both languages, in light and dark: axe finds nothing, nothing is too wide.

The list is `tests/web/every_page.py`. Pages of citizens are held like a phone, those of staff stand on a desk.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.journeys.visitors import DESK, is_too_wide
from tests.standins.browser import WatchedBrowser, chromium, findings
from tests.standins.serving import serving
from tests.web import sample
from tests.web.every_page import Furnished, Visit, furnish, visits
from web.asgi import site
from web.sessions import COOKIE

PHONE = {"width": 390, "height": 844}
NOT_THERE = frozenset({"/nothing-here", "/mine/nobodys"})
SAID_OR_COLOURED = (
    "color-contrast",
    "link-in-text-block",
    "html-has-lang",
    "html-lang-valid",
    "document-title",
    "button-name",
    "link-name",
    "label",
    "aria-input-field-name",
    "image-alt",
    "label-content-name-mismatch",
)
"""What another language and other colours can break; all else is the same page."""
SEND = """fields => {
  const form = document.querySelector("main form.form") ?? document.querySelector("main form");
  for (const [name, value] of Object.entries(fields)) {
    const named = [...form.querySelectorAll(`[name="${name}"]`)];
    const field = named.find((each) => each.type !== "radio" || each.value === value);
    if (field.type === "radio") field.checked = true;
    else field.value = value;
  }
  form.noValidate = true;
  form.requestSubmit();
}"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    built = sample.build(tmp_path_factory.mktemp("town"))
    there = furnish(built)
    with serving(site(built.house)) as origin:
        yield origin, there
    built.house.database.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[WatchedBrowser]:
    with chromium() as browser:
        yield browser


def wrong_with(page: Page, origin: str, visit: Visit, rules: tuple[str, ...]) -> list[str]:
    """What is wrong with a page, once it stands as it should."""
    answer = page.goto(origin + visit.path, wait_until="load")
    status = answer.status if answer else 0
    found = [] if status == (404 if visit.path in NOT_THERE else 200) else [f"status {status}"]
    for fields in visit.forms:
        with page.expect_navigation(wait_until="load"):
            page.evaluate(SEND, fields)
    found += findings(page, rules=rules)
    return found + ["wider than its window"] * is_too_wide(page)


@pytest.mark.parametrize(
    ("language", "scheme", "rules"),
    [
        pytest.param("de-DE", "light", (), marks=[pytest.mark.journey, pytest.mark.beside]),
        pytest.param("en-GB", "dark", SAID_OR_COLOURED, marks=pytest.mark.soak),
    ],
)
def test_axe_finds_nothing_on_any_page(
    town: tuple[str, Furnished], browser: WatchedBrowser, language: str, scheme: str, rules: tuple[str, ...]
) -> None:
    origin, there = town
    wrong: list[str] = []
    for who in sorted({visit.who for visit in visits(there.town)}):
        size = DESK if who in ("staff", "host", "early host", "late host") else PHONE
        context = browser.context(locale=language, viewport=size, color_scheme=scheme, reduced_motion="reduce")
        if who:
            context.add_cookies([{"name": COOKIE, "value": there.keys[who], "url": origin}])
        page = context.new_page()
        for visit in visits(there.town):
            if visit.who == who:
                wrong += [
                    f"{who} {visit.path} {visit.forms or ''}: {each}" for each in wrong_with(page, origin, visit, rules)
                ]
        assert page.locator("html").get_attribute("lang") == language[:2]
        context.close()
    # What a console notes has an address in brackets at its end; what a script threw has none.
    wrong += [each for each in browser.messages if each.startswith("error: ") and "(http" not in each]
    assert wrong == []
