"""The database restarts, clocks jump, two workers end at once: a step is done once in the end."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest import steps
from ingest.archive import Archive
from ingest.database import Database
from ingest.engine import Engine
from ingest.steps import State, Step
from ingest.work import Kind, Work
from tests.ingest.conftest import NOON

AWAY = sa.exc.OperationalError("select", {}, Exception("the server closed the connection"))


class House:
    """An engine whose work is a list of moments: each is a sign of life at a clock that a test moves."""

    def __init__(self, database: Database, root: Path) -> None:
        self.database, self.at, self.ran = database, NOON, 0
        self.moments: list[timedelta] = []
        self.pauses: list[float] = []
        self.during: Callable[[], object] = lambda: None
        kinds = [Kind(name=name, queue="heavy", run=self.work) for name in ("bake", "eat")]
        self.engine = Engine(
            database, Archive(root), kinds, lambda step, kind: None, clock=self.clock, pause=self.pauses.append
        )

    def clock(self) -> datetime:
        return self.at

    def work(self, work: Work) -> None:
        self.ran += 1
        self.during()
        for moment in self.moments:
            self.at += moment
            work.progress(0.5)

    def add(self, kind: str = "bake", again: str = "", needs: tuple[str, ...] = ()) -> str:
        with self.database.transaction() as connection:
            return steps.add(connection, kind=kind, again=again, needs=needs)

    def step(self, id: str) -> Step:
        with self.database.reading() as connection:
            return steps.get(connection, id)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(database, tmp_path)


def away(house: House, monkeypatch: pytest.MonkeyPatch, transactions: int) -> None:
    """From now on the database is away, for so many transactions."""
    there, left = house.database.transaction, [transactions]

    def transaction() -> object:
        if left[0] > 0:
            left[0] -= 1
            raise AWAY
        return there()

    monkeypatch.setattr(house.database, "transaction", transaction)


def test_work_goes_on_while_the_database_restarts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    id = house.add()
    house.moments = [timedelta(seconds=15)] * 3
    house.during = lambda: away(house, monkeypatch, transactions=2)
    assert house.engine.run(id) is State.DONE
    assert house.step(id).lost_leases == 0


def test_the_end_of_a_step_waits_for_the_database(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    id = house.add()
    house.during = lambda: away(house, monkeypatch, transactions=3)
    assert house.engine.run(id) is State.DONE
    assert house.pauses == [1.0, 1.0, 1.0]


def test_a_database_that_stays_away_is_a_hiccup_and_no_fault(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    id = house.add()
    house.moments = [timedelta(seconds=61)]
    house.during = lambda: away(house, monkeypatch, transactions=1)
    assert house.engine.run(id) is State.PARKED
    assert (house.step(id).error_class, house.step(id).error) == ("transient", "the database was away")


def test_a_lease_from_before_the_clock_was_set_back_is_over_when_nobody_renews_it(house: House) -> None:
    id = house.add()

    def jump() -> None:
        house.at -= timedelta(hours=1)
        house.engine.reconcile()

    house.during = jump
    assert house.engine.run(id) is None
    assert (house.step(id).state, house.step(id).lost_leases) == (State.SENT, 1)


def test_a_living_worker_keeps_its_step_over_a_clock_set_back(house: House) -> None:
    id = house.add()
    house.moments = [timedelta(hours=-1), timedelta(seconds=11)]
    assert house.engine.run(id) is State.DONE
    assert house.step(id).finished_at == NOON - timedelta(hours=1) + timedelta(seconds=11)


def test_a_clock_set_forward_costs_one_try_at_most(house: House) -> None:
    id = house.add()

    def jump() -> None:
        house.at += timedelta(days=1)
        house.engine.reconcile()

    house.during, house.moments = jump, [timedelta()]
    assert house.engine.run(id) is None
    house.during, house.moments = lambda: None, []
    assert house.engine.run(id) is State.DONE
    assert house.step(id).lost_leases == 1


def test_a_message_sent_before_the_clock_was_set_back_is_rung_again(house: House) -> None:
    house.add()
    house.engine.dispatch()
    house.at -= timedelta(hours=1)
    assert house.engine.reconcile() == 1


def test_two_workers_that_end_the_last_two_at_once_make_ready_once(house: House) -> None:
    for round in range(20):
        one, two = (house.add(again=f"{round}.{n}") for n in range(2))
        meal = house.add("eat", again=str(round), needs=(one, two))
        gate = threading.Barrier(2)
        house.during = gate.wait
        workers = [threading.Thread(target=house.engine.run, args=[id]) for id in (one, two)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        house.during = lambda: None
        assert (house.step(meal).state, house.step(meal).remaining) == (State.SENT, 0)
        assert house.engine.run(meal) is State.DONE
        assert house.engine.run(meal) is None
    assert house.ran == 60
