"""`ingest/live/mix/speaker.py`: who is large, by how loud everybody was."""

from collections.abc import Iterable
from itertools import pairwise

from ingest.live.mix.speaker import Talk, heard

STEP_S = 0.1
Levels = dict[str, float]


def listen(
    *parts: tuple[float, Levels], talk: Talk | None = None, apart: frozenset[str] = frozenset()
) -> list[tuple[float, str | None]]:
    """The changes of who speaks, with their times, while each of the levels holds for some seconds."""
    talk, changes = talk or Talk(), []
    for number, levels in enumerate(_looks(parts)):
        after = heard(talk, levels, number * STEP_S, apart)
        if after.speaker != talk.speaker:
            changes.append((round(number * STEP_S, 1), after.speaker))
        talk = after
    return changes


def _looks(parts: Iterable[tuple[float, Levels]]) -> Iterable[Levels]:
    for seconds, levels in parts:
        yield from [levels] * round(seconds / STEP_S)


ADA, CHRIS = {"ada": 0.1, "chris": 0.001}, {"ada": 0.001, "chris": 0.1}
NOBODY = {"ada": 0.001, "chris": 0.001}


def test_who_speaks_for_a_second_is_large() -> None:
    assert listen((5, ADA)) == [(1.0, "ada")]


def test_a_cough_changes_nothing() -> None:
    assert listen((8, ADA), (0.5, CHRIS), (5, ADA)) == [(1.0, "ada")]


def test_an_answer_does() -> None:
    changes = listen((8, ADA), (10, CHRIS))
    assert [who for _, who in changes] == ["ada", "chris"]
    assert 1.0 <= changes[1][0] - 8 <= 2.0


def test_pauses_between_words_are_speech() -> None:
    words = ((0.3, CHRIS), (0.2, NOBODY)) * 10
    assert [who for _, who in listen((8, ADA), *words)] == ["ada", "chris"]


def test_nobody_is_large_for_less_than_four_seconds() -> None:
    turns = ((2.5, CHRIS), (2.5, ADA)) * 5
    changes = listen((3, ADA), *turns)
    times = [at for at, _ in changes]
    assert len(changes) > 2
    assert all(later - earlier >= 4 for earlier, later in pairwise(times))


def test_the_last_one_stays_while_nobody_speaks() -> None:
    assert listen((3, ADA), (60, NOBODY)) == [(1.0, "ada")]


def test_what_a_microphone_hears_of_the_others_is_not_speech() -> None:
    assert listen((6, {"ada": 0.2, "chris": 0.03})) == [(1.0, "ada")]


def test_two_who_speak_at_once_do_not_take_turns() -> None:
    assert listen((6, ADA), (20, {"ada": 0.1, "chris": 0.12})) == [(1.0, "ada")]


def test_interpreters_are_apart() -> None:
    both = {"ada": 0.1, "eve": 0.3}
    assert listen((6, both), apart=frozenset({"eve"})) == [(1.0, "ada")]


def test_who_leaves_is_not_large_any_more() -> None:
    assert listen((3, ADA), (3, {"chris": 0.1})) == [(1.0, "ada"), (3.0, None), (3.9, "chris")]


def test_a_room_that_stood_still_has_heard_nothing_meanwhile() -> None:
    talk = heard(Talk(), ADA, 0.0)
    assert heard(talk, ADA, 900.0).speaker is None
