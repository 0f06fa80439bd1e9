"""An office hour in Debian's Firefox: Bo leads, Ada hosts, Chris waits and speaks, Dana watches and sees the replay.

This Firefox has no H.264 in WebRTC (see the stand-in): Ada's and Chris's pictures come as VP8, and they hear the room
without seeing it; viewers see H.264 by HLS like everybody else.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import av
import pytest

from ingest import store
from ingest.consent import ALL
from ingest.database import now
from ingest.officehours import OfficeHour, Release, State
from ingest.people import Person, Role
from tests.journeys.house import FIRST_RUN, environment, house_in, serving, wait_for
from tests.journeys.visitors import room_state
from tests.standins.firefox import Firefox, Tab, firefox
from tests.standins.servers import free_port
from web import store as web_store
from web.house import House

pytestmark = pytest.mark.soak

ON_AIR_S = 8.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str, Firefox]]:
    environ = environment(tmp_path_factory.mktemp("data"))
    with firefox() as browser, serving(environ, free_port()) as origin, house_in(environ) as house:
        yield house, origin, browser


def opened(house: House) -> tuple[OfficeHour, str]:
    """An office hour with an open room, and the host's personal address."""
    with house.database.transaction() as connection:
        hour = store.add_office_hour(
            connection,
            title="Sprechstunde",
            host_name="Ada Lindner",
            starts_at=now(),
            state=State.BACKSTAGE,
            release=Release.BY_HAND,
        )
        ada = store.add_person(connection, hour.id, name="Ada Lindner", role=Role.HOST)
        store.answer_consent(connection, ada.id, dict.fromkeys(ALL, True), hour.consent_version)
        token = web_store.make_link(connection, house.safe, ada.id, now() + timedelta(days=1))
    return hour, f"/host/{token}"


def signed_in(browser: Firefox, origin: str, leads: str) -> Tab:
    bo = browser.person()
    bo.goto(f"{origin}/login")
    bo.fill("Mailadresse", FIRST_RUN["OFFICEHOURS_STAFF_EMAIL"])
    bo.fill("Passwort", FIRST_RUN["OFFICEHOURS_STAFF_PASSWORD"])
    bo.press("Anmelden")
    bo.sees("Abmelden")
    bo.goto(f"{origin}{leads}")
    return bo


def joined(browser: Firefox, origin: str, id: str) -> Tab:
    """Three steps, the check of camera and line, the waiting room.

    The bar of the voice is not looked at: without a sound card Firefox's AudioContext never begins.
    """
    chris = browser.person(width=390, height=844)
    chris.goto(f"{origin}/office-hours/{id}/join")
    chris.fill("Ihr Name", "Chris")
    chris.fill("Was möchten Sie fragen?", "Radweg Lindenstraße")
    chris.press("Weiter")
    chris.fill("Mit Bild und Stimme")
    chris.press("Weiter")
    chris.press("Einverstanden")
    chris.sees("Sie sind als Nächstes dran")
    started(chris)
    chris.press("Verbindung prüfen")
    chris.has('[data-line="good"]')
    return chris


def started(tab: Tab) -> None:
    tab.press("Kamera und Mikrofon starten")
    tab.plays("#own", seconds=0.5)


def test_an_office_hour_in_firefox(place: tuple[House, str, Firefox], tmp_path: Path) -> None:
    house, origin, browser = place
    hour, personal = opened(house)
    if not browser.plays_h264():
        pytest.skip("this Firefox finds no libavcodec: `make test-tools` installs it")
    bo = signed_in(browser, origin, f"/staff/office-hours/{hour.id}/board")
    host = browser.person()
    host.goto(origin + personal)
    started(host)
    host.has('#link-state[data-state="connected"]')
    chris = joined(browser, origin, hour.id)

    bo.press("Erst aufrufen", beside="Chris")
    chris.sees("Sie werden aufgerufen")
    chris.press("Ich bin da")
    bo.press("Einlassen", beside="Chris")
    chris.has('#link-state[data-state="connected"]')
    bo.press("Auf Sendung", beside="Chris")
    bo.press("Auf Sendung gehen")
    for person in (host, chris):
        person.has('#sign[data-sign="on_air"]')
        person.hears("#programme-video")
        person.sees("Ihr Browser kann das Bild aus dem Raum nicht zeigen")
    bo.sees("In Firefox fehlt das Add-on OpenH264")

    dana = browser.person(width=390, height=844)
    dana.goto(f"{origin}/office-hours/{hour.id}/live")
    dana.plays("#player", seconds=2.0)
    wait_for(lambda: float(room_state(origin, hour.id).get("seconds") or 0) >= ON_AIR_S, 30)
    for number, tab in enumerate((bo, host, chris, dana)):
        tab.picture(tmp_path / f"{number}.png")
    bo.press("Beenden")
    bo.press("Beenden", beside="Beenden")
    dana.sees("Die Sprechstunde ist vorbei.")
    for person in (host, chris):
        person.sees("Sie können sich voneinander verabschieden")

    bo.follow("Aufzeichnung ansehen")
    bo.until("() => document.querySelector('#player')?.currentSrc.startsWith('blob:')")
    bo.run("() => { const v = document.querySelector('#player'); v.muted = true; return v.play(); }")
    bo.plays("#player", seconds=2.0)
    seen = {each.name: kind_of(house, hour, each.id) for each in people(house, hour) if each.role is not Role.STAFF}
    assert seen == {"Ada Lindner": "vp8", "Chris": "vp8"}
    assert browser.faults == []


def people(house: House, hour: OfficeHour) -> list[Person]:
    with house.database.reading() as connection:
        return store.persons_of(connection, hour.id)


def kind_of(house: House, hour: OfficeHour, person: str) -> str:
    """What a person's own track holds as picture: their camera, as Firefox sent it, in one piece from start to end."""
    room = house.archive.room(hour.id)
    assert not room.track(person, 2).exists()  # Another connection would have begun another part.
    track = room.track(person)
    with av.open(str(track)) as container:
        frames = sum(1 for _ in container.decode(video=0))
        assert frames > 10 * (ON_AIR_S - 2)
        return container.streams.video[0].codec_context.name
