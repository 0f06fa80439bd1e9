"""`ingest/live/lobby/private.py`: who speaks with whom alone, by what was done."""

from typing import Any

from ingest.live.lobby.private import of
from ingest.wishes import Kind

Done = tuple[Kind, dict[str, Any]]


def aside(person: str, whom: str | None) -> Done:
    return Kind.ASIDE, {"person": person, "whom": whom}


def about(kind: Kind, person: str) -> Done:
    return kind, {"person": person}


ALONE = {"bo": "chris", "chris": "bo"}


def test_two_speak_alone_until_one_of_them_does_not() -> None:
    assert of([aside("bo", "chris")]) == ALONE
    assert of([aside("bo", "chris"), aside("chris", None)]) == {}
    assert of([aside("bo", "chris"), aside("bo", "dana")]) == {"bo": "dana", "dana": "bo"}
    assert of([aside("bo", "chris"), aside("eva", "chris")]) == {"eva": "chris", "chris": "eva"}


def test_being_let_in_keeps_it_and_going_on_air_or_back_to_wait_ends_it() -> None:
    assert of([aside("bo", "chris"), about(Kind.ADMIT, "chris")]) == ALONE
    for kind in (Kind.SHOW, Kind.HOLD):
        assert of([aside("bo", "chris"), about(kind, "chris")]) == {}
        assert of([aside("bo", "chris"), about(kind, "dana")]) == ALONE
