"""A whole office hour by pages alone, from an empty data folder: nothing here writes a row or sends an order.

Bo announces, rehearses, leads; Ada hosts and is lost for a while; Eve speaks with her voice alone, Erika is read out,
Chris takes his consent back while he is on air. A moment is marked, a stretch is cut. What is left of it is looked at
afterwards: in files, and at public addresses.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from playwright.sync_api import Page, Request, expect

from ingest import sealed, store, timeline
from ingest.archive import Room
from ingest.live.mix.source import SAMPLE_RATE, Samples
from ingest.timeline import Event, Kind
from tests.ingest.live.reading import seen
from tests.journeys.house import wait_for
from tests.journeys.town import SMALL, Town, open_town
from tests.journeys.visitors import DESK, PHONE, Participant, Staff, complaints, plays, press_play
from tests.standins.media import pixels, read_frames, read_sound

pytestmark = pytest.mark.soak

TITLE = "Bürgersprechstunde im Advent"
READ_OUT = "Warum hat das Bürgerbüro samstags zu?"
DELAY_S = 3
"""Of broadcast delay, typed into the form: long enough for a cut to reach back, short enough for a test."""
TALKS_S = 3.0
"""How long somebody is on air before something happens to them."""
GONE_S = 5.0
"""The issue's bound: after the end the public addresses of the live segments answer 410 within this."""
OFF_S = 2.0
"""The issue's bound: a consent taken back on air takes effect within this."""


@dataclass
class Hour:
    """What happened, for those who look at it afterwards."""

    id: str
    staff: Staff
    host: Participant
    live_files: list[str] = field(default_factory=list)
    before_release: int = 0
    refused: int = 0
    off_after_s: float = 0.0
    gone_after_s: float = 0.0

    def note(self, request: Request) -> None:
        """An address that a viewer's player asked for."""
        if "/live/hls/" in request.url:
            self.live_files.append(request.url)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, films: Path) -> Iterator[Town]:
    data, pictures = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("pictures")
    with open_town(data, films, pictures, **SMALL) as town:
        yield town


@pytest.fixture(scope="module")
def hour(town: Town) -> Hour:
    """The story, up to the release."""
    clock = Stopwatch()
    staff = Staff(town.browser, town.origin)
    staff.goto("/login")
    staff.sign_in()
    id = announced(staff)
    clock("announced")
    rehearsal = rehearsed(town, staff, id)
    clock("rehearsed")
    host = backstage(town, staff, id)
    eve = came(town, id, "Eve", "Nur mit der Stimme", "Busse am Abend")
    came(town, id, "Erika", "Meine Frage soll vorgelesen werden", READ_OUT).close()
    chris = came(town, id, "Chris", "Mit Bild und Stimme", "Radweg Lindenstraße")
    it = Hour(id, staff, host)
    clock("all are here")
    on_air(town, it, eve, chris)
    clock("on air, a voice alone")
    cut_off(town, it, eve)
    clock("cut")
    read_out(town, it)
    clock("read out")
    takes_back(town, it, chris)
    clock("taken back")
    lost(town, it)
    clock("lost and found")
    ended(town, it)
    clock("ended")
    released(town, it)
    clock("released")
    staff.goto(rehearsal)
    staff.press("Jetzt löschen")
    expect(staff.page).to_have_url(f"{town.origin}/staff/office-hours/{id}")
    for person in (eve, chris, it.host, it.staff):
        person.close()
    return it


class Stopwatch:
    """Says how long each part of the story took."""

    def __init__(self) -> None:
        self.begun = self.last = time.monotonic()

    def __call__(self, what: str) -> None:
        at = time.monotonic()
        print(f"{at - self.begun:6.1f} s {what} ({at - self.last:.1f})", flush=True)
        self.last = at


def announced(staff: Staff) -> str:
    """The list is empty: the first office hour, released by hand."""
    staff.follow("Sprechstunde ankündigen")
    begins = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(minutes=5)
    for label, text in {
        "Titel": TITLE,
        "Wer lädt ein": "Ada Lindner",
        "Amt": "Bürgermeisterin",
        "Beginn": begins.strftime("%Y-%m-%dT%H:%M"),
        "Minuten": "30",
        "Verzögerung der Übertragung in Sekunden": str(DELAY_S),
    }.items():
        staff.fill(label, text)
    staff.press("Ankündigen")
    expect(staff.page).to_have_url(re.compile(r"/staff/office-hours/[0-9a-f]{32}$"))
    id = staff.page.url.rsplit("/", 1)[1]
    staff.press("Für Fragen öffnen")
    staff.sees("Raum öffnen")
    return id


