"""Every page answers, in both languages, with the same safe headers and nothing inline."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import web
from tests.web import sample as town
from tests.web.conftest import Browser
from web.asgi import site
from web.security import policy

TEMPLATES = Path(web.__file__).parent / "templates"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[town.Sample]:
    made = town.build(tmp_path_factory.mktemp("town"), posts_per_minute=10_000, logins_per_minute=1000)
    yield made
    made.house.database.close()


@pytest.fixture(scope="module")
def public_pages(sample: town.Sample) -> list[str]:
    coming, running, past = (each.id for each in (sample.coming, sample.running, sample.past))
    return [
        "/", "/imprint", "/privacy", "/login", f"/office-hours/{coming}", f"/office-hours/{coming}/ask",
        f"/office-hours/{coming}/asked", f"/office-hours/{coming}/join", f"/office-hours/{running}/live",
        f"/office-hours/{running}/live?part=now", f"/replay/{past}", f"/office-hours/{sample.held.id}",
        f"/office-hours/{coming}/need", f"/office-hours/{coming}/need?said=yes", f"/office-hours/{sample.cancelled.id}",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def staff_pages(sample: town.Sample) -> list[str]:
    coming, running, held = (each.id for each in (sample.coming, sample.running, sample.held))
    board = f"/staff/office-hours/{running}/board"
    return [
        "/staff", "/staff/office-hours/new", f"/staff/office-hours/new?like={held}", f"/staff/office-hours/{coming}",
        f"/staff/office-hours/{coming}?part=state", f"/staff/office-hours/{coming}/edit",
        f"/staff/office-hours/{coming}/tell", f"/staff/office-hours/{coming}/poster",
        f"/staff/office-hours/{sample.cancelled.id}",
        f"/staff/office-hours/{held}", board, f"/replay/{held}", f"/replay/{held}?part=banner",
        *(f"{board}?part={part}" for part in ("attention", "questions", "room", "now")),
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en"])
def test_public_pages_answer(sample: town.Sample, public_pages: list[str], language: str) -> None:
    browser = TestClient(site(sample.house), headers={"Accept-Language": language})
    for page in public_pages:
        answer = browser.get(page, follow_redirects=False)
        assert (page, answer.status_code) == (page, 200)
        assert "?part" in page or f'<html lang="{language}"' in answer.text
        assert answer.headers["content-security-policy"] == policy("")


@pytest.mark.parametrize("language", ["de", "en"])
def test_staff_pages_answer(sample: town.Sample, staff_pages: list[str], language: str) -> None:
    browser = Browser(site(sample.house), headers={"Accept-Language": language}).sign_in(town.EMAIL)
    for page in staff_pages:
        assert (page, browser.get(page, follow_redirects=False).status_code) == (page, 200)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_hosts_page_answers(sample: town.Sample, language: str) -> None:
    browser = TestClient(site(sample.house), headers={"Accept-Language": language})
    answer = browser.get(f"/host/{sample.running_host_token}")
    assert (answer.status_code, answer.url.path) == (200, f"/office-hours/{sample.running.id}/host")
    assert town.ASKED[0][1] in answer.text
    for part in ("seat", "question"):
        assert browser.get(f"{answer.url.path}?part={part}").status_code == 200


def test_staff_pages_send_a_stranger_to_sign_in(sample: town.Sample, staff_pages: list[str]) -> None:
    browser = TestClient(site(sample.house))
    for page in staff_pages:
        answer = browser.get(page, follow_redirects=False)
        expected = (410, None) if page.startswith("/replay") else (303, f"/login?to={page.split('?')[0]}")
        assert (page, answer.status_code, answer.headers.get("location")) == (page, *expected)


def test_every_kind_of_answer_has_the_same_policy(sample: town.Sample) -> None:
    browser = TestClient(site(sample.house), raise_server_exceptions=False)
    for page in ("/", "/nowhere", "/static/site.css", "/health", "/static/none", f"/replay/{sample.held.id}", "/q/x"):
        assert browser.get(page).headers["content-security-policy"] == policy("")
    assert browser.post("/login").headers["content-security-policy"] == policy("")


def test_a_fault_of_ours_says_so_with_the_same_policy(sample: town.Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.office.render", None)
    answer = TestClient(site(sample.house), raise_server_exceptions=False).get("/imprint")
    assert (answer.status_code, answer.headers["content-security-policy"]) == (500, policy(""))


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_holds_script_or_style(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", text)
    for script in re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL):
        assert script == ""


def test_pages_name_no_other_host(sample: town.Sample, public_pages: list[str]) -> None:
    browser = TestClient(site(sample.house))
    for page in public_pages:
        assert re.findall(r"(?:src|href|action)=\"(?:https?:)?//[^\"]+", browser.get(page).text) == []


def test_all_names_in_the_catalogue_of_assets_are_there() -> None:
    from web.assets import PACKAGES, asset
    from web.packages import NODE_MODULES

    if not NODE_MODULES.is_dir():
        pytest.skip("the front-end packages are not fetched; `make serve` or `npm ci` does it")
    assert [name for name in PACKAGES if asset(f"packages/{name}") is None] == []
    assert asset("packages/../axe-core/axe.js") is None
    assert asset("../asgi.py") is None
