"""An honest range: from the turns so far, who is ahead, and the time left."""

from datetime import timedelta
from typing import Any

import pytest

from ingest.commands import Command, State
from ingest.live.lobby.patience import FIRST_GUESS_S, Wait, expected, turns
from ingest.wishes import Kind
from tests.ingest.conftest import NOON

HOUR_S = 3600.0


@pytest.mark.parametrize(
    ("turns_s", "ahead", "left_s", "running_s", "wait"),
    [
        ([], 0, None, None, Wait(0, 0)),
        ([], 2, None, None, Wait(6, 20)),  # two turns of five minutes, give or take
        ([240.0] * 3, 2, HOUR_S, None, Wait(4, 15)),
        ([240.0] * 3, 2, HOUR_S, 120.0, Wait(6, 20)),  # somebody has two minutes of their turn left
        ([240.0], 1, 600.0, 900.0, Wait(2, 7, doubtful=True)),  # who talks longer than usual is not counted below zero
        ([600.0], 4, 1500.0, None, Wait(20, 25, fits=False, doubtful=True)),
        ([300.0] * 20 + [60.0] * 8, 10, HOUR_S, None, Wait(6, 20)),  # the newest turns count
    ],
)
def test_the_range_is_honest(
    turns_s: list[float], ahead: int, left_s: float | None, running_s: float | None, wait: Wait
) -> None:
    assert expected(turns_s, ahead, left_s, running_s) == wait


def test_who_surely_does_not_fit_is_told() -> None:
    assert not expected([FIRST_GUESS_S], 5, 600.0).fits
    assert expected([FIRST_GUESS_S], 1, 600.0).fits


def test_nobody_next_in_line_waits_longer_than_the_one_behind() -> None:
    waits = [expected([200.0, 400.0], ahead, HOUR_S) for ahead in range(12)]
    assert waits == sorted(waits, key=lambda wait: (wait.low, wait.high))


def wished(kind: Kind, person: str, minute: int, state: State = State.DONE) -> Command:
    at = NOON + timedelta(minutes=minute)
    values: dict[str, Any] = {"sequence": minute, "id": str(minute), "office_hour": "h", "reason": "", "tick": 0}
    return Command(kind=kind, payload={"person": person}, state=state, created_at=at, applied_at=at, **values)


def test_turns_are_what_guests_had_on_air() -> None:
    history = [
        wished(Kind.SHOW, "ada", 0),
        wished(Kind.SHOW, "chris", 1),
        wished(Kind.HIDE, "chris", 5),
        wished(Kind.SHOW, "dana", 6, State.REFUSED),
        wished(Kind.SHOW, "eve", 7),
        wished(Kind.HOLD, "eve", 10),
        wished(Kind.SHOW, "dana", 11),
    ]
    found = turns(history, frozenset({"chris", "dana", "eve"}))
    assert found == ([240.0, 180.0], NOON + timedelta(minutes=11))