def rehearsed(town: Town, staff: Staff, id: str) -> str:
    """The same room and buttons behind a private address. Returns it; it is erased when all is over."""
    staff.press("Proben")
    staff.sees("Das ist eine Probe")
    rehearsal = staff.page.url.rsplit("/", 1)[1]
    address = staff.host_address()
    staff.press("Raum öffnen")
    ada = Participant(town.browser, town.origin, size=DESK)
    ada.page.goto(address)
    ada.start_camera()
    ada.is_connected()
    staff.goto(f"/staff/office-hours/{rehearsal}/board")
    staff.column("Jetzt und gleich").press("Auf Sendung gehen")
    ada.sees_sign("on_air")
    staff.column("Jetzt und gleich").press("Beenden")
    staff.page.get_by_role("dialog").get_by_role("button", name="Beenden", exact=True).click()
    ada.sees_sign("not_on_air")
    ada.close()  # the ten seconds in which it could be taken back pass while Bo goes on
    staff.goto(f"/staff/office-hours/{id}")
    return f"/staff/office-hours/{rehearsal}"


def backstage(town: Town, staff: Staff, id: str) -> Participant:
    """The room opens; Ada comes by her personal address, and says what she agrees to."""
    address = staff.host_address()
    staff.follow("Regie: Fragen, Raum, jetzt und gleich")
    staff.column("Jetzt und gleich").press("Raum öffnen")
    staff.column("Jetzt und gleich").sees("Auf Sendung gehen")
    host = Participant(town.browser, town.origin, size=DESK)
    host.page.goto(address)
    host.press("Ich bin einverstanden")
    expect(host.page.get_by_role("button", name="Ich bin einverstanden")).to_have_count(0)
    host.start_camera()
    host.is_connected()
    host.sees_sign("not_on_air")
    return host


def came(town: Town, id: str, name: str, way: str, topic: str) -> Participant:
    """Through the only door: from the start page to a place."""
    guest = Participant(town.guests, town.origin, size=PHONE)
    guest.goto("/")
    guest.follow(TITLE)
    guest.follow("Teilnehmen")
    guest.fill("Ihr Name", name)
    guest.fill("Was möchten Sie fragen?", topic)
    guest.press("Weiter")
    guest.page.get_by_label(way).check()
    guest.press("Weiter")
    guest.press("Einverstanden")
    guest.sees_sign("not_on_air")
    return guest


def on_air(town: Town, it: Hour, eve: Participant, chris: Participant) -> None:
    """Five are counted, the opening card comes, then Eve speaks; somebody watches. A moment is marked."""
    desk, room = it.staff.column("Jetzt und gleich"), it.staff.column("Raum")
    eve.press("Mikrofon starten")
    room.press("Einlassen", beside="Eve")
    eve.is_connected()
    questions = it.staff.column("Fragen")
    questions.press("Zulassen", beside=READ_OUT)
    questions.press("Auf die Liste", beside=READ_OUT)
    it.staff.column("Ablauf").sees(READ_OUT)
    desk.press("Auf Sendung gehen")
    it.host.sees_sign("on_air")
    eve.sees_sign("not_on_air")
    desk.sees("Die Tafel zur Eröffnung")
    to_the_front(it.staff, "Eve")
    desk.press("Nächstes")
    eve.sees_sign("on_air")
    viewer = town.visitor()
    viewer.page.on("request", it.note)
    viewer.goto("/")
    viewer.follow("Jetzt ansehen")
    plays(viewer.page)
    it.staff.page.keyboard.press("m")
    it.staff.fill("Warum?", "Name einer Nachbarin")
    it.staff.page.keyboard.press("Enter")
    expect(it.staff.page.locator(".why__none")).to_contain_text("Name einer Nachbarin")
    viewer.close()
    chris.start_camera()


def to_the_front(staff: Staff, words: str) -> None:
    item = staff.page.locator(".order__item", has_text=words)
    front = item.get_by_role("button", name="Nach vorn", exact=True)
    if front.count():
        front.click()
    expect(staff.page.locator(".cue--next")).to_contain_text(words)


def cut_off(town: Town, it: Hour, eve: Participant) -> None:
    """What goes too far is taken off every output, with what the delay still holds; Eve is back in the waiting room."""
    it.staff.page.keyboard.press("c")
    eve.sees("Zurück im Warteraum")
    eve.sees_sign("not_on_air")
    it.staff.sees("Unterbrochen seit")
    it.staff.page.wait_for_timeout(int(TALKS_S * 1000))
    it.staff.page.keyboard.press("w")
    expect(it.staff.page.get_by_text("Unterbrochen seit")).to_have_count(0)


