"""The moves of a question as a table, and what is shown of it."""

import itertools

import pytest

from questions.question import MoveRefused, State, check_move, one_line, plain, shown_name

ALLOWED = {
    (State.NEW, State.APPROVED),
    (State.NEW, State.REJECTED),
    (State.NEW, State.TAKEN_BACK),
    (State.SET_ASIDE, State.TAKEN_BACK),
    (State.REJECTED, State.TAKEN_BACK),
    (State.APPROVED, State.TAKEN_BACK),
    (State.QUEUED, State.TAKEN_BACK),
    (State.NOT_REACHED, State.TAKEN_BACK),
    (State.MERGED, State.TAKEN_BACK),
    (State.NEW, State.MERGED),
    (State.APPROVED, State.MERGED),
    (State.MERGED, State.NEW),
    (State.SET_ASIDE, State.NEW),
    (State.REJECTED, State.NEW),
    (State.APPROVED, State.QUEUED),
    (State.APPROVED, State.REJECTED),
    (State.APPROVED, State.NOT_REACHED),
    (State.QUEUED, State.ON_AIR),
    (State.QUEUED, State.APPROVED),
    (State.QUEUED, State.NOT_REACHED),
    (State.ON_AIR, State.ANSWERED),
    (State.APPROVED, State.IN_WRITING),
    (State.QUEUED, State.IN_WRITING),
    (State.NOT_REACHED, State.IN_WRITING),
    (State.IN_WRITING, State.TAKEN_BACK),
}


@pytest.mark.parametrize(("start", "goal"), list(itertools.product(State, State)))
def test_only_the_moves_of_the_table_are_allowed(start: State, goal: State) -> None:
    if (start, goal) in ALLOWED:
        check_move(start, goal)
    else:
        with pytest.raises(MoveRefused, match=f"from {start.value} to {goal.value}"):
            check_move(start, goal)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Wann kommt\n  die Tram?", "Wann kommt die Tram?"),
        ("Wann kommt die neue Tram?", "Wann kommt die neue…"),
        ("Wann kommt die neueste Tram?", "Wann kommt die…"),
        ("Straßenbahnhaltestellenfahrplan", "Straßenbahnhaltestel"[:19] + "…"),
    ],
)
def test_one_line_cuts_between_words(text: str, line: str) -> None:
    cut = one_line(text, 20)
    assert cut == line
    assert len(cut) <= 20


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Chris Öztürk", "Chris"), ("Müller, Hans-Peter", "Hans-Peter"), ("", ""), ("Müller,", "Müller")],
)
def test_the_name_shown_is_the_first_name(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def test_plain_keeps_words_and_drops_what_databases_refuse() -> None:
    assert plain(" a\x00b\r\nc\ud800 👨‍👩‍👧\ufeff ") == "ab\nc 👨‍👩‍👧"
