"""The studio's doors for a test of somebody's line: open to everybody, and limited."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from ingest.live.room.wire import CallFailed, WireBroken
from web.line_test import TESTS_A_MINUTE, LineTest, routes
from web.studio import _refusal

SDP = {"content-type": "application/sdp"}


class Room:
    """Answers offers without a process."""

    def __init__(self) -> None:
        self.fails: Exception | None = None
        self.ended: list[str] = []

    async def begin(self, sdp: str) -> tuple[str, str]:
        if self.fails:
            raise self.fails
        return "abc", f"answer to {sdp}"

    async def end(self, resource: str) -> bool:
        self.ended.append(resource)
        return resource == "abc"

    async def close(self) -> None:
        self.ended.append("all")


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def door(room: Room) -> Iterator[TestClient]:
    line = LineTest(room)  # type: ignore[arg-type]
    handlers: Any = {HTTPException: _refusal}
    with TestClient(Starlette(routes=routes(lambda: line), exception_handlers=handlers)) as client:
        yield client


def test_an_offer_is_answered_and_its_address_ends_it(door: TestClient, room: Room) -> None:
    answer = door.post("/live/test", content="offer", headers=SDP)
    assert (answer.status_code, answer.text) == (201, "answer to offer")
    assert door.delete(answer.headers["location"]).status_code == 200
    assert door.delete("/live/test/other").status_code == 404
    assert room.ended == ["abc", "other"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [(CallFailed("bad_offer", "no SDP"), 400), (CallFailed("full", "10 are"), 503), (WireBroken("gone"), 503)],
)
def test_what_cannot_be_tested_says_whose_turn_it_is(
    door: TestClient, room: Room, fault: Exception, status: int
) -> None:
    room.fails = fault
    answer = door.post("/live/test", content="offer", headers=SDP)
    assert (answer.status_code, "retry-after" in answer.headers) == (status, status == 503)


def test_one_address_cannot_take_all_places(door: TestClient) -> None:
    codes = [door.post("/live/test", content="offer", headers=SDP).status_code for _ in range(TESTS_A_MINUTE + 1)]
    assert codes == [*[201] * TESTS_A_MINUTE, 429]


def test_the_socket_says_back_what_was_said(door: TestClient) -> None:
    with door.websocket_connect("/live/test-socket") as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "hello"


def test_one_address_cannot_open_socket_after_socket(door: TestClient) -> None:
    for _ in range(TESTS_A_MINUTE):
        with door.websocket_connect("/live/test-socket"):
            pass
    with pytest.raises(WebSocketDisconnect), door.websocket_connect("/live/test-socket"):
        pass