def read_out(town: Town, it: Hour) -> None:
    """Erika's question is shown and read out; nothing else of her is there."""
    to_the_front(it.staff, READ_OUT)
    it.staff.page.keyboard.press("n")
    expect(it.host.page.locator(".stage__question:not(.stage__question--waiting)")).to_have_text(READ_OUT)
    it.staff.page.wait_for_timeout(int(TALKS_S * 1000))


def takes_back(town: Town, it: Hour, chris: Participant) -> None:
    """Chris speaks, then no longer wants to be seen: off air at once, and all of it goes."""
    it.staff.column("Raum").press("Einlassen", beside="Chris")
    chris.is_connected()
    to_the_front(it.staff, "Chris")
    it.staff.page.keyboard.press("n")
    chris.sees_sign("on_air")
    chris.page.wait_for_timeout(int((DELAY_S + TALKS_S) * 1000))
    chris.press("Ich möchte nicht mehr gezeigt werden")
    pressed = time.monotonic()
    wait_for(lambda: chris.page.locator("#sign").get_attribute("data-sign") != "on_air", 10)
    it.off_after_s = time.monotonic() - pressed


def lost(town: Town, it: Hour) -> None:
    """Ada's tab dies; staff and viewers read of it; she is back by herself."""
    context, id = it.host.page.context, it.id
    viewer = town.visitor()
    viewer.goto(f"/office-hours/{id}/live")
    it.host.page.close(run_before_unload=False)
    it.staff.sees("Ada Lindner ist weg")
    viewer.sees("Die Verbindung zu Ada Lindner ist unterbrochen.")
    it.host.page = context.new_page()
    it.host.goto(f"/office-hours/{id}/host")
    it.host.start_camera()
    it.host.is_connected()
    it.host.sees_sign("on_air")
    expect(it.staff.page.get_by_text("Ada Lindner ist weg")).to_have_count(0)
    viewer.close()


def ended(town: Town, it: Hour) -> None:
    """Asked once; ten seconds to take it back; then it is over for everybody."""
    desk = it.staff.column("Jetzt und gleich")
    files = live_files(it)
    desk.press("Beenden")
    it.staff.page.get_by_role("dialog").get_by_role("button", name="Beenden", exact=True).click()
    it.host.sees("Sie können sich voneinander verabschieden")
    over = time.monotonic()
    wait_for(lambda: {status(it.staff.page, each) for each in files} == {410}, 30)
    it.gone_after_s = time.monotonic() - over
    it.host.press("Raum verlassen")
    it.host.sees_sign("over")


def live_files(it: Hour) -> list[str]:
    """The addresses that a viewer's player had: lists, beginnings and segments."""
    assert it.live_files
    base = it.live_files[0].partition("/index.m3u8")[0]
    return [f"{base}/{name}" for name in ("index.m3u8", "video/index.m3u8", "video/00000001.m4s", "audio/00000001.m4s")]


def status(page: Page, address: str) -> int:
    return page.request.get(address, max_redirects=0).status


def released(town: Town, it: Hour) -> None:
    """Staff look at it; the mark stands in the way until it is settled."""
    staff, stranger = it.staff, town.visitor()
    staff.goto(f"/staff/office-hours/{it.id}")
    staff.press("Aufzeichnung prüfen")
    expect(staff.page).to_have_url(f"{town.origin}/replay/{it.id}")
    press_play(staff.page)
    plays(staff.page, seconds=1.0)
    it.before_release = status(stranger.page, f"{town.origin}/replay/{it.id}")
    staff.goto(f"/staff/office-hours/{it.id}")
    staff.press("Aufzeichnung freigeben")
    staff.sees("In der Aufzeichnung sind Stellen markiert")
    it.refused = status(stranger.page, f"{town.origin}/replay/{it.id}")
    staff.goto(f"/staff/office-hours/{it.id}")
    staff.press("Das ist in Ordnung")
    wait_for(lambda: _release(staff, it), 60)
    stranger.close()


def _release(staff: Staff, it: Hour) -> bool:
    """Press it; it is refused as long as somebody is still being covered."""
    staff.goto(f"/staff/office-hours/{it.id}")
    if staff.page.get_by_role("button", name="Aufzeichnung zurückziehen").count():
        return True
    staff.press("Aufzeichnung freigeben")
    staff.page.wait_for_load_state()
    return False


@pytest.fixture(scope="module")
def events(town: Town, hour: Hour) -> list[Event]:
    return timeline.read(town.house.archive.room(hour.id).timeline)


def test_before_the_release_it_was_not_public_and_now_it_is(town: Town, hour: Hour) -> None:
    assert hour.before_release == 410
    stranger = town.visitor()
    stranger.goto("/")
    stranger.follow(TITLE)
    expect(stranger.page).to_have_url(f"{town.origin}/replay/{hour.id}")
    press_play(stranger.page)
    plays(stranger.page, seconds=1.0)
    stranger.close()


