"""A whole office hour through the pages, in real browsers with cameras, from the announcement to the public replay.

Bo leads, Ada hosts, Chris asks on air, Dana watches in English. What they do is told in the order in which it happens;
what the tests below look at is what is left of it: the album, the consoles, the hosts asked, and the recording.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ingest import timeline
from tests.journeys.house import answers, wait_for
from tests.journeys.town import SMALL, Town, open_town
from tests.journeys.visitors import (
    DESK,
    PHONE,
    Participant,
    Staff,
    complaints,
    plays,
    plays_out,
    press_play,
    stands_within,
)
from tests.standins.media import (
    LAMP_MIDDLE,
    SAMPLE_RATE,
    Region,
    black_stretches,
    find_flashes,
    read_sound,
    silent_stretches,
)

pytestmark = pytest.mark.journey

QUESTION = "Wann wird der Radweg in der Lindenstraße gebaut?"
TITLE = "Bürgersprechstunde in Lindenau"
FRAME_RATE = 30
OPENING_S, QUESTION_S = 5.0, 12.0
RELEASE_S = 300.0
TILES = {  # in the order in which they were put on air, above the card of a question of one line
    "Chris": Region(24 / 1280, 144 / 720, 632 / 1280, 486 / 720),
    "Ada": Region(646 / 1280, 144 / 720, 1254 / 1280, 486 / 720),
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, films: Path) -> Iterator[Town]:
    with open_town(tmp_path_factory.mktemp("data"), films, tmp_path_factory.mktemp("pictures"), **SMALL) as town:
        yield town


@dataclass
class Hour:
    """One office hour on its way, and who takes part."""

    id: str
    staff: Staff
    host: Participant
    guest: Participant


@pytest.fixture(scope="module")
def hour(town: Town) -> Hour:
    """The story of the module's first lines, up to the public replay."""
    staff = Staff(town.browser, town.origin)
    id = announced(town, staff)
    asked_by_form(town, id)
    queued_on_the_board(town, staff, id)
    it = joined(town, staff, id)
    put_on_air(town, it)
    watched_live(town, it)
    ended(town, it)
    for person in (it.staff, it.host, it.guest):
        person.close()  # so that captions have the machine to themselves
    wait_for(lambda: answers(town.origin, f"/replay/{id}"), RELEASE_S)
    town.faults += complaints(town.browser)
    return it


def announced(town: Town, staff: Staff) -> str:
    """Bo signs in, announces, opens for questions."""
    staff.goto("/login")
    town.album.look(staff.page, "login")
    staff.sign_in()
    town.album.look(staff.page, "staff-empty", schemes=("light",))
    staff.follow("Sprechstunde ankündigen")
    town.album.look(staff.page, "announce", whole=True)
    id = staff.announce(TITLE)
    staff.press("Für Fragen öffnen")
    staff.sees("Raum öffnen")
    town.album.look(staff.page, "hour")
    staff.goto("/staff")
    town.album.look(staff.page, "staff")
    return id


def asked_by_form(town: Town, id: str) -> None:
    """A citizen finds the office hour on the start page and asks; Dana looks at the same pages in English."""
    citizen = town.visitor()
    citizen.goto("/")
    town.album.look(citizen.page, "start", whole=True)
    citizen.follow(TITLE)
    town.album.look(citizen.page, "announcement", whole=True)
    citizen.follow("Frage stellen")
    citizen.fill("Ihre Frage", QUESTION)
    town.album.look(citizen.page, "ask", whole=True)
    citizen.page.get_by_label("Meine Frage und der angegebene Name").check()
    citizen.press("Frage absenden")
    citizen.sees("Ihre Frage ist angekommen")
    town.album.look(citizen.page, "asked", whole=True)
    citizen.close()
    dana = town.visitor(locale="en-GB")
    for path in ("/", f"/office-hours/{id}", f"/office-hours/{id}/ask", f"/office-hours/{id}/asked", "/privacy"):
        dana.goto(path)
        assert dana.page.locator("html").get_attribute("lang") == "en"
        town.album.look(dana.page, f"english-{path.rsplit('/', 1)[1][:8] or 'start'}", schemes=("light",), whole=True)
    dana.close()


def queued_on_the_board(town: Town, staff: Staff, id: str) -> None:
    staff.goto(f"/staff/office-hours/{id}/board")
    questions = staff.column("Fragen")
    questions.press("Zulassen", beside=QUESTION)
    questions.press("Auf die Liste", beside=QUESTION)
    staff.column("Ablauf").sees(QUESTION)


def joined(town: Town, staff: Staff, id: str) -> Hour:
    """The room opens; Ada comes by her personal address, Chris step by step; both connect."""
    staff.goto(f"/staff/office-hours/{id}")
    address = staff.host_address()
    assert address.startswith(town.origin)
    staff.follow("Regie: Fragen, Raum, jetzt und gleich")
    staff.column("Jetzt und gleich").press("Raum öffnen")
    staff.column("Jetzt und gleich").sees("Auf Sendung gehen")
    host = Participant(town.browser, town.origin, size=DESK)
    host.page.goto(address)
    expect(host.page).to_have_url(f"{town.origin}/office-hours/{id}/host")
    host.sees_sign("not_on_air")
    host.start_camera()
    guest = step_by_step(town, id)
    staff.column("Raum").press("Einlassen", beside="Chris")
    for person in (host, guest):
        person.is_connected()
        person.sees_sign("not_on_air")
        person.plays("#programme-video")
    town.album.look(host.page, "host-backstage", schemes=("dark",))
    town.album.look(guest.page, "place-backstage", whole=True)
    return Hour(id, staff, host, guest)


