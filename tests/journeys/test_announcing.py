"""Bo announces an office hour through the pages alone, makes it known, invites an interpreter, copies it, cancels it.

Mara says what she needs and Chris asks; both hear of the cancellation, Mara by mail, and Jana reads it on her page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import segno
from playwright.sync_api import expect

from tests.journeys.house import environment, serving, wait_for
from tests.journeys.visitors import PHONE, Album, Staff, Visitor, complaints
from tests.standins.browser import WatchedBrowser, chromium
from tests.standins.postbox import Postbox, postbox
from tests.standins.servers import free_port
from tests.web.test_tell import modules

pytestmark = [pytest.mark.journey, pytest.mark.beside]

TITLE = "Sprechstunde im Bürgerhaus"
A4_POINTS = (595, 842)
BEGINS = (datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(days=30)).replace(hour=17, minute=0)


@dataclass(frozen=True)
class Office:
    """A running installation that sends letters, a browser, and the album of what was seen."""

    origin: str
    browser: WatchedBrowser
    box: Postbox
    album: Album
    staff: Staff


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    with postbox() as box:
        letters = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(box.port), "SMTP_SECURITY": "none"}
        letters |= {"LETTERS_FROM": "fragen@lindenau.example", "LETTERS_INTERVAL_S": "1", "PUBLIC_URL": origin}
        environ = environment(
            tmp_path_factory.mktemp("data"), **{f"OFFICEHOURS_{name}": value for name, value in letters.items()}
        )
        with serving(environ, port), chromium() as browser:
            staff = Staff(browser, origin)
            staff.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
            yield Office(origin, browser, box, Album(tmp_path_factory.mktemp("pictures")), staff)


@pytest.fixture(scope="module")
def announced(office: Office) -> str:
    """All fields of the form, one of them wrong at first; returns the office hour's id."""
    staff = office.staff
    staff.goto("/login")
    staff.sign_in()
    staff.follow("Sprechstunde ankündigen")
    for label, text in {
        "Titel": TITLE,
        "Wer lädt ein": "Ada Lindner",
        "Amt": "Bürgermeisterin",
        "Beginn": BEGINS.strftime("%Y-%m-%dT%H:%M"),
        "Minuten": "45",
        "Fragen bis": (BEGINS - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
        "Mailadresse für Fragen": "fragen@lindenau.example",
        "„Ich brauche …“ bis": (BEGINS - timedelta(days=14)).strftime("%Y-%m-%d"),
        "Hilfe am Telefon": "bitte anrufen",
    }.items():
        staff.fill(label, text)
    staff.page.get_by_label("Es wird in Gebärdensprache gedolmetscht").check()
    staff.page.context.clear_cookies()  # the session ends while Bo is still typing
    staff.press("Ankündigen")
    staff.goto("/login?to=/staff/office-hours/new")
    staff.sign_in(leads="/staff/office-hours/new")
    expect(staff.page.get_by_label("Es wird in Gebärdensprache gedolmetscht")).to_be_checked()
    staff.press("Ankündigen")
    office.album.look(staff.page, "announce-wrong", whole=True)
    expect(staff.page.get_by_label("Titel").first).to_have_value(TITLE)
    staff.fill("Hilfe am Telefon", "0345 123 456")
    staff.press("Ankündigen")
    expect(staff.page).to_have_url(re.compile(r"/staff/office-hours/[0-9a-f]{32}$"))
    staff.press("Für Fragen öffnen")
    staff.sees("Raum öffnen")
    return staff.page.url.rsplit("/", 1)[1]


def copied(staff: Staff, beside: str) -> str:
    """Press the button that copies, and look into the clipboard."""
    staff.page.locator(f'[data-copies="{beside}"]').click()
    expect(staff.page.locator(f'[data-copies="{beside}"]')).to_contain_text("Kopiert")
    return str(staff.page.evaluate("navigator.clipboard.readText()"))


def test_the_poster_is_one_sheet_with_a_code_that_leads_there(office: Office, announced: str, tmp_path: Path) -> None:
    staff = office.staff
    staff.goto(f"/staff/office-hours/{announced}")
    short = copied(staff, "short")
    staff.follow("Texte, QR-Code und Kalender")
    office.album.look(staff.page, "tell", whole=True)
    assert short in copied(staff, "mail")
    staff.follow("Plakat zum Ausdrucken (A4)")
    office.album.look(staff.page, "poster", schemes=("light",), whole=True)
    code = staff.page.locator(".poster__qr")
    code.evaluate("image => { image.style.width = '740px'; image.style.position = 'fixed'; image.style.inset = '0'; }")
    expected = segno.make_qr(short, error="m", boost_error=False)
    assert modules(code.screenshot()) == [list(row) for row in expected.matrix]
    staff.goto(f"/staff/office-hours/{announced}/poster")
    sheet = staff.page.pdf(path=tmp_path / "poster.pdf", prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    box = re.search(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", sheet)
    assert box is not None
    assert (round(float(box[1])), round(float(box[2]))) == A4_POINTS
    citizen = Visitor(office.browser, office.origin, size=PHONE)
    citizen.page.goto(short)
    expect(citizen.page).to_have_url(f"{office.origin}/office-hours/{announced}")
    entry = citizen.page.request.get(f"{office.origin}/office-hours/{announced}/calendar.ics").text()
    assert f"DTSTART:{BEGINS.astimezone(ZoneInfo('UTC')):%Y%m%dT%H%M}00Z" in entry
    office.album.look(citizen.page, "announcement", whole=True)
    citizen.close()


def test_the_last_one_is_copied_with_the_next_date(office: Office, announced: str) -> None:
    staff = office.staff
    staff.goto("/staff/office-hours/new")
    staff.follow("Die letzte übernehmen, mit dem nächsten Termin")
    office.album.look(staff.page, "copy", whole=True)
    expect(staff.page.get_by_label("Titel").first).to_have_value(TITLE)
    following = (BEGINS.replace(tzinfo=None) + timedelta(weeks=4)).strftime("%Y-%m-%dT%H:%M")
    expect(staff.page.get_by_label("Beginn").first).to_have_value(following)
    expect(staff.page.get_by_label("Hilfe am Telefon").first).to_have_value("0345 123 456")
    staff.press("Ankündigen")
    expect(staff.page).to_have_url(re.compile(rf"/staff/office-hours/(?!{announced})[0-9a-f]{{32}}$"))


def test_all_who_have_to_do_with_it_hear_that_it_is_cancelled(office: Office, announced: str) -> None:
    staff = office.staff
    mara = Visitor(office.browser, office.origin, size=PHONE)
    mara.goto(f"/office-hours/{announced}")
    mara.follow("Ich brauche etwas, um folgen zu können")
    office.album.look(mara.page, "need", whole=True)
    mara.page.get_by_label("Gebärdensprach-Dolmetschung").check()
    mara.fill("Mailadresse oder Telefonnummer", "mara@example.org")
    mara.press("Absenden")
    mara.sees("Danke, die Stelle weiß jetzt Bescheid")
    mara.goto(f"/office-hours/{announced}/ask")
    mara.fill("Ihre Frage", "Wann kommt der Radweg?")
    mara.page.get_by_label("Meine Frage und der angegebene Name").check()
    mara.press("Frage absenden")
    private = mara.page.locator('a[href^="/mine/"]').first.get_attribute("href") or ""
    staff.goto(f"/staff/office-hours/{announced}")
    staff.fill("Name", "Jana Wolf")
    staff.page.get_by_label("Rolle").select_option(label="Dolmetscht")
    staff.press("Einladen")
    staff.sees("Jana Wolf")
    office.album.look(staff.page, "hour", whole=True)
    jana = Visitor(office.browser, office.origin, size=PHONE)
    jana.page.goto(copied(staff, "address-2"))
    expect(jana.page).to_have_url(f"{office.origin}/office-hours/{announced}/place")
    jana.sees("Der Raum ist noch nicht offen")
    staff.press("Sprechstunde absagen")
    staff.sees("Eine Person erfährt es per Mail.")
    office.album.look(staff.page, "sure", schemes=("light",))
    staff.press("Absagen")
    staff.sees("Die nächste ankündigen")
    jana.sees("Die Sprechstunde fällt aus")
    mara.goto(private)
    mara.sees("fällt aus")
    mara.goto(f"/office-hours/{announced}")
    mara.sees("Diese Sprechstunde findet nicht statt")
    office.album.look(mara.page, "cancelled", whole=True)
    wait_for(lambda: len(office.box.mails) > 0, 60)
    assert [message["To"] for message in office.box.mails] == ["mara@example.org"]
    jana.close()
    mara.close()


def test_no_page_had_a_finding_and_no_console_complained(office: Office, announced: str) -> None:
    assert office.album.wrong == []
    # The form with a mistake comes back as 422, which Chromium notes as a resource that failed.
    # And the one that was sent without a session as 403.
    noted = ("422", "403")
    assert [words for words in complaints(office.browser) if not any(code in words for code in noted)] == []
    office.browser.assert_stayed_home()