def test_the_release_was_refused_while_a_mark_was_open(hour: Hour) -> None:
    assert hour.refused == 410


def test_the_live_addresses_were_gone_in_time(hour: Hour) -> None:
    print(f"gone {hour.gone_after_s:.1f} s after the end")
    assert hour.gone_after_s <= GONE_S


def test_who_took_back_was_off_in_time(hour: Hour) -> None:
    print(f"off air {hour.off_after_s:.1f} s after the press")
    assert hour.off_after_s <= OFF_S


RATE = 30
MARGIN_S = 0.1
"""AAC smears a sound by a frame or two."""


@dataclass(frozen=True)
class Stretch:
    """A part of media time."""

    from_s: float
    to_s: float

    @staticmethod
    def of(start: int, end: int) -> "Stretch":
        return Stretch(start / RATE + MARGIN_S, end / RATE - MARGIN_S)


@pytest.fixture(scope="module")
def cut(events: list[Event]) -> Stretch:
    """What staff cut."""
    began, ended = [event.values for event in events if event.kind is Kind.CUT][:2]
    assert (began["on"], ended["on"], began["from"]) == (True, False, ended["from"])
    return Stretch.of(began["from"], ended["until"])


@pytest.fixture(scope="module")
def withdrawn(events: list[Event], people: dict[str, str]) -> Stretch:
    """Chris, from the press that put him on air to the one with which he took it back."""
    on, off = [
        event.tick for event in events if event.kind is Kind.VISIBLE and event.values["person"] == people["Chris"]
    ]
    assert (off - on) / RATE > TALKS_S
    return Stretch.of(on, off)


@pytest.fixture(scope="module")
def people(town: Town, hour: Hour) -> dict[str, str]:
    """Ids by name."""
    with town.house.database.reading() as connection:
        return {person.name: person.id for person in store.persons_of(connection, hour.id)}


def moves(pictures: list[tuple[float, float]], part: Stretch) -> float:
    """By how much the mean brightness changes from picture to picture within a part, in all."""
    light = [value for at, value in pictures if part.from_s <= at <= part.to_s]
    assert len(light) > 30
    return float(np.abs(np.diff(light)).sum()) / (part.to_s - part.from_s)


def loudest(sound: Samples, part: Stretch) -> float:
    return float(np.abs(sound[int(part.from_s * SAMPLE_RATE) : int(part.to_s * SAMPLE_RATE)]).max(initial=0.0))


def outputs(room: Room) -> dict[str, tuple[list[tuple[float, float]], Samples]]:
    """What of the recording somebody can see and hear: as broadcast, and the file to download."""
    broadcast = seen(room.programme())
    found = {"broadcast": ([*zip(map(float, broadcast.times), broadcast.brightness, strict=True)], broadcast.sound)}
    light = [(at, float(pixels(frame, "gray").mean())) for at, frame in read_frames(room.download)]
    return found | {"download": (light, read_sound(room.download))}


def test_what_was_cut_and_who_took_back_are_on_no_output(
    town: Town, hour: Hour, cut: Stretch, withdrawn: Stretch
) -> None:
    wait_for(town.house.archive.room(hour.id).download.is_file, 120)
    for name, (pictures, sound) in outputs(town.house.archive.room(hour.id)).items():
        whole = Stretch(2.0, len(sound) / SAMPLE_RATE - 2)
        print(name, whole, cut, withdrawn, [moves(pictures, part) for part in (whole, cut, withdrawn)])
        assert moves(pictures, whole) > 0.3
        assert loudest(sound, whole) > 0.02
        for part in (cut, withdrawn):
            assert moves(pictures, part) < 0.1
            assert loudest(sound, part) < 0.002


def test_tracks_are_there_of_ada_and_eve_alone(town: Town, hour: Hour, people: dict[str, str]) -> None:
    found = {path.name.split(".")[0].split("-")[0] for path in town.house.archive.room(hour.id).tracks.iterdir()}
    assert found == {people["Ada Lindner"], people["Eve"]}


def test_what_was_cut_lies_sealed_for_the_office(town: Town, hour: Hour) -> None:
    """Of Chris nothing is, though he was cut out of what the delay held."""
    assert [each.number for each in sealed.stretches(town.house.archive.room(hour.id))] == [1]


def test_no_script_of_a_page_failed_and_no_request_left_the_machine(town: Town, hour: Hour) -> None:
    """What Chromium notes by itself has an address behind it: live ones that end, and presses that are refused."""
    assert {words for words in complaints(town.browser) if not re.search(r" \((http[^)]*)?\)$", words)} == set()
    town.browser.assert_stayed_home()
