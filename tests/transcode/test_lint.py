"""The linter reports every cue outside the rules."""

import pytest

from transcode import lint
from transcode.cues import Cue
from transcode.lint import Rule


def cue(start_s: float, end_s: float, *lines: str) -> Cue:
    return Cue(start_s=start_s, end_s=end_s, lines=lines)


@pytest.mark.parametrize(
    ("shown", "rules"),
    [
        ([cue(0, 2, "Guten Abend."), cue(2.04, 4, "Willkommen.")], []),
        ([cue(0, 2, "")], [Rule.EMPTY]),
        ([cue(0, 2)], [Rule.EMPTY]),
        ([cue(0, 2, "a", "b", "c")], [Rule.LINES]),
        ([cue(0, 4, "x" * 38)], [Rule.LENGTH]),
        ([cue(0, 2, "x" * 35)], [Rule.FAST]),
        ([cue(0, 0.9, "Ja.")], [Rule.SHORT]),
        ([cue(0, 7.1, "Nein.")], [Rule.LONG]),
        ([cue(0, 2, "Ja."), cue(2.03, 4, "Nein.")], [Rule.GAP]),
        ([cue(0, 2, "Ja."), cue(1, 3, "Nein.")], [Rule.GAP]),
        ([cue(0, 0.5, "x" * 38)], [Rule.LENGTH, Rule.FAST, Rule.SHORT]),
    ],
)
def test_every_rule_is_held(shown: list[Cue], rules: list[Rule]) -> None:
    assert [fault.rule for fault in lint.faults(shown)] == rules


def test_fault_says_where_and_what() -> None:
    (fault,) = lint.faults([cue(0, 2, "Ja."), cue(3, 3.5, "Nein.")])
    assert str(fault) == "cue 2 at 3.000 s: short: 0.500 s, at least 1"


def test_share_within_the_rules() -> None:
    assert lint.within_percent([cue(0, 2, "Ja."), cue(3, 3.5, "Nein.")]) == 50.0
    assert lint.within_percent([]) == 100.0
