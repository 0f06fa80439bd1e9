"""`web/studio.py`: what a door says when the room behind it cannot take one more."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from ingest import store
from ingest.live.rooms import NoRoomLeft
from ingest.officehours import OfficeHour
from ingest.people import Role
from tests.web.conftest import SmallHouse
from web.studio import Admitted, Studio, _refusal, routes


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Im Moment schafft unsere Technik"), ("en", "The studio has no")]
)
def test_a_full_studio_says_so_in_the_guests_language(
    house: SmallHouse, hour: OfficeHour, language: str, words: str
) -> None:
    acting: Any = house
    studio = Studio(acting)
    with house.database.transaction() as connection:
        dana = store.add_person(connection, office_hour=hour.id, role=Role.GUEST, name="Dana", language=language)

    async def full(*_: str) -> tuple[str, str]:
        raise NoRoomLeft("there is no time for more than 4 people on this machine")

    rooms: Any = studio.rooms
    rooms.whip = full
    studio.admit = lambda token, audience: Admitted(dana, hour)  # type: ignore[method-assign]
    app = Starlette(routes=routes(studio), exception_handlers={HTTPException: _refusal})
    headers = {"Content-Type": "application/sdp", "Authorization": "Bearer ticket"}
    answer = TestClient(app).post("/live/whip", content="v=0", headers=headers)
    assert (answer.status_code, answer.headers["Content-Language"]) == (503, language)
    assert answer.text.startswith(words)
