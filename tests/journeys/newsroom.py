"""Who corrects captions: an office hour with what was heard, a site, and desks of people who have signed in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from ingest import store
from ingest.archive import Room
from ingest.database import now, random_id
from ingest.engine import Engine
from ingest.officehours import OfficeHour, State
from tests.journeys.visitors import DESK, PATIENCE_MS
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

Town = tuple[SmallHouse, str, WatchedBrowser]


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


@contextmanager
def newsroom(folder: Path) -> Iterator[Town]:
    """A house with a site, and a browser."""
    house = small_house(folder)
    kinds = tasks.kinds(Settings(), Scribe())
    house = replace(house, engine=Engine(house.database, house.archive, kinds, lambda step, kind: None))
    with serving(site(house)) as origin, chromium() as browser:
        yield house, origin, browser
    house.database.close()


def at_desk(town: Town, name: str, **options: Any) -> Desk:
    """Somebody who has signed in."""
    house, origin, browser = town
    email = f"{name.lower()}@lindenau.example"
    with house.database.transaction() as connection:
        account = store.account_by_email(connection, email)
        if account is None:
            account = store.add_account(connection, email=email, name=name, password_hash="none")
        until = now() + timedelta(hours=1)
        key = web_store.open_session(connection, account=account.id, person=None, expires_at=until)
    context = browser.context(**({"viewport": DESK, "reduced_motion": "reduce"} | options))
    context.add_cookies([{"name": COOKIE, "value": key, "url": origin}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return Desk(page, origin)
