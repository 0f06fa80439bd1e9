"""Steps are done once in the end, whatever happens to workers and messages."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest import steps
from ingest.archive import Archive
from ingest.database import Database
from ingest.engine import Engine
from ingest.officehours import OfficeHour
from ingest.steps import State, Step
from ingest.turns import choose
from ingest.work import Kind, Work
from tests.ingest.conftest import NOON


class House:
    """An engine whose bell only writes down what was rung, on a clock that a test moves."""

    def __init__(self, database: Database, root: Path, in_flight: int = 4) -> None:
        self.database = database
        self.at = NOON
        self.rung: list[str] = []
        self.ran: list[str] = []
        self.raises: list[Exception] = []
        self.during: Callable[[Work], object] = lambda work: None
        kinds = [Kind(name="bake", queue="heavy", run=self._run), Kind(name="eat", queue="light", run=self._run)]
        kinds.append(Kind(name="send", queue="light", run=self._run, at_once=1))
        self.engine = Engine(
            database, Archive(root), kinds, self._send, in_flight=in_flight, lease_s=60, clock=self.clock
        )

    def clock(self) -> datetime:
        return self.at

    def _send(self, step: Step, kind: Kind) -> None:
        self.rung.append(step.id)

    def _run(self, work: Work) -> None:
        self.ran.append(work.step.kind)
        self.during(work)
        if self.raises:
            raise self.raises.pop(0)

    def add(self, kind: str = "bake", office_hour: str | None = None, needs: tuple[str, ...] = (), **more: str) -> str:
        with self.database.transaction() as connection:
            return steps.add(connection, kind=kind, office_hour=office_hour, needs=needs, **more)  # type: ignore[arg-type]

    def step(self, id: str) -> Step:
        with self.database.reading() as connection:
            return steps.get(connection, id)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(database, tmp_path)


def test_a_step_is_rung_run_and_done(house: House) -> None:
    id = house.add()
    assert house.engine.dispatch() == 1
    assert house.rung == [id]
    assert house.engine.run(id) is State.DONE
    assert house.step(id).state is State.DONE
    assert house.step(id).progress == 1.0


def test_asking_twice_is_one_step_and_again_is_another(house: House) -> None:
    first = house.add()
    assert house.add() == first
    assert house.add(again="once more") != first


def test_a_duplicate_message_is_dropped(house: House) -> None:
    id = house.add()
    house.engine.dispatch()
    house.engine.run(id)
    assert house.engine.run(id) is None
    assert house.ran == ["bake"]


def test_two_workers_cannot_have_the_same_step(house: House) -> None:
    id = house.add()
    house.engine.dispatch()
    seen: list[State | None] = []
    house.during = lambda work: seen.append(house.engine.run(id))
    assert house.engine.run(id) is State.DONE
    assert seen == [None]


def test_the_last_dependency_makes_ready(house: House) -> None:
    one, two = house.add(again="1"), house.add(again="2")
    meal = house.add("eat", needs=(one, two))
    house.engine.dispatch()
    house.engine.run(one)
    assert (house.step(meal).state, house.step(meal).remaining) == (State.WAITING, 1)
    house.engine.run(two)
    assert (house.step(meal).state, house.step(meal).remaining) == (State.SENT, 0)


def test_a_step_that_needs_only_what_is_done_is_ready_at_once(house: House) -> None:
    one = house.add()
    house.engine.dispatch()
    house.engine.run(one)
    assert house.step(house.add("eat", needs=(one,))).state is State.READY


def test_a_lost_message_is_rung_again(house: House) -> None:
    id = house.add()
    house.engine.dispatch()
    house.at += timedelta(seconds=61)
    house.engine.reconcile()
    assert house.rung == [id, id]


def test_a_dead_worker_loses_its_lease_and_the_third_time_the_step_is_put_aside(house: House) -> None:
    id = house.add()
    house.engine.dispatch()
    for expected in (State.SENT, State.SENT, State.QUARANTINED):
        assert house.engine._claim(id) is not None  # a worker that is killed right after
        house.at += timedelta(seconds=61)
        house.engine.reconcile()
        assert house.step(id).state is expected
    assert house.step(id).error_class == "poison"


def test_who_lost_the_lease_stops_and_changes_nothing(house: House) -> None:
    id = house.add()
    house.engine.dispatch()

    def freeze(work: Work) -> None:
        house.during = lambda work: None
        house.at += timedelta(seconds=61)
        house.engine.reconcile()
        house.engine.run(id)
        work.confirm()

    house.during = freeze
    assert house.engine.run(id) is None
    assert house.step(id).state is State.DONE
    assert house.ran == ["bake", "bake"]


@pytest.mark.parametrize(("kind", "said"), [("bake", ["resting", ""]), ("eat", ["", ""])])
def test_a_heavy_step_that_stands_still_says_so_and_keeps_its_lease(house: House, kind: str, said: list[str]) -> None:
    id, found, rests = house.add(kind), [], iter((True, False))
    house.engine.rests = lambda: next(rests)

    def stand_still(work: Work) -> None:
        for _ in range(2):
            house.at += timedelta(seconds=30)
            work.progress(0.5)
            found.append(house.step(id).error_class)
            house.engine.reconcile()

    house.during = stand_still
    assert house.engine.run(id) is State.DONE
    assert found == said


def test_a_cancelled_step_notices_at_its_next_sign_of_life(house: House, database: Database) -> None:
    id = house.add()
    house.engine.dispatch()

    def cancelled(work: Work) -> None:
        with database.transaction() as connection:
            steps.cancel(connection, id)
        work.confirm()

    house.during = cancelled
    assert house.engine.run(id) is None
    assert house.step(id).state is State.CANCELLED


def test_a_hiccup_is_tried_again_with_growing_pauses_and_then_shown(house: House) -> None:
    id = house.add()
    house.raises = [steps.Transient("the line is busy") for _ in range(steps.ATTEMPTS)]
    house.engine.dispatch()
    pauses = []
    while (state := house.engine.run(id)) is State.PARKED:
        not_before = house.step(id).not_before
        assert not_before is not None
        pauses.append((not_before - house.at).total_seconds())
        house.at = not_before
        house.engine.reconcile()
    assert pauses == [2, 4, 8, 16]
    assert state is State.FAILED
    assert house.step(id).error == "the line is busy"


def test_a_full_disk_parks_until_its_time(house: House) -> None:
    id = house.add()
    house.raises = [steps.Resource("the disk is full", until=NOON + timedelta(hours=1))]
    house.engine.dispatch()
    house.engine.run(id)
    assert house.engine.reconcile() == 0
    house.at += timedelta(hours=1)
    assert house.engine.reconcile() == 1


def test_a_fault_of_ours_is_shown_and_can_be_retried(house: House, database: Database) -> None:
    id = house.add()
    house.raises = [ZeroDivisionError("oops")]
    house.engine.dispatch()
    assert house.engine.run(id) is State.FAILED
    assert (house.step(id).error_class, house.step(id).error) == ("bug", "ZeroDivisionError: oops")
    with database.transaction() as connection:
        assert steps.retry(connection, id)
    house.engine.dispatch()
    assert house.engine.run(id) is State.DONE


def test_an_unknown_kind_is_a_failed_step_with_a_reason(house: House) -> None:
    id = house.add("dance")
    house.engine.dispatch()
    assert house.step(id).error == "nobody here knows steps of kind dance"


def test_one_office_hour_never_starves_another(database: Database, tmp_path: Path, hour: OfficeHour) -> None:
    house = House(database, tmp_path, in_flight=2)
    many = [house.add(office_hour=hour.id, again=str(n)) for n in range(5)]
    other = house.add(office_hour="b" * 32)
    house.engine.dispatch()
    assert set(house.rung) == {*many[:2], other}


def test_what_belongs_to_no_office_hour_is_always_sent(house: House) -> None:
    id = house.add()
    assert choose([house.step(id)], {None: 99}, share=1) == [house.step(id)]


def test_a_kind_with_one_place_leaves_the_others_to_the_rest(database: Database, tmp_path: Path) -> None:
    house = House(database, tmp_path)
    hours = [letter * 32 for letter in "abc"]
    sent = [house.add("send", office_hour=each) for each in hours]
    mail = house.add("eat")
    house.engine.dispatch()
    assert set(house.rung) == {sent[0], mail}
    assert house.engine.reconcile() == 0
    house.engine.run(sent[0])
    assert house.rung[2:] == [sent[1]]


def test_what_ran_out_is_no_failed_try(house: House) -> None:
    id = house.add()
    for day in range(steps.ATTEMPTS + 1):
        house.raises = [steps.Resource("the quota is used up", until=NOON + timedelta(days=day + 1))]
        house.engine.reconcile()
        house.engine.run(id)
        house.at += timedelta(days=1)
    house.raises = [steps.Transient("a hiccup")]
    house.engine.reconcile()
    assert house.engine.run(id) is State.PARKED


def test_a_step_that_waits_may_be_given_more_to_wait_for(house: House) -> None:
    with house.database.transaction() as connection:
        plan = steps.add(connection, kind="bake", parameters={"n": 1})
        join = steps.add(connection, kind="bake", parameters={"n": 2}, needs=[plan])
        part = steps.add(connection, kind="bake", parameters={"n": 3})
        assert steps.wait_for(connection, join, [part])
        assert steps.wait_for(connection, join, [part])  # asked twice, counted once
    assert [house.engine.run(id) for id in (plan, join, part, join)] == [State.DONE, None, State.DONE, State.DONE]
    with house.database.transaction() as connection:
        assert not steps.wait_for(connection, join, [part])
