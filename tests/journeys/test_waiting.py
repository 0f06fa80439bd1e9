"""Three guests wait on their phones: Chris to be seen, Eve with her voice alone, Erika to be read out. Bo calls them.

Chris is called, misses it, is called again; nobody opens a camera to hear the programme. Afterwards: a camera that is
taken away comes back, a second window of the same browser falls silent while one is on air, and Herr Albers telephones.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import av
import pytest
from playwright.sync_api import Page, expect

from ingest import store
from ingest.database import now
from ingest.live.lobby import guests, telephone
from ingest.officehours import OfficeHour, State
from ingest.people import SeatState
from ingest.timeline import Event, Kind, read
from tests.ingest.live.reading import joined
from tests.journeys.house import wait_for
from tests.journeys.town import SMALL, Town, open_town
from tests.journeys.visitors import PHONE, Participant, Staff, complaints, room_state
from tests.standins.media import find_beeps

pytestmark = pytest.mark.journey

HEARD = """() => {
  window.heard = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...at) {
    window.heard.push(this.frequency.value);
    return start.apply(this, at);
  };
  navigator.vibrate = (pattern) => { window.felt = pattern; return true; };
}"""


HEARS = """async (hertz) => {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(document.getElementById("phone-ear").srcObject).connect(analyser);
  const seen = new Float32Array(analyser.frequencyBinCount);
  const width = context.sampleRate / analyser.fftSize;
  let [loudest, there] = [-200, -200];
  for (let n = 0; n < 150; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    analyser.getFloatFrequencyData(seen);
    loudest = Math.max(loudest, ...seen);
    there = Math.max(there, ...seen.slice(Math.floor((hertz - 20) / width), Math.ceil((hertz + 20) / width)));
  }
  await context.close();
  return [loudest, there];
}"""
"""How loud the line of a telephone is in six seconds, and how loud it is at one pitch, in dB of full scale."""


@dataclass
class Waiting:
    """The office hour, Bo at the board, and two guests who wait to speak."""

    hour: OfficeHour
    staff: Staff
    chris: Participant
    eve: Participant


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, films: Path) -> Iterator[Town]:
    with open_town(tmp_path_factory.mktemp("data"), films, tmp_path_factory.mktemp("pictures"), **SMALL) as town:
        yield town


@pytest.fixture(scope="module")
def it(town: Town) -> Waiting:
    """The room is open; three people have come in by the only door."""
    with town.house.database.transaction() as connection:
        hour = store.add_office_hour(
            connection, title="Sprechstunde", host_name="Ada Lindner", starts_at=now(), state=State.BACKSTAGE
        )
    staff = Staff(town.browser, town.origin)
    staff.goto("/login")
    staff.sign_in()
    staff.goto(f"/staff/office-hours/{hour.id}/board")
    chris = came(town, hour, "Chris", "Mit Bild und Stimme")
    eve = came(town, hour, "Eve", "Nur mit der Stimme")
    came(town, hour, "Erika", "Meine Frage soll vorgelesen werden").close()
    return Waiting(hour, staff, chris, eve)


def came(town: Town, hour: OfficeHour, name: str, way: str) -> Participant:
    """Through the three steps of the form to a place."""
    guest = Participant(town.guests, town.origin, size=PHONE)
    guest.page.add_init_script(f"({HEARD})()")
    guest.goto(f"/office-hours/{hour.id}/join")
    guest.sees("Noch sieht und hört Sie niemand")
    guest.fill("Ihr Name", name)
    guest.fill("Was möchten Sie fragen?", "Radweg Lindenstraße")
    guest.press("Weiter")
    guest.page.get_by_label(way).check()
    guest.press("Weiter")
    guest.press("Einverstanden")
    guest.sees_sign("not_on_air")
    town.album.look(guest.page, f"waiting-{name}", whole=True)
    return guest


def state_of(town: Town, hour: OfficeHour, name: str) -> SeatState:
    with town.house.database.reading() as connection:
        person = next(each for each in store.persons_of(connection, hour.id) if each.name == name)
        return store.seat(connection, person.id).state


def away_since(town: Town, hour: OfficeHour, name: str, ago: timedelta) -> None:
    """As if the page had been closed, and the call had been, some time ago."""
    with town.house.database.transaction() as connection:
        person = next(each for each in store.persons_of(connection, hour.id) if each.name == name)
        guests.change(connection, person, seen_at=now() - ago, called_at=now() - ago)


def test_the_programme_is_heard_before_any_camera_is_asked_for(it: Waiting) -> None:
    for guest in (it.chris, it.eve):
        guest.plays("#programme-video")
        expect(guest.page.locator("#own-none")).to_be_visible()
        expect(guest.page.locator("#link-state")).to_have_attribute("data-state", "idle")


def test_the_order_is_the_same_for_staff_and_guests(it: Waiting) -> None:
    it.chris.sees("Sie sind als Nächstes dran")
    it.eve.sees("Eine Person ist vor Ihnen")
    room = it.staff.page.get_by_role("region", name="Raum", exact=True)
    expect(room.locator(".slip__name")).to_contain_text(["1. Chris", "2. Eve", "Erika"])
    it.staff.column("Raum").sees("möchte vorgelesen werden")


def test_staff_see_a_still_that_is_blurred_until_clicked(town: Town, it: Waiting) -> None:
    it.chris.start_camera()
    still = it.staff.page.locator(".still img")
    expect(still).to_be_visible()
    assert "blur" in still.evaluate("image => getComputedStyle(image).filter")
    town.album.look(it.staff.page, "waiting-board")
    it.staff.page.locator(".still summary").click()
    assert still.evaluate("image => getComputedStyle(image).filter") == "none"


def test_called_missed_and_called_again(town: Town, it: Waiting) -> None:
    it.staff.column("Raum").press("Erst aufrufen", beside="Chris")
    it.chris.sees("Sie werden aufgerufen")
    expect(it.chris.page).to_have_title("● Sie werden aufgerufen – Ihr Platz – Stadt Lindenau")
    assert it.chris.page.evaluate("() => [window.heard.slice(0, 3), window.felt.length]") == [[659, 880, 1319], 5]
    town.album.look(it.chris.page, "waiting-called", whole=True)
    it.chris.page.goto("about:blank")  # the tab is closed, and nobody comes for some minutes
    away_since(town, it.hour, "Chris", timedelta(minutes=3))
    wait_for(lambda: state_of(town, it.hour, "Chris") is SeatState.MISSED, 30)
    it.staff.column("Raum").sees("nicht da")
    town.album.look(it.staff.page, "waiting-board-missed", schemes=("light",))
    it.chris.goto(f"/office-hours/{it.hour.id}/place")
    it.chris.sees("Sie wurden aufgerufen")
    town.album.look(it.chris.page, "waiting-missed", whole=True)
    it.staff.column("Raum").press("Noch einmal aufrufen", beside="Chris")
    it.chris.start_camera()
    it.chris.press("Ich bin da")  # without leaving the page: the camera stays on
    it.staff.column("Raum").sees("hat sich gemeldet")
    it.staff.column("Raum").press("Einlassen", beside="Chris")
    it.chris.is_connected()
    it.chris.plays("#programme-video")


def test_a_voice_alone_comes_in_without_a_picture(town: Town, it: Waiting) -> None:
    it.eve.press("Mikrofon starten")
    it.staff.column("Raum").press("Einlassen", beside="Eve")
    it.eve.is_connected()
    expect(it.eve.page.locator("#own-none")).to_be_visible()
    assert it.eve.page.evaluate(
        "() => document.getElementById('own').srcObject.getTracks().map((each) => each.kind)"
    ) == ["audio"]
    town.album.look(it.eve.page, "waiting-voice", whole=True)


def test_a_camera_that_was_taken_away_comes_back(it: Waiting) -> None:
    """As a phone does with a call: the track ends, and the page is in front again."""
    page = it.chris.page
    before = track_of(page)
    page.evaluate(
        "() => { const [track] = document.getElementById('own').srcObject.getVideoTracks();"
        " track.stop(); track.dispatchEvent(new Event('ended')); }"
    )
    wait_for(lambda: track_of(page) not in (before, None), 20)
    it.chris.is_connected()


def track_of(page: Page) -> str | None:
    """The id of the live video track that is shown to oneself."""
    found: str | None = page.evaluate(
        "() => { const track = document.getElementById('own').srcObject?.getVideoTracks()[0];"
        " return track?.readyState === 'live' ? track.id : null; }"
    )
    return found


def test_what_a_guest_writes_is_shown_by_one_press_and_taken_off_by_another(town: Town, it: Waiting) -> None:
    it.staff.column("Raum").press("Auf Sendung", beside="Chris")
    it.staff.column("Jetzt und gleich").press("Auf Sendung gehen")
    it.chris.sees_sign("on_air")
    it.chris.page.get_by_label("Ich gebärde").check()
    it.chris.page.locator("#writing summary").click()
    it.chris.fill("Ihre Worte, höchstens 200 Zeichen", "Wann kommt der Radweg?")
    it.chris.press("Absenden")
    it.staff.column("Raum").press("Einblenden", beside="Chris")
    it.chris.sees("Das können jetzt alle lesen")
    town.album.look(it.chris.page, "waiting-writes", whole=True)
    it.staff.column("Raum").press("Ausblenden", beside="Chris")
    expect(it.chris.page.locator(".on-show")).to_have_count(0)
    timeline = town.house.archive.room(it.hour.id).timeline

    def said() -> list[tuple[Kind, object]]:
        told = {Kind.TYPED: "line", Kind.PINNED: "why"}
        return [(event.kind, event.values[told[event.kind]]) for event in read(timeline) if event.kind in told]

    wait_for(lambda: said()[-1:] == [(Kind.TYPED, None)], 10)
    (signs, shown, _), drawn = said(), [event for event in read(timeline) if "typed" in event.values]
    assert signs == (Kind.PINNED, "signs")
    assert [event.values["typed"] for event in drawn] == [shown[1]]


def test_a_second_window_falls_silent_while_one_is_on_air(it: Waiting) -> None:
    second = it.chris.page.context.new_page()
    second.goto(it.chris.page.url.replace("/place", "/live"))
    second.wait_for_selector("#player")
    second.evaluate("() => { document.getElementById('player').muted = false; }")
    second.wait_for_function("() => document.getElementById('player').muted")
    assert it.chris.page.evaluate("() => document.getElementById('programme-video').muted") is False
    it.chris.page.close()
    second.wait_for_function("() => !document.getElementById('player').muted")
    second.close()


def test_a_telephone_caller_is_noted_and_waits_on_the_line(town: Town, it: Waiting) -> None:
    """The desk's browser has Ada's clip at each of its sound inputs: with beeps, which nobody filters on this line."""
    it.staff.press("Anruf eintragen")
    it.staff.fill("Name oder Pseudonym", "Herr Albers")
    it.staff.fill("Worum geht es?", "Wann kommt der Bus?")
    asked = it.staff.page.locator("#noting .noting__ask:visible")
    for question, answer in zip(asked.all(), ("Ja", "Ja", "Nein", "Ja"), strict=True):
        question.get_by_text(answer, exact=True).click()
    town.album.look(it.staff.page, "telephone-noting")
    it.staff.press("Vermerken und warten lassen")
    expect(it.staff.page.locator("#noting")).to_be_hidden()
    it.staff.column("Raum").sees("am Telefon")
    it.staff.press("Verbinden")
    expect(it.staff.page.locator("#phone-state")).to_have_attribute("data-state", "open")
    expect(it.staff.page.locator("#phone-words")).to_have_text("Sie sind nicht auf Sendung. Nur wir hören Sie.")
    expect(it.staff.page.locator("#phone [data-wrong]:visible")).to_have_count(0)
    it.staff.column("Raum").sees("Leitung steht")
    town.album.look(it.staff.page, "telephone-waits")


def test_a_telephone_caller_is_heard_in_the_programme_and_hears_it_without_themselves(town: Town, it: Waiting) -> None:
    it.staff.column("Raum").press("Einlassen", beside="Herr Albers")
    wait_for(lambda: state_of(town, it.hour, "Herr Albers") is SeatState.ADMITTED, 20)
    it.staff.column("Raum").press("Auf Sendung", beside="Eve")
    it.staff.column("Raum").press("Auf Sendung", beside="Herr Albers")
    expect(it.staff.page.locator("#phone-words")).to_have_text("Sie sind jetzt auf Sendung.")
    expect(it.staff.page.locator("#phone-say")).to_have_attribute("data-sign", "on_air")
    town.album.look(it.staff.page, "telephone-on-air")
    began_s = town.programme_s(it.hour.id)
    voices, own = it.staff.page.evaluate(HEARS, 1000)
    print(f"the caller hears the others at {voices:.0f} dB, their own pitch at {own:.0f} dB")
    assert voices > -60
    assert own < voices - 20
    wait_for(lambda: town.programme_s(it.hour.id) > began_s + 8, 60)
    room, person = town.house.archive.room(it.hour.id), caller_of(town, it.hour)
    heard = [at for at in find_beeps(io.BytesIO(joined(room.programme(), "audio")), 1000) if at > began_s]
    assert len(heard) >= 4
    card = next(each for each in read(room.timeline) if is_card_of(each, person))
    assert room.card(card.values["digest"]).exists()  # a name card, since there is no picture
    viewer = town.visitor()
    viewer.goto(f"/office-hours/{it.hour.id}/live")
    viewer.sees("Herr Albers")
    viewer.close()


def is_card_of(event: Event, person: str) -> bool:
    return event.kind is Kind.CARD and event.values.get("person") == person


def test_of_two_desks_the_newer_one_carries_the_caller_and_a_closed_one_is_told(town: Town, it: Waiting) -> None:
    second = it.staff.page.context.new_page()
    second.goto(it.staff.page.url)
    second.get_by_role("button", name="Verbinden").click()
    expect(second.locator("#phone-state")).to_have_attribute("data-state", "open")
    it.staff.sees("Diesen Anruf überträgt jetzt eine andere Seite")
    expect(it.staff.page.locator("#phone-state")).to_have_attribute("data-state", "idle")
    expect(second.locator("#phone-words")).to_have_text("Sie sind jetzt auf Sendung.")
    wait_for(lambda: room_state(town.origin, it.hour.id)["sending"] == 2, 20)  # with Eve: nobody is heard twice
    second.close()
    it.staff.sees("Herr Albers ist weg")
    it.staff.press("Verbinden")
    expect(it.staff.page.get_by_text("Herr Albers ist weg")).to_have_count(0, timeout=20_000)
    expect(it.staff.page.locator("#phone-words")).to_have_text("Sie sind jetzt auf Sendung.")


def test_hanging_up_ends_the_call(town: Town, it: Waiting) -> None:
    it.staff.column("Raum").press("Aus der Sendung", beside="Herr Albers")
    expect(it.staff.page.locator("#phone-words")).to_have_text("Sie sind nicht mehr auf Sendung. Nur wir hören Sie.")
    person = caller_of(town, it.hour)
    it.staff.press("Auflegen")
    expect(it.staff.page.locator("#phone-words")).to_contain_text("Auf Wiederhören.")
    expect(it.staff.page.locator("#phone-say")).to_have_attribute("data-sign", "over")
    town.album.look(it.staff.page, "telephone-over", schemes=("light",))
    wait_for(lambda: state_of(town, it.hour, "Herr Albers") is SeatState.LEFT, 20)
    it.staff.press("Fertig")
    expect(it.staff.page.locator("#phone")).to_be_hidden()
    tracks = sorted(town.house.archive.room(it.hour.id).tracks.glob(f"{person}*.mkv"))
    wait_for(lambda: sum(len(find_beeps(each, 1000)) for each in tracks) >= 4, 20)  # in their own name
    with av.open(str(tracks[0])) as track:
        assert [stream.type for stream in track.streams] == ["audio"]


def caller_of(town: Town, hour: OfficeHour) -> str:
    with town.house.database.reading() as connection:
        (person,) = telephone.callers(connection, hour)
    return person.id


def test_no_page_had_a_finding_and_no_console_complained(town: Town, it: Waiting) -> None:
    assert town.album.wrong == []
    said = complaints(town.browser) + complaints(town.guests)
    assert [each for each in said if "status of 423" not in each] == []  # the desk that was replaced was told so
