"""`web/live_files.py`: what players and caches are told about files of a programme on air."""

import asyncio
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from ingest.archive import Archive
from ingest.live.cmaf.segments import Edge
from ingest.live.output import viewing
from tests.ingest.live.output.test_recorder import Studio
from tests.ingest.live.rules import broken_rules, understood
from web.live_files import LiveFiles, ShortWay


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return PlainTextResponse(error.detail, error.status_code, error.headers)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, Edge]:
    """Two whole segments and a part, and what the room last told of them."""
    archive, edges = Archive(tmp_path_factory.mktemp("archive")), list[Edge]()
    Studio(archive.room("a").programme().root, on_edge=edges.append).feed(118)
    return archive, edges[-1]


@pytest.fixture
def player(recording: tuple[Archive, Edge], monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Somebody who watches it."""
    monkeypatch.setattr(viewing, "PATIENCE_S", 0.05)
    archive, edge = recording

    async def hour_at(address: str) -> str | None:
        return "a" if address == "here" else None

    files = LiveFiles(archive, hour_at)
    files.told("a", edge)
    routes = [Route("/live/hls/{address}/{path:path}", files.answer)]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _refusal})
    return TestClient(app, base_url="http://test/live/hls/here/")


def status_and_cache(player: TestClient, path: str) -> tuple[int, str]:
    answer = player.get(path)
    return answer.status_code, answer.headers.get("cache-control", "")


def test_a_playlist_and_all_that_it_names(player: TestClient) -> None:
    text = player.get("video/index.m3u8").text
    assert broken_rules(text) == []
    assert 'PRELOAD-HINT:TYPE=PART,URI="00000003.1.m4s"' in text
    assert 'RENDITION-REPORT:URI="../audio/index.m3u8",LAST-MSN=3,LAST-PART=0' in text
    assert player.get("index.m3u8").text.count("index.m3u8") == 2
    for name in ("init.mp4", "00000001.m4s", "00000002.4.m4s", "00000003.0.m4s"):
        assert player.get(f"video/{name}").status_code == 200
        assert player.get(f"audio/{name}").status_code == 200


def test_whole_and_part_are_the_same_bytes(player: TestClient) -> None:
    parts = b"".join(player.get(f"video/00000002.{n}.m4s").content for n in range(5))
    assert parts == player.get("video/00000002.m4s").content


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("video/index.m3u8", (200, "public, max-age=1")),
        ("video/index.m3u8?_HLS_msn=3&_HLS_part=0&_HLS_skip=YES", (200, "public, max-age=4")),
        ("video/index.m3u8?_HLS_msn=3&_HLS_part=1", (503, "no-store")),
        ("video/index.m3u8?_HLS_msn=6", (400, "no-store")),
        ("video/index.m3u8?_HLS_part=1", (400, "no-store")),
        ("video/00000003.1.m4s", (503, "no-store")),
        ("video/00000003.2.m4s", (404, "public, max-age=1")),
        ("video/00000003.m4s", (404, "public, max-age=1")),  # it is being written
        ("video/00000002.m4s", (200, "public, max-age=60, s-maxage=4, immutable")),
        ("video/00000002.0.m4s", (200, "public, max-age=60, s-maxage=4, immutable")),
        ("video/../../timeline.jsonl", (404, "")),
        ("video/index.m3u8.bak", (404, "")),
    ],
)
def test_status_and_cache(player: TestClient, path: str, expected: tuple[int, str]) -> None:
    assert status_and_cache(player, path) == expected


def test_what_is_over_is_gone(player: TestClient) -> None:
    assert player.get("http://test/live/hls/elsewhere/video/index.m3u8").status_code == 410


async def test_who_asks_for_the_same_at_the_same_time_is_given_the_same(recording: tuple[Archive, Edge]) -> None:
    archive, edge = recording

    async def here(address: str) -> str:
        return "a"

    files = LiveFiles(archive, here)
    files.told("a", edge)
    asked = [files.at("here", "video/00000002.1.m4s", b"") for _ in range(5)]
    assert len({id(answer) for answer in await asyncio.gather(*asked)}) == 1
    with pytest.raises(HTTPException):
        await files.at("here", "video/00000009.1.m4s", b"")


def test_the_short_way_answers_as_the_long_one_does(recording: tuple[Archive, Edge]) -> None:
    archive, edge = recording

    async def hour_at(address: str) -> str | None:
        return "a" if address == "here" else None

    files = LiveFiles(archive, hour_at)
    files.told("a", edge)
    routes = [Route("/live/hls/{address}/{path:path}", files.answer), Route("/live/health", lambda _: Response("well"))]
    handlers = {HTTPException: _refusal}
    long = TestClient(Starlette(routes=routes, exception_handlers=handlers))
    short = TestClient(ShortWay(Starlette(routes=routes, exception_handlers=handlers), files))
    paths = ("video/index.m3u8", "video/index.m3u8?_HLS_part=1", "audio/00000002.1.m4s", "index.m3u8", "video/x")
    for path in ("/live/health", "/live/hls/gone/index.m3u8", *(f"/live/hls/here/{path}" for path in paths)):
        one, other = long.get(path), short.get(path)
        assert (one.status_code, one.text.strip()) == (other.status_code, other.text.strip())
        assert one.headers.get("cache-control") == other.headers.get("cache-control")
    assert short.post("/live/hls/here/index.m3u8").status_code == 405


async def test_viewers_go_back_as_far_as_the_setting_says(tmp_path: Path) -> None:
    archive, edges = Archive(tmp_path), list[Edge]()
    Studio(archive.room("a").programme().root, on_edge=edges.append).feed(470)

    async def here(address: str) -> str:
        return "a"

    found = []
    for minutes in (0, 5):
        files = LiveFiles(archive, here, rewind_minutes=minutes)
        files.told("a", edges[-1])
        playlist = await files.at("here", "video/index.m3u8", b"")
        found.append(understood(bytes(playlist.body).decode()).first)
    assert found == [3, 1]  # never less than delta updates need
