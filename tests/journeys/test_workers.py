"""Workers are killed in every step, brokers and databases are changed: everything is done once in the end."""

import contextlib
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import store
from ingest.officehours import OfficeHour, Visibility
from ingest.steps import State
from tests.journeys.house import Process, ended_hour, environment, house_in, running, steps_of, wait_for
from tests.standins.servers import postgresql, redis
from transcode.probe import probe
from web.house import House

pytestmark = [pytest.mark.journey, pytest.mark.beside]
PIPELINE_S = 150.0
LENGTH_S = 20.0


def all_done(house: House, hour: OfficeHour) -> bool:
    found = steps_of(house, hour)
    broken = {step.kind: step.error for step in found if step.state in (State.FAILED, State.QUARANTINED)}
    assert not broken
    return all(step.state is State.DONE for step in found)


def visibility(house: House, hour: OfficeHour) -> Visibility:
    with house.database.reading() as connection:
        return store.office_hour(connection, hour.id).visibility


def test_a_worker_killed_in_every_step_and_all_is_done_once(tmp_path: Path) -> None:
    environ = environment(tmp_path, OFFICEHOURS_STEPS_AT_ONCE="1")  # a kill hits one step, not its neighbours
    with house_in(environ) as house:
        hour = ended_hour(house, LENGTH_S)
        kinds = Counter(step.kind for step in steps_of(house, hour))
        killed: set[str] = set()
        with running(environ, "worker", "light") as light, running(environ, "worker", "heavy") as heavy:
            with running(environ, "clock"):

                def kill_in_a_new_step() -> bool:
                    for step in steps_of(house, hour):
                        if step.state is State.RUNNING and step.kind not in killed:
                            queue = house.engine.kinds[step.kind].queue
                            worker = {"light": light, "heavy": heavy}[queue]
                            worker.kill()
                            killed.add(step.kind)
                            worker.again()
                            return False
                    return all_done(house, hour)

                wait_for(kill_in_a_new_step, PIPELINE_S, lambda: light.words() + heavy.words())
        print(f"killed in {sorted(killed)}")
        long_enough_to_be_seen = {"transcode.captions", "transcode.stretch", "transcode.download", "transcode.poster"}
        assert long_enough_to_be_seen <= killed
        stretches = {"transcode.stretch": 1}  # written down by the plan
        assert Counter(step.kind for step in steps_of(house, hour)) == kinds | stretches
        assert visibility(house, hour) is Visibility.RELEASED
        room = house.archive.room(hour.id)
        assert abs(probe(room.download).end_s - LENGTH_S) < 0.1
        assert room.captions("de").read_text().startswith("WEBVTT")
        assert "480p/index.m3u8" in room.master.read_text()
        assert room.chapters.read_text().count(" --> ") == 1  # the stand-in wrote no row of the question


def test_redis_and_postgresql_with_no_other_change(tmp_path: Path) -> None:
    with redis() as broker, postgresql() as database:
        more = {"OFFICEHOURS_BROKER_URL": broker, "OFFICEHOURS_DATABASE_URL": database}
        environ = environment(tmp_path / "data", **more)
        with house_in(environ) as house:
            hour = ended_hour(house, 6.0)
            with running(environ, "worker", "light") as light, running(environ, "worker", "heavy") as heavy:
                with running(environ, "clock"):
                    wait_for(lambda: all_done(house, hour), PIPELINE_S, lambda: light.words() + heavy.words())
            assert visibility(house, hour) is Visibility.RELEASED


def test_a_worker_that_slept_through_its_lease_changes_nothing(tmp_path: Path) -> None:
    environ = environment(tmp_path, OFFICEHOURS_STEPS_AT_ONCE="1")
    with house_in(environ) as house:
        hour = ended_hour(house, LENGTH_S)
        with running(environ, "worker", "light") as light, running(environ, "worker", "heavy") as sleeper:
            with running(environ, "clock"):
                step = claimed_by(house, hour, sleeper.running.pid, "transcode.captions", light.words)
                fall_asleep(sleeper, house)
                with running(environ, "worker", "heavy") as other:
                    wait_for(lambda: all_done(house, hour), PIPELINE_S, other.words)
                    before = written(house, hour)
                    sleeper.running.send_signal(signal.SIGCONT)
                    # What it had half made goes when it notices, at its next sign of life.
                    wait_for(lambda: not list(house.archive.root.rglob(".*")), PIPELINE_S, sleeper.words)
                    assert sleeper.running.poll() is None
                    owner = next(each.lease_owner for each in steps_of(house, hour) if each.id == step)
        assert owner is not None
        assert f":{other.running.pid}:" in owner
        assert written(house, hour) == before


def claimed_by(house: House, hour: OfficeHour, pid: int, kind: str, words: Callable[[], str]) -> str:
    """The id of a step of `kind` that the process `pid` is working on, as soon as there is one."""

    def found() -> str:
        mine = [each for each in steps_of(house, hour) if each.kind == kind and each.state is State.RUNNING]
        return next((each.id for each in mine if f":{pid}:" in (each.lease_owner or "")), "")

    wait_for(found, PIPELINE_S, words)
    return found()


def fall_asleep(process: Process, house: House) -> None:
    """Stop `process`, but not while it writes: SQLite has one writer, and one that stands still stops all others."""

    def others_write() -> bool:
        process.running.send_signal(signal.SIGSTOP)
        with contextlib.closing(sqlite3.connect(house.database.engine.url.database or "", timeout=0.2)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                process.running.send_signal(signal.SIGCONT)
                return False
        return True

    wait_for(others_write, 10, process.words)


def written(house: House, hour: OfficeHour) -> dict[str, int]:
    """Every file with the time at which it was written."""
    root = house.archive.room(hour.id).root
    return {str(path.relative_to(root)): path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