def step_by_step(town: Town, id: str) -> Participant:
    """Name, consent, camera, waiting."""
    guest = Participant(town.guests, town.origin, size=PHONE)
    guest.goto(f"/office-hours/{id}")
    guest.follow("Teilnehmen")
    town.album.look(guest.page, "join-name")
    guest.fill("Ihr Name", "Chris")
    guest.fill("Was möchten Sie fragen?", "Radweg Lindenstraße")
    guest.press("Weiter")
    town.album.look(guest.page, "join-way", whole=True)
    guest.page.get_by_label("Mit Bild und Stimme").check()
    guest.press("Weiter")
    town.album.look(guest.page, "join-consent", whole=True)
    guest.press("Einverstanden")
    expect(guest.page).to_have_url(f"{town.origin}/office-hours/{id}/place")
    guest.sees_sign("not_on_air")
    town.album.look(guest.page, "place-camera", whole=True)
    guest.follow("English")
    expect(guest.page.locator("html")).to_have_attribute("lang", "en")
    town.album.look(guest.page, "english-place", schemes=("light",), whole=True)
    guest.follow("Deutsch")
    guest.start_camera()
    guest.sees("Sie sind als Nächstes dran")
    town.album.look(guest.page, "place-waiting", schemes=("light",), whole=True)
    return guest


def put_on_air(town: Town, it: Hour) -> None:
    """Chris and the office hour go on air, then the question."""
    it.staff.column("Raum").press("Auf Sendung", beside="Chris")
    it.staff.column("Jetzt und gleich").press("Auf Sendung gehen")
    expect(it.guest.page.locator('[data-count="count"]')).to_be_visible()
    town.album.look(it.staff.page, "board-count", schemes=("light",))
    it.host.sees_sign("on_air")
    it.guest.sees_sign("on_air")
    wait_for(lambda: town.programme_s(it.id) >= OPENING_S, 60)
    it.guest.press("Mikrofon stumm")  # Two films speak at any moments; one voice alone can be written down.
    item = it.staff.page.locator(".order__item", has_text=QUESTION)
    item.locator("summary").click()
    item.get_by_role("button", name="Zum Gast dazu zeigen").click()  # the next one would take Chris off air
    expect(it.host.page.locator(".stage__question:not(.stage__question--waiting)")).to_have_text(QUESTION)
    assert it.host.letters_px(".stage__question") >= 32


def watched_live(town: Town, it: Hour) -> None:
    """Dana and somebody else watch; the question is shown, the picture goes on."""
    viewer = town.visitor()
    viewer.goto("/")
    town.album.look(viewer.page, "start-on-air", schemes=("light",))
    viewer.follow("Jetzt ansehen")
    plays(viewer.page)
    # Until our player has come, some browsers begin by themselves with the playlist that stands in the page.
    viewer.page.wait_for_function("() => document.querySelector('#player').currentSrc.startsWith('blob:')")
    expect(viewer.page.locator(".spoken__text")).to_have_text(QUESTION)
    town.album.look(viewer.page, "live", whole=True)
    begun = town.programme_s(it.id)
    town.album.look(it.staff.page, "board")
    town.album.look(it.host.page, "host-on-air", schemes=("dark",))
    town.album.look(it.guest.page, "place-on-air", whole=True)
    viewer.page.get_by_role("link", name="English").click()
    expect(viewer.page.locator("html")).to_have_attribute("lang", "en")
    plays(viewer.page)
    town.album.look(viewer.page, "english-live", schemes=("light",), whole=True)
    viewer.close()
    wait_for(lambda: town.programme_s(it.id) >= max(begun, OPENING_S) + QUESTION_S, 60)


def ended(town: Town, it: Hour) -> None:
    """Bo ends it and is asked once; all may say goodbye, and it is over for who leaves.

    Whoever watches sees it to its last second.
    """
    viewer = town.visitor()
    viewer.goto(f"/office-hours/{it.id}/live")
    plays(viewer.page)
    it.staff.column("Jetzt und gleich").press("Beenden")
    sure = it.staff.page.get_by_role("dialog")
    expect(sure).to_be_visible()
    town.album.look(it.staff.page, "board-sure", schemes=("light",))
    sure.get_by_role("button", name="Beenden", exact=True).click()
    for person in (it.host, it.guest):
        person.sees_sign("not_on_air")
        expect(person.page.locator('[data-count="undo"]')).to_be_visible()
    town.album.look(it.host.page, "host-closing", schemes=("dark",))
    town.album.look(it.staff.page, "board-closing", schemes=("light",))
    for person, leave in ((it.host, "Raum verlassen"), (it.guest, "Verlassen")):
        person.sees("Sie können sich voneinander verabschieden")
        person.press(leave)
        person.sees_sign("over")
    town.album.look(it.host.page, "host-over", schemes=("dark",))
    town.album.look(it.guest.page, "place-over", whole=True)
    viewer.sees("Die Sprechstunde ist vorbei.")
    plays_out(viewer.page)
    town.album.look(viewer.page, "live-over", schemes=("light",))
    viewer.close()
    it.staff.column("Jetzt und gleich").sees("Aufzeichnung ansehen")
    it.staff.follow("Aufzeichnung ansehen")
    press_play(it.staff.page)
    plays(it.staff.page)
    town.album.look(it.staff.page, "replay-held", schemes=("light",))


