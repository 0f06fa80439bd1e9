"""The whole life of a question: a mail comes in, a similar one is suggested, both are put together by one key and
approved; on air and answered; a link arrives by mail, and behind it the answer plays from its moment."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ingest import store
from ingest.archive import Archive
from ingest.database import now
from ingest.engine import Engine
from ingest.officehours import State, Visibility
from publish.targets import site as own_site
from questions import intake, letters, queue, tasks
from questions import store as questions
from questions.question import Question
from questions.question import State as QuestionState
from questions.settings import Settings
from questions.sources.maildir import Maildir
from tests.journeys.visitors import DESK, PHONE, complaints
from tests.questions.posting import BERLIN, send_waiting
from tests.standins import media
from tests.standins.browser import WatchedBrowser, chromium, findings
from tests.standins.postbox import Postbox, postbox
from tests.standins.serving import serving
from tests.web import sample
from tests.web.every_page import furnish
from tests.web.sample import Sample
from web.asgi import site
from web.sessions import COOKIE
from web.words import say

pytestmark = [pytest.mark.journey, pytest.mark.beside]

FIRST = "Wann wird der Radweg an der Bachgasse gebaut?"
SECOND = "Kommt der Radweg in der Bachgasse noch in diesem Jahr?"
BEGINS_S, ENDS_S, LENGTH_S = 6.0, 10.0, 14.0


@dataclass
class House:
    """A town whose site runs, its mailbox and its postman."""

    sample: Sample
    origin: str
    mails: Path
    box: Postbox
    office: Engine
    key: str

    def mail_in(self, number: int, sender: str, words: str) -> None:
        head = f"From: {sender.title()} <{sender}@x.example>\nMessage-ID: <{number}@x.example>\nSubject: Radweg\n"
        to = "To: fragen@lindenau.example\n"
        (self.mails / "new" / f"{number}").write_text(f"{head}{to}\nGuten Tag,\n\n{words}\n\nViele Grüße\n{sender}\n")
        database, safe = self.sample.house.database, self.sample.house.safe
        assert intake.fetch_all(Maildir(self.mails, mail_bytes=100_000), database, safe) == 1

    def post(self) -> None:
        with self.sample.house.database.transaction() as connection:
            letters.want_due(connection, now() + timedelta(minutes=11), BERLIN)
        postman = threading.Thread(target=send_waiting, args=(self.office,))
        postman.start()  # here a browser's event loop runs already
        postman.join(30)

    def question(self, words: str) -> Question:
        with self.sample.house.database.reading() as connection:
            every = questions.of_office_hour(connection, self.sample.coming.id, frozenset(QuestionState))
        return next(each for each in every if words in each.original_text)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("life")
    built = sample.build(folder)
    there = furnish(built)
    Maildir(folder / "mail", mail_bytes=100_000)  # makes its folders
    with postbox() as box, serving(site(built.house)) as origin:
        settings = Settings(
            smtp_host="127.0.0.1", smtp_port=box.port, smtp_security="none", letters_from="fragen@stadt.example",
            smtp_timeout_s=2.0,
        )  # fmt: skip
        kinds = tasks.kinds(settings, built.house.safe, say, lambda path: f"{origin}{path}", BERLIN)
        office = Engine(built.house.database, Archive(folder / "archive"), kinds, lambda step, kind: None)
        yield House(built, origin, folder / "mail", box, office, there.keys["staff"])
    built.house.database.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[WatchedBrowser]:
    with chromium() as browser:
        yield browser


def staff_page(house: House, browser: WatchedBrowser) -> Page:
    context = browser.context(viewport=DESK)
    context.add_cookies([{"name": COOKIE, "value": house.key, "url": house.origin}])
    page = context.new_page()
    page.goto(f"{house.origin}/staff/office-hours/{house.sample.coming.id}/questions")
    return page


def answered_on_air(house: House, browser: WatchedBrowser) -> None:
    """The room goes on air; on the board Bo lets the question come now, and says by a key that it is answered."""
    hour, database = house.sample.coming, house.sample.house.database
    with database.transaction() as connection:
        for goal in (State.BACKSTAGE, State.ON_AIR):
            store.move_office_hour(connection, hour.id, goal, **({"began_at": now()} if goal is State.ON_AIR else {}))
    board = staff_page(house, browser)
    board.goto(f"{house.origin}/staff/office-hours/{hour.id}/board")
    item = board.locator(".order__item", has_text=FIRST)
    item.get_by_role("button", name="Jetzt", exact=True).click()
    expect(board.locator(".cue--air .cue__text")).to_contain_text(FIRST)
    board.keyboard.press("d")
    expect(board.locator(".cue--air .cue__text")).not_to_contain_text(FIRST)
    board.context.close()
    browser.messages.clear()  # there is no room: the board has looked for one in vain
    assert house.question(FIRST).state is QuestionState.ANSWERED


def recorded(house: House, question: Question) -> None:
    """The office hour as the room and the pipeline leave it: ended, with a film and its chapters."""
    hour, database = house.sample.coming, house.sample.house.database
    with database.transaction() as connection:
        edition = store.add_edition(connection, hour.id, address="e" * 32, tick_duration="1/25")
        store.finish_edition(connection, edition.id, int(LENGTH_S * 25))
        store.move_office_hour(connection, hour.id, State.ENDED, ended_at=now())
        queue.close(connection, hour.id, by="clock")
    room = house.sample.house.archive.room(hour.id)
    room.download.parent.mkdir(parents=True, exist_ok=True)
    media.write_clip(room.download, LENGTH_S, width=320, height=180, frame_rate=25)
    sample._write(
        room.chapters, sample._vtt([("Begrüßung", "opening", 0, BEGINS_S), (FIRST, question.id, BEGINS_S, ENDS_S)])
    )
    spoken = [("<v Ada>Guten Abend.", "", 0.5, 4.0), ("<v Ada>Der Bau beginnt im April.", "", 6.5, 9.5)]
    sample._write(room.captions("de"), sample._vtt(spoken))


def test_from_a_mail_to_the_moment_of_its_answer(house: House, browser: WatchedBrowser) -> None:
    house.mail_in(1, "chris", FIRST)
    page = staff_page(house, browser)
    expect(page.locator("#one .one__text").first).to_contain_text(FIRST)

    house.mail_in(2, "dana", SECOND)  # while Bo reads: it comes into the list, what is open stays
    expect(page.locator("#list .row", has_text=SECOND)).to_be_visible()
    expect(page.locator("#one .one__text").first).to_contain_text(FIRST)
    page.keyboard.press("j")
    expect(page.locator("#one .one__text").first).to_contain_text(SECOND)
    expect(page.locator("#one .alike", has_text=FIRST)).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("m")
    expect(page.locator("#list .row", has_text=FIRST)).to_contain_text("2-mal gestellt")
    expect(page.locator("#one .one__text").first).to_contain_text(FIRST)
    page.keyboard.press("q")
    expect(page.locator("#list .row", has_text=FIRST)).to_have_count(0)
    page.context.close()
    first, second = house.question(FIRST), house.question(SECOND)
    assert (first.state, second.state, second.merged_into) == (
        QuestionState.QUEUED, QuestionState.MERGED, first.id,
    )  # fmt: skip

    house.post()
    told = {(each["To"], each["Subject"].partition(" – ")[0]) for each in house.box.mails}
    assert ("dana@x.example", "Andere fragen dasselbe wie Sie") in told
    assert complaints(browser) == []
    answered_on_air(house, browser)
    recorded(house, first)
    with house.sample.house.database.transaction() as connection:
        own_site.release(connection, house.sample.coming.id)
        assert store.office_hour(connection, house.sample.coming.id).visibility is Visibility.RELEASED
    house.box.mails.clear()
    house.post()
    links = {
        str(each["To"]): found[0]
        for each in house.box.mails
        if (found := re.search(rf"{re.escape(house.origin)}/q/\w+", each.get_content()))
    }
    assert links.keys() == {"chris@x.example", "dana@x.example"}

    reader = browser.page(viewport=PHONE)
    reader.goto(links["dana@x.example"])
    expect(reader.get_by_role("heading", level=1)).to_contain_text(FIRST)
    expect(reader.get_by_text("2-mal gestellt")).to_be_visible()
    expect(reader.locator("#transcript")).to_have_text(re.compile("Der Bau beginnt im April"))
    expect(reader.locator("#transcript")).not_to_contain_text("Guten Abend")
    reader.wait_for_function("document.getElementById('player').readyState >= 1")
    reader.evaluate("document.getElementById('player').play()")
    reader.wait_for_function("document.getElementById('player').currentTime > 0")
    at = reader.evaluate("document.getElementById('player').currentTime")
    assert BEGINS_S - 0.5 <= at <= ENDS_S
    assert findings(reader) == []
    assert complaints(browser) == []
    browser.assert_stayed_home()
