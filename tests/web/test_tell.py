"""What makes an office hour known: the short address, the QR code that holds it, calendar, poster and texts."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import segno
from PIL import Image

from ingest import store
from ingest.officehours import OfficeHour, State, Visibility
from tests.web.conftest import ORIGIN, Browser, SmallHouse

BERLIN = ZoneInfo("Europe/Berlin")
NewHour = Callable[..., OfficeHour]


@pytest.fixture
def announced(new_hour: NewHour) -> OfficeHour:
    starts_at = datetime(2030, 12, 3, 17, tzinfo=BERLIN)
    return new_hour(
        starts_at=starts_at, title="Sprechstunde im Advent", host_role="Bürgermeisterin", captioned=True, signed=True,
        help_phone="0345 123 456", question_mail="fragen@stadt.example",
        needs_until=datetime(2030, 11, 24, tzinfo=BERLIN),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "visibility", "leads"),
    [
        (State.PLANNED, Visibility.HELD, "/office-hours/{id}"),
        (State.OPEN, Visibility.HELD, "/office-hours/{id}"),
        (State.ON_AIR, Visibility.HELD, "/office-hours/{id}/live"),
        (State.PAUSED, Visibility.HELD, "/office-hours/{id}/live"),
        (State.ENDED, Visibility.HELD, "/office-hours/{id}"),
        (State.IN_REVIEW, Visibility.RELEASED, "/replay/{id}"),
        (State.CANCELLED, Visibility.HELD, "/office-hours/{id}"),
    ],
)
def test_the_short_address_leads_where_it_goes_on(
    browser: Browser, new_hour: NewHour, state: State, visibility: Visibility, leads: str
) -> None:
    hour = new_hour(state, visibility=visibility)
    answer = browser.get(f"/s/{hour.short}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, leads.format(id=hour.id))
    assert answer.headers["cache-control"] == "no-store"


def test_it_is_found_as_people_type_it(browser: Browser, announced: OfficeHour) -> None:
    typed = f"{(announced.short or '')[:-2].capitalize()} {(announced.short or '')[-2:]}"
    assert browser.get(f"/s/{typed}", follow_redirects=False).status_code == 303


def test_an_unknown_one_says_what_to_do(browser: Browser) -> None:
    answer = browser.get("/s/apfel00")
    assert (answer.status_code, "Auf der Startseite finden Sie alle Sprechstunden." in answer.text) == (404, True)


def modules(png: bytes) -> list[list[int]]:
    """A QR code's black modules, read off the picture: 1 is black, without the quiet zone."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("L")) < 128
    rows, columns = np.where(pixels.any(axis=1))[0], np.where(pixels.any(axis=0))[0]
    code = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    size = int(np.argmin(code[0])) // 7  # the finder pattern's upper edge is seven modules long
    return [[int(each) for each in row] for row in code[size // 2 :: size, size // 2 :: size]]


def test_the_qr_code_is_that_of_the_short_address(browser: Browser, announced: OfficeHour) -> None:
    answer = browser.get(f"/office-hours/{announced.id}/qr.png")
    expected = segno.make_qr(f"{ORIGIN}/s/{announced.short}", error="m", boost_error=False)
    assert answer.headers["content-type"] == "image/png"
    assert modules(answer.content) == [list(row) for row in expected.matrix]
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size[0] >= 500


def test_the_qr_code_for_print_has_no_size_of_its_own(browser: Browser, announced: OfficeHour) -> None:
    answer = browser.get(f"/office-hours/{announced.id}/qr.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "viewBox" in answer.text
    assert "width=" not in answer.text.partition(">")[0]
    assert browser.get(f"/office-hours/{announced.id}/qr.gif").status_code == 404


def test_the_calendar_gets_one_entry_that_changes(browser: Browser, house: SmallHouse, announced: OfficeHour) -> None:
    def entry() -> dict[str, str]:
        answer = browser.get(f"/office-hours/{announced.id}/calendar.ics", headers={"Accept-Language": "de"})
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        lines = answer.text.replace("\r\n ", "").split("\r\n")
        return dict(line.split(":", 1) for line in lines if ":" in line)

    before = entry()
    assert (before["DTSTART"], before["SEQUENCE"], before["STATUS"]) == ("20301203T160000Z", "0", "CONFIRMED")
    assert before["DESCRIPTION"] == (
        rf"{ORIGIN}/s/{announced.short}\nFragen per Mail: fragen@stadt.example\nHilfe am Telefon: 0345 123 456"
    )
    with house.database.transaction() as connection:
        store.change_office_hour(connection, announced.id, starts_at=announced.starts_at + timedelta(days=1))
        store.move_office_hour(connection, announced.id, State.CANCELLED)
    after = entry()
    assert (after["UID"], after["SEQUENCE"], after["STATUS"]) == (before["UID"], "2", "CANCELLED")


def test_the_poster_holds_all_that_is_needed_in_the_language_of_the_hour(bo: Browser, announced: OfficeHour) -> None:
    page = bo.get(f"/staff/office-hours/{announced.id}/poster", headers={"Accept-Language": "en"}).text
    for words in (
        "Sprechstunde im Advent", "mit Ada, Bürgermeisterin", "Dienstag, 3. Dezember 2030", "17:00 bis 18:00 Uhr",
        f"/s/{announced.short}", f"/office-hours/{announced.id}/qr.svg", "Mit Gebärdensprach-Dolmetschung",
        "0345 123 456", "fragen@stadt.example", "bis Samstag, 23. November 2030",
    ):  # fmt: skip
        assert words in page


def test_the_texts_name_day_place_and_help(bo: Browser, announced: OfficeHour) -> None:
    page = bo.get(f"/staff/office-hours/{announced.id}/tell").text
    post = page.split('id="post"')[1].split("</p>")[0]
    mail = page.split('id="mail"')[1].split("</p>")[0]
    assert all(words in post for words in ("am Dienstag, 3. Dezember 2030", "17:00 bis 18:00", f"/s/{announced.short}"))
    assert all(words in mail for words in ("Hilfe am Telefon: 0345 123 456", "Mit Untertiteln.", "23. November 2030"))
    assert len(post) < 500  # what Mastodon takes


def test_the_public_page_says_when_how_and_who_helps(
    browser: Browser, house: SmallHouse, announced: OfficeHour
) -> None:
    with house.database.transaction() as connection:
        store.change_office_hour(connection, announced.id, help_phone="+49 (0)345 12-34")
    page = browser.get(f"/office-hours/{announced.id}", headers={"Accept-Language": "de"}).text
    for words in (
        "Dienstag, 3. Dezember 2030", "17:00 bis 18:00 Uhr", f"/s/{announced.short}", "Mit Untertiteln",
        "Mit Gebärdensprach-Dolmetschung", f"/office-hours/{announced.id}/calendar.ics", 'href="tel:+493451234"',
        f"/office-hours/{announced.id}/need", "Samstag, 23. November 2030",
    ):  # fmt: skip
        assert words in page


def test_everything_that_makes_it_known_says_where_to_try_ones_camera(bo: Browser, announced: OfficeHour) -> None:
    pages = [f"/staff/office-hours/{announced.id}/{page}" for page in ("poster", "tell")]
    assert all("/test" in bo.get(page).text.partition("<footer")[0] for page in pages)
    assert 'href="/test"' in bo.get(f"/office-hours/{announced.id}").text.partition("<footer")[0]


def test_only_staff_see_poster_and_texts(browser: Browser, announced: OfficeHour) -> None:
    for page in ("poster", "tell"):
        answer = browser.get(f"/staff/office-hours/{announced.id}/{page}", follow_redirects=False)
        assert answer.status_code == 303
