"""`web/live_addresses.py`: after the end live files stay for the last words, and answer 410 within five seconds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from ingest import store
from ingest.database import now
from ingest.officehours import OfficeHour, State, Visibility
from tests.ingest.live.output.test_recorder import Studio as Recording
from tests.web.conftest import SmallHouse
from web import studio
from web.live_addresses import LAST_WORDS_S, LOOK_AGAIN_S

FILES = ("index.m3u8", "video/index.m3u8", "video/00000001.m4s", "audio/init.mp4")


@pytest.fixture
def watch(house: SmallHouse, new_hour: Callable[..., OfficeHour]) -> Callable[..., set[tuple[int, str]]]:
    """What a player gets of a recording whose office hour stands like this, from a studio that has just looked."""

    def look(state: State, **values: Any) -> set[tuple[int, str]]:
        hour = new_hour(state, began_at=now() - timedelta(minutes=5), **values)
        with house.database.transaction() as connection:
            store.add_edition(connection, hour.id, address=f"address{hour.id[:4]}", tick_duration="1/30")
        Recording(house.archive.room(hour.id).programme().root).feed(118)
        any_house: Any = house
        app = Starlette(
            routes=studio.routes(studio.Studio(any_house)), exception_handlers={HTTPException: studio._refusal}
        )
        player = TestClient(app, base_url=f"http://test/live/hls/address{hour.id[:4]}/")
        answers = [player.get(name) for name in FILES]
        return {(each.status_code, each.headers.get("cache-control", "").split(",")[0]) for each in answers}

    return look


def ended(seconds: float) -> dict[str, Any]:
    return {"ended_at": now() - timedelta(seconds=seconds)}


def test_on_air_files_are_there_and_may_be_kept_for_a_moment(watch: Callable[..., set[tuple[int, str]]]) -> None:
    assert watch(State.ON_AIR) == {(200, "public")}
    assert watch(State.PAUSED) == {(200, "public")}


def test_right_after_the_end_players_get_the_last_words_and_caches_keep_nothing(
    watch: Callable[..., set[tuple[int, str]]],
) -> None:
    assert watch(State.ENDED, **ended(2)) == {(200, "no-store")}


def test_within_five_seconds_of_the_end_everything_is_gone(watch: Callable[..., set[tuple[int, str]]]) -> None:
    assert LAST_WORDS_S + LOOK_AGAIN_S < 5
    assert watch(State.ENDED, **ended(LAST_WORDS_S)) == {(410, "")}
    assert watch(State.IN_REVIEW, **ended(2)) == {(410, "")}
    assert watch(State.ENDED, visibility=Visibility.WITHDRAWN, **ended(1)) == {(410, "")}
