"""Room on the disk is promised before work begins, in the order in which steps began."""

import errno
from datetime import timedelta
from pathlib import Path

import pytest

from ingest import disk, steps
from ingest.archive import Archive
from ingest.database import Database
from ingest.engine import Engine
from ingest.steps import State
from ingest.work import Kind, Work
from tests.ingest.conftest import NOON

MB = disk.MEGABYTE


def test_what_fits_beside_promises_and_spare_may_begin() -> None:
    disk.check(10 * MB, free=100 * MB, promised=40 * MB, spare=50 * MB)


def test_what_does_not_fit_says_what_is_needed_and_what_is_there() -> None:
    with pytest.raises(disk.NoRoom) as refused:
        disk.check(1_200 * MB, free=100 * MB, promised=40 * MB, spare=50 * MB)
    assert str(refused.value) == (
        "not enough room on the disk: 1.2 GB are needed, 100 MB are free, 40 MB are promised to other steps, "
        "50 MB stay free for live rooms (OFFICEHOURS_DISK_SPARE_MB); it goes on by itself when there is room"
    )


def test_a_full_disk_is_recognised_below_other_errors() -> None:
    outer = ValueError("the picture could not be saved")
    outer.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert (disk.is_full(outer), disk.is_full(OSError(errno.EIO, "broken"))) == (True, False)


class House:
    """An engine over two kinds that each want the whole room, on a clock that a test moves."""

    def __init__(self, database: Database, root: Path, wanted: int, *, raises: Exception | None = None) -> None:
        self.database, self.at, self.inner = database, NOON, ""
        self.raises = raises
        kinds = [Kind(name="bake", queue="heavy", run=self.bake, room=lambda work: wanted)]
        self.engine = Engine(database, Archive(root), kinds, lambda step, kind: None, clock=lambda: self.at)

    def add(self, again: str) -> str:
        with self.database.transaction() as connection:
            return steps.add(connection, kind="bake", again=again)

    def step(self, id: str) -> steps.Step:
        with self.database.reading() as connection:
            return steps.get(connection, id)

    def bake(self, work: Work) -> None:
        if self.inner and self.inner != work.step.id:
            self.at += timedelta(seconds=1)
            self.engine.run(self.inner)
        if self.raises:
            raise self.raises


def test_of_two_that_want_the_same_room_the_later_waits_and_goes_on_afterwards(
    database: Database, tmp_path: Path
) -> None:
    house = House(database, tmp_path, wanted=round(disk.free_bytes(tmp_path) * 0.6))
    first, second = house.add("1"), house.add("2")
    house.inner = second
    assert house.engine.run(first) is State.DONE
    parked = house.step(second)
    assert (parked.state, parked.error_class, parked.attempt) == (State.PARKED, "resource", 0)
    assert parked.error.startswith("not enough room on the disk")
    house.at += disk.NoRoom.pause + timedelta(seconds=1)
    house.engine.reconcile()
    assert house.engine.run(second) is State.DONE


def test_a_disk_that_is_full_in_the_middle_parks_the_step(database: Database, tmp_path: Path) -> None:
    house = House(database, tmp_path, wanted=0, raises=OSError(errno.ENOSPC, "No space left on device"))
    id = house.add("1")
    assert house.engine.run(id) is State.PARKED
    assert house.step(id).error == "the disk is full: [Errno 28] No space left on device"
