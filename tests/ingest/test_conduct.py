"""`ingest/conduct.py`: one table says who may do what to the line, and the README shows it."""

from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

import ingest
from ingest.conduct import RULES, WORDS, Act, Reads, allowed, may, start_of
from ingest.officehours import MOVES, OfficeHour, State
from ingest.people import Role

STAFF, HOST, GUEST = frozenset({Role.STAFF}), frozenset({Role.HOST}), frozenset({Role.GUEST})


def test_staff_may_do_all_of_it_and_guests_nothing() -> None:
    for act, rule in RULES.items():
        for state in State:
            assert may(act, STAFF, state) is (state in rule.when)
            assert not may(act, GUEST | {Role.INTERPRETER}, state)


def test_the_host_may_wait_pause_and_take_an_end_back_but_neither_begin_nor_end() -> None:
    found = {act for act in Act if any(may(act, HOST, state) for state in State)}
    assert found == {Act.CALL_OFF, Act.PAUSE, Act.RESUME, Act.UNDO_END}


@pytest.mark.parametrize(
    ("act", "goal"),
    [
        (Act.START, State.ON_AIR),
        (Act.PAUSE, State.PAUSED),
        (Act.RESUME, State.ON_AIR),
        (Act.END, State.ENDED),
        (Act.CANCEL, State.CANCELLED),
    ],
)
def test_the_table_allows_what_the_states_allow(act: Act, goal: State) -> None:
    assert RULES[act].when == frozenset(state for state in State if goal in MOVES[state]) - (
        {State.PAUSED} if act is Act.START else {State.BACKSTAGE} if act is Act.RESUME else set()
    )


def test_without_staff_the_host_may_end(hour: OfficeHour) -> None:
    more = {act for act in Act if may(act, HOST, State.ON_AIR, alone=True)} - allowed(HOST, State.ON_AIR)
    assert more == {Act.END}
    assert not any(may(act, GUEST, state, alone=True) for act, state in product(Act, State))


def test_after_the_planned_time_a_start_is_a_late_one(hour: OfficeHour) -> None:
    assert start_of(hour, hour.starts_at) is Act.START
    assert start_of(hour, hour.starts_at + timedelta(seconds=1)) is Act.START_LATE


def test_viewers_read_something_wherever_they_do_not_see_the_room() -> None:
    assert {rule.reads for rule in RULES.values()} - {Reads.PROGRAMME, Reads.SOON} <= set(WORDS)


def test_the_readme_shows_the_table() -> None:
    readme = (Path(ingest.__file__).parent / "README.md").read_text(encoding="utf-8")
    for act, rule in RULES.items():
        by = ", ".join(role.value for role in Role if role in rule.by)
        by += "; alone: " + ", ".join(role.value for role in Role if role in rule.alone) if rule.alone else ""
        when = ", ".join(state.value for state in State if state in rule.when)
        reads = f"“{WORDS[rule.reads]}”" if rule.reads in WORDS else rule.reads.name.lower()
        assert f"| {act.value} | {by} | {when} | {reads} |" in readme
