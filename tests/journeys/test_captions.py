"""Two people correct the captions of an office hour at once, one of them on a line that dies; then all is public."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ingest import steps, store
from ingest.archive import Room
from ingest.database import now, random_id
from ingest.engine import Engine
from ingest.officehours import OfficeHour, State
from tests.journeys.visitors import DESK, PATIENCE_MS, Album, complaints, is_too_wide
from tests.standins.browser import WatchedBrowser, chromium
from tests.standins.recorded import cast, record
from tests.standins.reel import Form
from tests.standins.scribe import Scribe
from tests.standins.serving import serving
from tests.web.conftest import SmallHouse, small_house
from transcode import tasks
from transcode.cues import cues
from transcode.settings import Settings
from transcode.speech import Word
from transcode.webvtt import webvtt
from web import store as web_store
from web.asgi import site
from web.sessions import COOKIE

pytestmark = [pytest.mark.journey, pytest.mark.beside]

SPOKEN = [
    "Guten Abend und willkommen.",
    "Wann kommt der Rathweg?",
    "Der Rathweg kommt im April.",
    "Die Linden bleiben.",
]
MANY = 1000


def heard(sentences: list[str], each_s: float = 5.0) -> list[Word]:
    """A sentence each five seconds; the second has a word that nobody was sure of."""
    found = []
    for number, sentence in enumerate(sentences):
        for n, word in enumerate(sentence.split()):
            at = number * each_s + n * 0.5
            found.append(Word(word=word, start_s=at, end_s=at + 0.5, probability=0.1 if word == "Rathweg?" else 0.9))
    return found


def over(house: SmallHouse, words: list[Word], length_s: float) -> OfficeHour:
    """An office hour that was recorded, with what the machine heard; nothing of it waits to be made."""
    id = random_id()
    form = Form(width=320, height=180)
    recording = record(house.archive, id, cast(2), length_s=length_s, form=form, tracks=False)
    with house.database.transaction() as connection:
        store.add_office_hour(
            connection, id=id, title="Sprechstunde", host_name="Ada", starts_at=now(), state=State.ON_AIR
        )
        store.add_edition(connection, id, address=random_id(), duration_ticks=recording.ticks, tick_duration="1/30")
        hour = store.move_office_hour(connection, id, State.ENDED, ended_at=now())
    write(house.archive.room(id), words)
    return hour


def write(room: Room, words: list[Word]) -> None:
    room.captions("de").parent.mkdir(parents=True, exist_ok=True)
    room.captions("de").write_text(webvtt(cues(words), words), encoding="utf-8")
    room.words("de").write_text(json.dumps([word.values() for word in words]), encoding="utf-8")


@dataclass
class Desk:
    """Somebody of the staff at the editor."""

    page: Page
    origin: str

    def open(self, hour: OfficeHour) -> None:
        self.page.goto(f"{self.origin}/staff/office-hours/{hour.id}/captions")
        expect(self.page.locator(".passage[aria-current]")).to_have_count(1)

    def passage(self, words: str) -> None:
        """Go to the passage that says this, and into its text."""
        row = self.page.locator(".passage", has_text=words).first
        row.locator("textarea" if row.get_attribute("aria-current") else ".passage__text").click()
        expect(self.page.locator(".bench textarea")).to_be_focused()

    def writes(self, words: str, *, leaves: bool = True) -> None:
        self.page.locator(".bench textarea").fill(words)
        if leaves:
            self.page.keyboard.press("Escape")

    def says(self, state: str) -> None:
        expect(self.page.locator("#saved")).to_have_attribute("data-state", state)

    def reads(self, words: str) -> None:
        expect(self.page.locator(".passage__text, .bench textarea").filter(has_text=words).first).to_have_count(1)

    def lines(self) -> list[str]:
        return [
            text.replace("\n", " ")
            for text in self.page.locator(".passage:not(.passage--out) .passage__text").all_text_contents()
        ]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallHouse, str, WatchedBrowser]]:
    house = small_house(tmp_path_factory.mktemp("town"))
    kinds = tasks.kinds(Settings(), Scribe())
    house = replace(house, engine=Engine(house.database, house.archive, kinds, lambda step, kind: None))
    with serving(site(house)) as origin, chromium() as browser:
        yield house, origin, browser
    house.database.close()


def at_desk(town: tuple[SmallHouse, str, WatchedBrowser], name: str) -> Desk:
    """Somebody who has signed in."""
    house, origin, browser = town
    email = f"{name.lower()}@lindenau.example"
    with house.database.transaction() as connection:
        account = store.account_by_email(connection, email)
        if account is None:
            account = store.add_account(connection, email=email, name=name, password_hash="none")
        until = now() + timedelta(hours=1)
        key = web_store.open_session(connection, account=account.id, person=None, expires_at=until)
    context = browser.context(viewport=DESK, reduced_motion="reduce")
    context.add_cookies([{"name": COOKIE, "value": key, "url": origin}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return Desk(page, origin)


def work(house: SmallHouse, hour: OfficeHour) -> None:
    """What the worker would do now."""
    with house.database.reading() as connection:
        waiting = [step.id for step in steps.of_office_hour(connection, hour.id)]
    assert [house.engine.run(id) for id in waiting] == [steps.State.DONE]


def test_two_at_once_and_a_dead_line_lose_nothing(town: tuple[SmallHouse, str, WatchedBrowser], tmp_path: Path) -> None:
    house, origin, browser = town
    hour = over(house, heard(SPOKEN), 20.0)
    bo, dana = at_desk(town, "Bo"), at_desk(town, "Dana")
    album = Album(tmp_path)
    bo.open(hour)
    dana.open(hour)

    # Each sees where the other one is.
    expect(bo.page.locator("#others")).to_contain_text("Dana")

    # The next doubtful place by key, corrected, and there on the other page by itself.
    bo.page.keyboard.press("n")
    expect(bo.page.locator(".passage[aria-current] .remark--doubt")).to_contain_text("Rathweg")
    bo.page.keyboard.press("Enter")
    bo.writes("Wann kommt der Ratsweg?")
    bo.says("kept")
    dana.reads("Wann kommt der Ratsweg?")

    # Both at the same passage, Dana on a line that is slower: who is second is told, and chooses.
    dana.passage("Wann kommt")
    expect(bo.page.locator(".passage__other").filter(has_text="Dana schreibt hier")).to_have_count(1)
    dana.page.context.set_offline(True)
    dana.writes("Wann kommt der Radweg?")
    dana.says("waiting")
    bo.passage("Wann kommt")
    bo.writes("Wann kommt der Rathausweg?")
    bo.says("kept")
    dana.page.context.set_offline(False)
    card = dana.page.locator(".conflict")
    expect(card).to_contain_text("Bo war hier schneller")
    expect(card).to_contain_text("Wann kommt der Rathausweg?")
    album.look(dana.page, "two-at-once")
    card.get_by_role("button", name="Meine Fassung nehmen").click()
    bo.reads("Wann kommt der Radweg?")

    # A dead line: what is done stays in the page and in the browser, and goes out when it can.
    bo.page.context.set_offline(True)
    bo.passage("Guten Abend")
    bo.writes("Guten Abend, liebe Gäste.")
    bo.says("waiting")
    album.look(bo.page, "dead-line", schemes=("light",))
    bo.page.close(run_before_unload=False)
    bo.page = bo.page.context.new_page()
    bo.page.context.set_offline(False)
    bo.open(hour)
    bo.says("kept")
    dana.reads("Guten Abend, liebe Gäste.")

    # Everywhere is one change, and is taken back as one.
    dana.page.locator("#list").focus()
    dana.page.keyboard.press("f")
    dana.page.get_by_label("Suchen", exact=True).fill("Rathweg")
    dana.page.get_by_label("Ersetzen durch").fill("Radweg")
    dana.page.get_by_role("button", name="Alle ersetzen").click()
    bo.reads("Der Radweg kommt im April.")
    dana.page.locator("#list").focus()
    dana.page.keyboard.press("z")
    bo.reads("Der Rathweg kommt im April.")
    dana.page.keyboard.press("y")
    bo.reads("Der Radweg kommt im April.")

    # Split and joined, with keys alone.
    bo.passage("Die Linden bleiben.")
    bo.page.keyboard.press("Escape")
    bo.page.keyboard.press("s")
    expect(bo.page.locator(".passage")).to_have_count(5)
    bo.page.keyboard.press("m")
    expect(dana.page.locator(".passage")).to_have_count(4)
    bo.says("kept")

    # Released, everybody reads it; the machine's own words are still there.
    bo.page.get_by_role("button", name="Freigeben", exact=True).click()
    expect(bo.page.locator("#public-title ~ p").first).to_contain_text("von Bo")
    work(house, hour)
    room = house.archive.room(hour.id)
    assert "Rathweg" in room.captions("de").read_text(encoding="utf-8")
    bo.page.goto(f"{origin}/replay/{hour.id}")
    said = bo.page.locator(".transcript__text")
    for words in ("Guten Abend, liebe Gäste.", "Wann kommt der Radweg?", "Der Radweg kommt im April."):
        expect(said).to_contain_text(words)
    shown = "[...document.querySelector('video').textTracks].find(({ kind }) => kind === 'captions').cues?.length"
    bo.page.wait_for_function(f"() => {shown} === 4")
    assert album.wrong == []
    assert [each for each in complaints(browser) if "ERR_INTERNET_DISCONNECTED" not in each] == []


def test_a_thousand_captions_are_there_and_no_page_is_too_wide(town: tuple[SmallHouse, str, WatchedBrowser]) -> None:
    house, _, _ = town
    hour = over(house, heard(["Wort und noch ein Wort."] * MANY), 4.0)
    bo = at_desk(town, "Bo")
    bo.open(hour)
    expect(bo.page.locator(".passage")).to_have_count(MANY)
    bo.page.locator("#list").focus()
    bo.page.keyboard.press("ArrowDown")
    bo.page.keyboard.press("Enter")
    bo.writes("Anders.")
    bo.says("kept")
    for width, height in ((390, 844), (768, 1024), (1366, 768)):
        bo.page.set_viewport_size({"width": width, "height": height})
        assert not is_too_wide(bo.page)
