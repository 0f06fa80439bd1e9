"""`render_parts` through pages: parts asked for together are those asked for alone, and rows are read once for all."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from ingest.officehours import OfficeHour
from tests.web.conftest import Browser, SmallHouse
from web.pages.board import PARTS

JSON = {"Accept": "application/json"}


@contextmanager
def statements(house: SmallHouse) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    sa.event.listen(house.database.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(house.database.engine, "before_cursor_execute", note)


def test_parts_asked_for_together_are_those_asked_for_alone(bo: Browser, hour: OfficeHour) -> None:
    board = f"/staff/office-hours/{hour.id}/board"
    together = bo.get(f"{board}?part={','.join(PARTS)}", headers=JSON).json()
    assert list(together) == list(PARTS)
    alone = {part: bo.get(f"{board}?part={part}").text for part in PARTS}
    assert together == alone


def test_together_they_cost_the_database_much_less(bo: Browser, house: SmallHouse, hour: OfficeHour) -> None:
    board = f"/staff/office-hours/{hour.id}/board"
    with statements(house) as together:
        bo.get(f"{board}?part={','.join(PARTS)}", headers=JSON)
    with statements(house) as alone:
        for part in PARTS:
            bo.get(f"{board}?part={part}")
    print(f"{len(together)} statements together, {len(alone)} alone")
    assert len(together) * 3 <= len(alone)


@pytest.mark.parametrize("asked", ["", "room,", "room,nonsense", "../room"])
def test_parts_that_there_are_not_are_not_found(bo: Browser, hour: OfficeHour, asked: str) -> None:
    assert bo.get(f"/staff/office-hours/{hour.id}/board?part={asked}", headers=JSON).status_code == 404
