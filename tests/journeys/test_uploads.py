"""A recording made elsewhere is brought in the browser, over a reload and a killed site, and becomes a replay."""

import os
import re
import signal
import struct
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.house import answers, environment, serving, wait_for
from tests.journeys.visitors import Album, Staff, processes
from tests.standins.browser import chromium
from tests.standins.servers import free_port
from tests.transcode import recorded

pytestmark = [pytest.mark.journey, pytest.mark.beside]
PADDING_BYTES = 24_000_000  # six pieces
TAKEN_MS = 120_000
RELEASE_S = 240.0
HERE = "ist unterbrochen"
OPENED = "Daraus ist eine Sprechstunde geworden"


def film_in(folder: Path) -> Path:
    """A phone's video, made long by a box that players skip."""
    film = folder / "saal.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=4"]
    recorded.run([*source, "-f", "lavfi", "-i", "sine=duration=4", "-pix_fmt", "yuv420p", str(film)])
    with film.open("ab") as file:
        file.write(struct.pack(">I4s", PADDING_BYTES, b"free") + bytes(PADDING_BYTES - 8))
    return film


class Line:
    """The way to the site: passes `pieces` of them on, then it is dead."""

    def __init__(self, pieces: int) -> None:
        self.left = pieces

    def __call__(self, route: Route) -> None:
        if route.request.method == "PATCH":
            self.left -= 1
            if self.left < 0:
                route.abort()
                return
        route.continue_()


def test_an_upload_goes_on_after_a_reload_and_a_killed_site(tmp_path: Path) -> None:
    film, data, port = film_in(tmp_path), tmp_path / "data", free_port()
    data.mkdir()
    album = Album(tmp_path)
    with serving(environment(data), port) as origin, chromium() as browser:
        staff = Staff(browser, origin)
        staff.goto("/login")
        staff.sign_in()
        staff.follow("Aufzeichnung mitbringen")
        album.look(staff.page, "empty", whole=True)
        staff.page.route("**/staff/uploads/*", Line(pieces=2))
        staff.page.set_input_files("#file", film)
        staff.fill("Titel", "Bürgersaal im Herbst")
        staff.page.get_by_label("Von selbst veröffentlichen").check()
        staff.press("Übertragen")
        staff.sees(HERE)

        staff.page.unroute("**/staff/uploads/*")
        staff.page.reload()
        staff.sees("34 % sind da")
        album.look(staff.page, "waiting", whole=True)
        (site,) = processes(data, "site")
        staff.page.set_input_files("input[data-upload]", film)
        os.kill(site, signal.SIGKILL)

        staff.sees(OPENED, limit_ms=TAKEN_MS)
        staff.page.set_viewport_size({"width": 360, "height": 780})
        album.look(staff.page, "taken", whole=True)
        staff.follow(OPENED)
        expect(staff.page).to_have_url(re.compile(r"/staff/office-hours/[0-9a-f]{32}$"))
        id = staff.page.url.rsplit("/", 1)[1]
        staff.close()
        wait_for(lambda: answers(origin, f"/replay/{id}"), RELEASE_S)
        assert list((data / "uploads").iterdir()) == []
    assert album.wrong == []