def test_a_stranger_plays_the_replay_with_cues_chapters_and_transcript(town: Town, hour: Hour) -> None:
    fresh = town.visitor()
    fresh.goto("/")
    town.album.look(fresh.page, "start-archive", whole=True)
    fresh.follow(TITLE)
    expect(fresh.page).to_have_url(f"{town.origin}/replay/{hour.id}")
    press_play(fresh.page)
    plays(fresh.page)
    fresh.page.wait_for_function("() => document.querySelector('#player').textTracks[0].cues?.length > 0")
    chapters = fresh.page.locator(".chapter")
    assert chapters.count() == 2  # the opening and the question
    expect(chapters.nth(1)).to_contain_text(QUESTION)
    town.album.look(fresh.page, "replay", whole=True)
    start = float(chapters.nth(1).get_attribute("data-start") or "nan")
    assert start >= OPENING_S
    chapters.nth(1).click()
    stands_within(fresh.page, start, start + 10)
    expect(chapters.nth(1)).to_have_attribute("aria-current", "true")
    cue = fresh.page.locator(".cue").first
    start = float(cue.get_attribute("data-start") or "nan")
    cue.click()
    stands_within(fresh.page, start, start + 4.5)
    fresh.follow("English")
    town.album.look(fresh.page, "english-replay", schemes=("light",), whole=True)
    fresh.close()
    assert complaints(town.browser) == town.faults


def test_the_replay_without_javascript_is_a_file_and_a_text(town: Town, hour: Hour) -> None:
    plain = town.visitor(java_script_enabled=False)
    plain.goto(f"/replay/{hour.id}")
    source = plain.page.locator('#player source[type="video/mp4"]').get_attribute("src") or ""
    answer = plain.page.request.get(town.origin + source, headers={"Range": "bytes=0-1023"})
    assert (answer.status, answer.headers["content-type"], answer.body()[4:8]) == (206, "video/mp4", b"ftyp")
    assert len(plain.page.locator("#transcript .cue").all_inner_texts()) > 0
    plain.page.screenshot(path=town.album.folder / "replay-plain.png", full_page=True)
    plain.close()


def test_a_questions_own_address_leads_to_its_moment(town: Town, hour: Hour) -> None:
    fresh = town.visitor()
    fresh.goto(f"/replay/{hour.id}")
    link = fresh.page.locator(".chapter").nth(1)
    start = float(link.get_attribute("data-start") or "nan")
    fresh.goto(link.get_attribute("href") or "")
    expect(fresh.page).to_have_url(re.compile(r"/q/\w+$"))
    stands_within(fresh.page, start - 0.5, start + 10)
    fresh.close()


@pytest.fixture(scope="module")
def recording(town: Town, hour: Hour) -> Path:
    return town.house.archive.room(hour.id).download


@pytest.mark.parametrize("person", ["Ada", "Chris"])
def test_the_recording_shows_both_people_where_they_belong(recording: Path, person: str) -> None:
    """The lamp of each one's own film flashes in their tile: it is their picture, neither a card nor frozen."""
    flashes = [at for at in find_flashes(recording, LAMP_MIDDLE.within(TILES[person])) if at > OPENING_S + 2]
    print(f"{person}: {len(flashes)} flashes")
    assert len(flashes) >= 5
    assert black_stretches(recording, TILES[person], at_least_s=0.5) == []


def test_the_recording_is_to_be_heard(town: Town, hour: Hour, recording: Path) -> None:
    """Ada never pauses for longer than to listen to a question; browsers remove what is no voice, beeps among it.

    Up to the closing slide, in which the end could be taken back.
    """
    events = timeline.read(town.house.archive.room(hour.id).timeline)
    closing = next(event.tick for event in events if event.kind is timeline.Kind.CLOSING)
    sound = read_sound(recording)[: closing * SAMPLE_RATE // FRAME_RATE]
    assert float(abs(sound).max()) > 0.02
    assert silent_stretches(sound, at_least_s=9.0) == []


def test_no_page_had_a_finding(town: Town, hour: Hour) -> None:
    assert town.album.wrong == []


def test_no_console_complained(town: Town, hour: Hour) -> None:
    assert town.faults == []


def test_no_request_left_the_machine(town: Town, hour: Hour) -> None:
    town.browser.assert_stayed_home()
    assert sum(town.browser.hosts.values()) > 100
