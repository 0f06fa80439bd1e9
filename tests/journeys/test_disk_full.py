"""The disk is full in every step: each waits with a clear message, nothing is lost or left over, and all goes on."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest import disk, store
from ingest.database import now
from ingest.engine import Engine
from ingest.officehours import OfficeHour, Visibility
from ingest.steps import UNFINISHED, State, Step
from tests.journeys.house import ended_hour, environment, house_in, steps_of
from web.house import House

pytestmark = [
    pytest.mark.journey,
    pytest.mark.beside,
    pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk, which only root may"),
]
LENGTH_S = 6.0
DISK_MB = 48


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own below `folder`. Skipped where nothing may be mounted."""
    folder.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def filled(folder: Path, left_bytes: int) -> Iterator[None]:
    """Somebody else's file takes all but `left_bytes`."""
    filler = folder / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(disk.free_bytes(folder) - left_bytes, 4096))
    try:
        yield
    finally:
        filler.unlink()


class Clock:
    """The wall clock, moved on by a test."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead


def engine_of(house: House, clock: Clock, *, reserving: bool) -> Engine:
    kinds = list(house.engine.kinds.values())
    kinds = kinds if reserving else [replace(kind, room=lambda work: 0) for kind in kinds]
    return Engine(house.database, house.archive, kinds, lambda step, kind: None, in_flight=99, clock=clock)


def next_step(house: House, hour: OfficeHour) -> Step | None:
    ready = [each for each in steps_of(house, hour) if each.state in (State.READY, State.SENT)]
    return min(ready, key=lambda each: (each.priority, each.created_at), default=None)


def litter(root: Path) -> list[str]:
    return [str(each.relative_to(root)) for each in root.rglob(".*")]


BIG = {f"transcode.{name}" for name in ("download", "stretch", "loudness", "audio")}

ROWS_ALONE = "transcode.listen"
"""It writes down steps, and no file."""


@pytest.mark.parametrize(
    ("reserving", "left_bytes", "only"),
    [(True, 0, ""), (False, 0, ""), (False, 16_000, "the big ones")],
    ids=["reserved before", "not a byte left", "full in the middle"],
)
def test_a_full_disk_parks_every_step_and_nothing_is_lost(
    tmp_path: Path, reserving: bool, left_bytes: int, only: str
) -> None:
    with small_disk(tmp_path / "data" / "archive"), house_in(environment(tmp_path / "data")) as house:
        hour, clock = ended_hour(house, LENGTH_S), Clock()
        engine, root = engine_of(house, clock, reserving=reserving), house.archive.root
        parked = set()
        while (step := next_step(house, hour)) is not None:
            with filled(root, left_bytes):
                outcome = engine.run(step.id)
            assert litter(root) == []
            if outcome is State.PARKED:
                parked.add(step.kind)
                told = next(each for each in steps_of(house, hour) if each.id == step.id)
                assert told.error_class == "resource"
                assert "disk" in told.error
                clock.ahead += timedelta(minutes=1)
                engine.reconcile()
                assert engine.run(step.id) is State.DONE, step.kind
            else:
                assert outcome is State.DONE, step.kind
        print(f"parked: {sorted(parked)}")
        writers = {each.kind for each in steps_of(house, hour) if each.kind.startswith("transcode.")} - {ROWS_ALONE}
        assert (BIG if only else writers) <= parked
        assert [each for each in steps_of(house, hour) if each.state in UNFINISHED] == []
        with house.database.reading() as connection:
            assert store.office_hour(connection, hour.id).visibility is Visibility.RELEASED
