"""The site hands rooms over and fetches what pages show; workers' hosts do not keep copies for ever."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ingest import erasing, mirror, steps, store
from ingest.archive import write_text
from ingest.database import now
from ingest.objects import Objects, open_objects
from ingest.officehours import OfficeHour, State
from ingest.shared import SharedArchive
from tests.web.conftest import SmallHouse
from web import keeping
from web.keeping import Keeper

SEGMENTS = ("00000001.m4s", "00000002.m4s")


@pytest.fixture
def objects() -> Objects:
    return open_objects("memory:///")


@pytest.fixture
def here(house: SmallHouse, objects: Objects) -> SharedArchive:
    """The archive of the host with site and studio."""
    archive = SharedArchive(house.archive.root, objects, house.ingest.data / "mirror")
    object.__setattr__(house, "archive", archive)
    return archive


@pytest.fixture
def worker(tmp_path: Path, objects: Objects) -> SharedArchive:
    """The archive of another host."""
    return SharedArchive(tmp_path / "worker" / "archive", objects, tmp_path / "worker" / "mirror")


def recorded(archive: SharedArchive, hour: OfficeHour) -> None:
    room = archive.room(hour.id)
    for number in (1, 2):
        write_text(room.programme().segment("video", number), str(number))
    write_text(room.timeline, "{}")


def move(house: SmallHouse, hour: OfficeHour, goal: State) -> None:
    with house.database.transaction() as connection:
        store.move_office_hour(connection, hour.id, goal, ended_at=now())


def test_a_room_goes_into_the_store_while_it_is_on_air_and_whole_at_its_end(
    house: SmallHouse, here: SharedArchive, objects: Objects, new_hour: Callable[..., OfficeHour]
) -> None:
    hour, keeper = new_hour(State.ON_AIR), Keeper(house, here)
    recorded(here, hour)
    keeper.look(now())
    assert set(objects.listing(hour.id)) == {f"programme/1/video/{SEGMENTS[0]}"}
    move(house, hour, State.ENDED)
    keeper.look(now())
    assert set(objects.listing(hour.id)) == {"timeline.jsonl", *(f"programme/1/video/{name}" for name in SEGMENTS)}


def test_of_what_is_live_only_nothing_is_put_and_nothing_stays(
    house: SmallHouse, here: SharedArchive, objects: Objects, new_hour: Callable[..., OfficeHour]
) -> None:
    hour, keeper = new_hour(State.ON_AIR, recorded=False), Keeper(house, here)
    recorded(here, hour)
    keeper.look(now())
    move(house, hour, State.ENDED)
    keeper.look(now())
    assert here.room(hour.id).programme().segments("video") != []
    keeper.look(now() + timedelta(seconds=11))
    assert here.room(hour.id).programme().segments("video") == []
    assert objects.listing(hour.id) == {}


def test_pages_have_what_a_worker_elsewhere_made(
    house: SmallHouse, here: SharedArchive, worker: SharedArchive, new_hour: Callable[..., OfficeHour]
) -> None:
    hour, keeper = new_hour(State.ON_AIR), Keeper(house, here)
    recorded(here, hour)
    move(house, hour, State.ENDED)
    keeper.look(now())
    worker.bring(hour.id, mirror.nothing)
    write_text(worker.room(hour.id).captions("de"), "WEBVTT")
    write_text(worker.room(hour.id).download, "a film")
    worker.put(hour.id)
    with house.database.transaction() as connection:
        step = steps.add(connection, kind="transcode.captions", office_hour=hour.id)
        steps.change(connection, step, steps.UNFINISHED, state=steps.State.DONE)
    keeper.look(now())
    assert here.room(hour.id).captions("de").read_text() == "WEBVTT"
    assert not here.room(hour.id).download.exists()


def test_workers_keep_neither_what_they_no_longer_use_nor_what_is_erased(
    house: SmallHouse, here: SharedArchive, worker: SharedArchive, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.ON_AIR)
    recorded(here, hour)
    here.put(hour.id)
    worker.bring(hour.id)
    keeping.free(house, worker, time.time() + keeping.KEPT_S - 60)
    assert worker.arrived(hour.id)
    keeping.free(house, worker, time.time() + keeping.KEPT_S + 60)
    assert not worker.room(hour.id).root.exists()
    worker.bring(hour.id)
    with house.database.transaction() as connection:
        erasing.erase_rows(connection, hour.id)
    keeping.free(house, worker, time.time() + 2 * keeping.FREE_S)
    assert not worker.room(hour.id).root.exists()


def test_where_pages_are_made_small_files_stay(
    house: SmallHouse, here: SharedArchive, new_hour: Callable[..., OfficeHour]
) -> None:
    hour = new_hour(State.ON_AIR)
    recorded(here, hour)
    here.put(hour.id)
    Keeper(house, here)
    keeping.free(house, here, time.time() + keeping.KEPT_S + 60)
    assert [path.name for path in here.room(hour.id).root.rglob("*") if path.is_file()] == ["timeline.jsonl"]
