"""`process.py`, `report.py`, `steward.py`: what a room does by itself and says of it. Its threads are not started."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.archive import Room
from ingest.live.room.process import Options, Process
from ingest.live.room.standing import Standing
from ingest.live.room.vacancy import ENDS_AFTER_S, Vacancy


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Process]:
    process = Process(Room(tmp_path), Options(width=160, height=90, frame_rate=25, bitrate=100_000, preset="ultrafast"))
    process._orders.chronicle.standing = Standing(begun=True)
    yield process
    process._scribe.close()


BEGINS = datetime(2026, 11, 26, 17, tzinfo=UTC)


async def looked(process: Process, empty_s: float, wall: datetime = BEGINS) -> list[str]:
    """The room was empty for so long when it looks again; the commands it gives itself, and what it tells."""
    given: list[str] = []
    process._steward.begins = BEGINS
    process._steward._wall = lambda: wall
    process._steward._tell = lambda message: given.append(message["tell"])

    async def apply(id: str, kind: str, payload: dict[str, Any]) -> None:
        given.append(kind)

    process._orders.apply = apply  # type: ignore[method-assign]
    process._steward.vacancy = Vacancy(process._loop.time() - empty_s, process._loop.time())
    process._steward.end_when_empty()
    await asyncio.sleep(0)
    return given


async def test_a_programme_of_an_empty_room_ends_by_itself_after_a_warning(process: Process) -> None:
    assert await looked(process, ENDS_AFTER_S - 60) == []
    assert process._report.state()["ends_empty_in_s"] == pytest.approx(60, abs=1)
    assert await looked(process, ENDS_AFTER_S + 1) == ["end"]
    assert process._report.state()["ends_empty_in_s"] is None


async def test_what_is_over_is_not_ended(process: Process) -> None:
    process._orders.chronicle.standing = Standing(begun=True, ending=True, over=True)
    assert await looked(process, 2 * ENDS_AFTER_S) == []


async def test_a_room_that_nobody_came_to_closes_after_a_warning(process: Process) -> None:
    process._orders.chronicle.standing = Standing()
    assert await looked(process, ENDS_AFTER_S - 60) == []
    assert process._report.state()["ends_empty_in_s"] == pytest.approx(60, abs=1)
    assert await looked(process, ENDS_AFTER_S + 1) == ["vacant"]


async def test_nobody_has_to_be_there_before_the_planned_beginning(process: Process) -> None:
    process._orders.chronicle.standing = Standing()
    assert await looked(process, 2 * ENDS_AFTER_S, BEGINS - timedelta(seconds=1)) == []
    assert process._report.state()["ends_empty_in_s"] is None
    process._orders.chronicle.standing = Standing(begun=True)  # who begins early has begun
    assert await looked(process, ENDS_AFTER_S + 1, BEGINS - timedelta(minutes=5)) == ["end"]


async def test_the_state_says_what_goes_outside(process: Process) -> None:
    def outside() -> tuple[bool, bool]:
        state = process._report.state()
        return state["on_air"], state["outside"]

    assert outside() == (True, True)
    process._orders.chronicle.standing = Standing(begun=True, cut_from=7)
    assert outside() == (True, False)
    for standing in (Standing(), Standing(begun=True, paused=True), Standing(begun=True, closing=True)):
        process._orders.chronicle.standing = standing
        assert outside() == (False, False)
