"""The work after the end, as a person at the terminal sees and moves it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from ingest import steps
from ingest.archive import Archive
from ingest.engine import Engine
from ingest.steps import Permanent, State, Step
from ingest.work import Kind, Work
from tests.ingest.conftest import NOON
from tests.standins.tables import migrate, tabled
from tests.web.conftest import SmallHouse
from web import step_list
from web.__main__ import main
from web.house import House, open_house
from web.mendable import Mendable


def break_off(work: Work) -> None:
    raise Permanent("segment 7 is missing: was the disk full?")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    database, archive = tabled(f"sqlite:///{tmp_path / 'test.sqlite3'}"), Archive(tmp_path)
    kinds = [Kind(name="transcode.stretch", queue="heavy", run=break_off)]
    engine = Engine(database, archive, kinds, lambda step, kind: None)
    small = SmallHouse.__new__(SmallHouse)
    object.__setattr__(small, "database", database)
    object.__setattr__(small, "engine", engine)
    yield cast(House, small)
    database.close()


@pytest.fixture
def broken(house: House) -> tuple[str, str]:
    """A stretch that failed, and the step that waits for it."""
    with house.database.transaction() as connection:
        stretch = steps.add(connection, kind="transcode.stretch", parameters={"stretch": 2, "of": 10})
        join = steps.add(connection, kind="transcode.rungs", needs=[stretch])
    house.engine.run(stretch)
    return stretch, join


def test_all_four_are_typed_at_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OFFICEHOURS_DATA", str(tmp_path))
    whole = open_house()
    migrate(whole.database.url)
    with whole.database.transaction() as connection:
        id = steps.add(connection, kind="transcode.plan", office_hour="a" * 32)
    whole.close()

    def typed(*words: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["steps", *words])
        assert ended.value.code == 0
        return capsys.readouterr().out

    assert [(each["id"], each["state"]) for each in json.loads(typed("list", "--json"))] == [(id, "ready")]
    assert typed("list", "b" * 32) == "nothing to do\n"
    assert "transcode.plan of aaaaaaaa is ready" in typed("why", id[:5])
    typed("cancel", id[:5])
    assert f"officehours steps retry {id[:8]}" in typed("why", id)
    typed("retry", id[:5])
    assert [each["state"] for each in json.loads(typed("list", "--json"))] == ["sent"]
    with pytest.raises(SystemExit):
        main(["steps", "why", "f" * 9])
    assert "f" * 9 in capsys.readouterr().err


def test_what_went_wrong_stands_in_the_list(
    house: House, broken: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    step_list.list_steps(house, None, everything=False, as_json=False)
    waiting, failed = sorted(capsys.readouterr().out.splitlines(), key=lambda line: "failed" in line)
    assert waiting.split() == [broken[1][:8], "waiting", "0%", "transcode.rungs"]
    assert failed.split()[:5] == [broken[0][:8], "failed", "0%", "transcode.stretch", "3/10"]
    assert failed.endswith("segment 7 is missing: was the disk full?")
    step_list.list_steps(house, None, everything=False, as_json=True)
    assert {each["state"] for each in json.loads(capsys.readouterr().out)} == {"failed", "waiting"}


def test_why_names_the_culprit_and_the_remedy(
    house: House, broken: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    step_list.why(house, broken[1][:6])
    said = capsys.readouterr().out.splitlines()
    assert said[1:] == [
        f"It waits for {broken[0][:8]}  transcode.stretch 3/10, which is failed.",
        f"When the cause is gone: officehours steps retry {broken[0][:8]}",
    ]


def test_retry_and_cancel_say_when_they_cannot(house: House, broken: tuple[str, str]) -> None:
    step_list.retry(house, broken[0])
    with house.database.reading() as connection:
        assert steps.get(connection, broken[0]).state is State.SENT
    with pytest.raises(Mendable, match="has not ended badly"):
        step_list.retry(house, broken[0])
    step_list.cancel(house, broken[0])
    with pytest.raises(Mendable, match="is cancelled: it has ended"):
        step_list.cancel(house, broken[0])


@pytest.mark.parametrize("start", ["", "xyz", "%", "0123456789abcdef0"])
def test_a_wrong_id_is_named(house: House, start: str) -> None:
    with pytest.raises(Mendable):
        step_list.why(house, start)


def running(house: House, progress: float) -> Step:
    with house.database.transaction() as connection:
        id = steps.add(connection, kind="transcode.stretch", again=str(progress))
        changes = {"state": State.RUNNING, "started_at": NOON, "progress": progress}
        steps.change(connection, id, frozenset({State.READY}), **changes)
        return steps.get(connection, id)


def test_remaining_time_follows_from_what_is_done(house: House) -> None:
    at = NOON + timedelta(seconds=60)
    assert step_list.remaining(running(house, 0.25), at) == timedelta(seconds=180)
    assert "3:00 min left" in step_list.line(running(house, 0.25), at)
    assert step_list.remaining(running(house, 0.0), at) is None


def test_why_says_that_a_step_rests_beside_a_live_room(house: House) -> None:
    resting = replace(running(house, 0.5), lease_owner="host:1", lease_until=NOON, error_class=steps.RESTING)
    assert step_list.reasons(resting, [], NOON)[-1] == step_list.RESTS
