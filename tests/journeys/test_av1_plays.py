"""The ladder in AV1 with Opus is played by a real browser."""

from pathlib import Path

import pytest

from ingest import steps
from ingest.officehours import OfficeHour
from tests.journeys.house import answers, ended_hour, environment, house_in, running, steps_of, wait_for
from tests.journeys.visitors import DESK, Visitor, plays, press_play
from tests.standins.browser import chromium
from tests.standins.servers import free_port
from web.house import House

pytestmark = pytest.mark.soak
LENGTH_S = 8.0


def done(house: House, hour: OfficeHour) -> None:
    """Run what is ready until nothing is left, as workers would."""
    while ready := [each for each in steps_of(house, hour) if each.state in (steps.State.READY, steps.State.SENT)]:
        for step in ready:
            house.engine.run(step.id)


def test_a_browser_that_knows_av1_plays_it(tmp_path: Path) -> None:
    environ = environment(tmp_path, OFFICEHOURS_AV1="yes", OFFICEHOURS_AV1_CRF="50")
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    with house_in(environ) as house:
        hour = ended_hour(house, LENGTH_S)
        done(house, hour)
        assert {step.state for step in steps_of(house, hour)} == {steps.State.DONE}
    with running(environ, "site", "--port", str(port)) as site, chromium() as browser:
        wait_for(lambda: answers(origin, "/health"), 30, site.words)
        viewer = Visitor(browser, origin, size=DESK)
        asked: list[str] = []
        viewer.page.on("request", lambda request: asked.append(request.url))
        viewer.goto(f"/replay/{hour.id}")
        press_play(viewer.page)
        plays(viewer.page)
        viewer.close()
    assert any("-av1/index.m3u8" in each for each in asked), asked
    assert any("/sound-opus/" in each for each in asked), asked
