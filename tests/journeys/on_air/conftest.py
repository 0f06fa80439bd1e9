"""One installation and one office hour on air for the journeys of this folder, told in the order of their names:
what happens to devices, when people are lost, when processes are killed, and the end.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.live.lobby import waiting
from ingest.people import Role
from tests.journeys.on_air.story import OnAir, announced, people_of
from tests.journeys.town import SMALL, Town, open_town
from tests.journeys.visitors import DESK, PHONE, Participant, plays


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory, films: Path) -> Iterator[Town]:
    data, pictures = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("pictures")
    with open_town(data, films, pictures, **SMALL) as town:
        yield town
        assert town.album.wrong == []


@pytest.fixture(scope="package")
def on_air(town: Town) -> OnAir:
    """Everything up to here is shown by test_pages.py; so rows are written where that is quicker."""
    hour, address = announced(town)
    host = Participant(town.browser, town.origin, size=DESK)
    host.page.goto(address)
    guest = Participant(town.guests, town.origin, size=PHONE)
    guest.goto(f"/office-hours/{hour.id}/join")
    guest.fill("Ihr Name", "Chris")
    guest.fill("Was möchten Sie fragen?", "Radweg Lindenstraße")
    guest.press("Weiter")
    guest.page.get_by_label("Mit Bild und Stimme").check()
    guest.press("Weiter")
    guest.press("Einverstanden")
    for person in (host, guest):
        person.start_camera()
    chris = next(person for person in people_of(town, hour) if person.role is Role.GUEST)
    with town.house.database.transaction() as connection:
        waiting.admit(connection, chris)
    for person in (host, guest):
        person.is_connected()
    with town.house.database.transaction() as connection:
        waiting.start(connection, hour.id, {})
        waiting.show(connection, chris)
    for person in (host, guest):
        person.sees_sign("on_air")
    viewer = town.visitor()
    viewer.goto(f"/office-hours/{hour.id}/live")
    plays(viewer.page)
    return OnAir(hour, host, guest, viewer)
